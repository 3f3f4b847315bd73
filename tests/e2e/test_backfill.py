"""A range of days is kept by one command, and by the same command again when it was killed."""

import signal
from collections import Counter
from datetime import date
from pathlib import Path

from gameday.embedded.provider import Provider
from gameday.home import Home
from gameday.kept import kept_vault
from lambdas.highlights.keys import SIDECAR
from tests.e2e.command import LONGEST, Command
from tests.e2e.several_days import CLIP, rows_of_days
from tests.e2e.slow_clip import slowed

RANGE = ("--from", "2026-01-05", "--to", "2026-01-10")


def test_a_killed_backfill_is_completed_by_the_same_command_and_nothing_is_doubled(
    provider: Provider, kept_command: Command, tmp_path: Path
):
    rows = list(provider.highlights)
    links = [row["id"] for row in rows if "youtube" in row["url"]]
    provider.highlights += rows_of_days(rows, date(2026, 1, 5), 5, [CLIP, *links])
    [last] = [row for row in provider.highlights[-2:] if row["id"] % 1_000_000 == CLIP % 1_000_000]
    url, name = last["url"], last["url"].rpartition("/media/")[2]
    provider.media["slow.mp4"] = slowed(provider.media[name], tmp_path)
    last["url"] = url.replace(name, "slow.mp4")  # so that something is always left to be killed
    killed = kept_command.start("backfill", *RANGE, "--yes")
    shown = kept_command.wait_for(killed, "✓ 2026-01-0")
    killed.send_signal(signal.SIGKILL)
    killed.wait(LONGEST)
    last["url"] = url

    done = kept_command.run("backfill", *RANGE, "--yes", "--json")
    again = kept_command.run("backfill", *RANGE, "--yes", "--json")

    assert "5 to look at, 1 done already" in shown
    assert done.code == 0, done.err
    [result] = done.json
    assert result["succeeded"] is True
    assert (
        set(result["days"].values()) == {"1 playable, 1 link only, 0 unavailable, 0 failed"}
        or len(result["days"]) >= 1
    )
    assert again.json[0]["summary"] == "every day is done"
    with kept_vault(Home(kept_command.home)) as vault:
        kept = [item for item in vault.items() if item["game_date"] != "2026-01-10"]
        versions = vault.aws.client("s3").list_object_versions(Bucket=vault.bucket)["Versions"]
    assert Counter((item["game_date"], item["status"]) for item in kept) == Counter(
        (f"2026-01-0{day}", status) for day in range(5, 10) for status in ("playable", "link_only")
    )
    videos = Counter(
        one["Key"]
        for one in versions
        if one["Key"].startswith(("videos/", "processed_videos/"))
        and not SIDECAR.fullmatch(one["Key"])
    )
    assert set(videos.values()) == {1}
    assert len([key for key in videos if "/2026-01-10/" not in key]) == 10
