"""A whole game day, and the same day again."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import imageio_ffmpeg
import pytest

from gameday.embedded.provider import HIGHLIGHTS_PATH, MATCHES_PATH, Fault, Media
from gameday.embedded.provider_endpoints import matches_of
from gameday.embedded.sample import SampleDay
from tests.e2e.conftest import DAY, KEY, Pipeline, Run, day, until

PLAYABLE = {"412380195", "412380217", "412380240", "412380263", "412380371"}


@pytest.fixture(scope="module")
def kept(deployment: Pipeline, sample: SampleDay) -> tuple[Pipeline, Run]:
    """The sample day with its own clips, run once; the tests that only look share it, and come
    before those that empty the deployment."""
    provider = deployment.provider
    provider.media = dict(sample.media)
    provider.highlights = sample.highlights(provider.base_url)
    for row in provider.highlights:
        row["url"] += "?X-Amz-Signature=do-not-log-me"
    return deployment, deployment.run()


def test_a_game_day_is_fetched_stored_transcoded_and_backed_up(kept: tuple[Pipeline, Run]):
    pipeline, run = kept

    assert run.execution.status == "SUCCEEDED", run.execution.message
    assert Counter(run.statuses().values()) == {"playable": 5, "link_only": 1, "unavailable": 1}
    assert run.record["counts"] == {
        "found": 7,
        "new": 7,
        "playable": 5,
        "link_only": 1,
        "unavailable": 1,
        "failed": 0,
    }
    keys = set(pipeline.objects().values())
    for number in PLAYABLE:
        assert any(key.startswith(f"videos/NCAA/2026-01-10/{number}.") for key in keys)
        assert f"processed_videos/NCAA/2026-01-10/{number}.mp4" in keys
        assert f"thumbnails/NCAA/2026-01-10/{number}.0000000.jpg" in keys
    (backup,) = pipeline.aws.client("dynamodb").list_backups()["BackupSummaries"]
    assert backup["BackupName"] == run.record["backup"]["name"]
    assert backup["BackupStatus"] == "AVAILABLE"


def test_no_rendition_is_larger_than_its_source_in_pixels_or_bits(kept: tuple[Pipeline, Run]):
    _, run = kept
    for highlight in run.record["highlights"]:
        if highlight["status"] == "playable":
            video, rendition = highlight["video"], highlight["rendition"]
            assert rendition["width"] == video["width"]
            assert rendition["height"] == video["height"]
            assert rendition["bytes"] <= 1.05 * video["bytes"]


def test_the_raw_answer_is_kept_as_it_came(kept: tuple[Pipeline, Run]):
    pipeline, _ = kept
    (key,) = pipeline.objects("highlights/NCAA/2026-01-10/").values()

    assert len(json.load(pipeline.vault.read_object(key))["data"]) == 9


def test_the_backup_holds_what_was_written_last(kept: tuple[Pipeline, Run]):
    pipeline, run = kept
    dynamodb = pipeline.aws.client("dynamodb")
    (backup,) = dynamodb.list_backups()["BackupSummaries"]
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=backup["BackupArn"])
    dynamodb.get_waiter("table_exists").wait(TableName="restored", WaiterConfig={"Delay": 0})

    restored = dynamodb.scan(TableName="restored")["Items"]
    statuses = {item["id"]["S"]: item["status"]["S"] for item in restored}
    assert statuses == run.statuses()


def test_log_lines_say_what_they_are_about_and_hold_neither_key_nor_query(
    kept: tuple[Pipeline, Run],
):
    pipeline, _ = kept
    logs = pipeline.aws.client("logs")
    lines = []
    for group in logs.describe_log_groups()["logGroups"]:
        events = logs.filter_log_events(logGroupName=group["logGroupName"])["events"]
        lines += [event["message"] for event in events]
    structured = [json.loads(line) for line in lines if '"highlight_id"' in line]
    assert structured
    for line in structured:
        assert {"execution", "league", "date", "highlight_id"} <= set(line)
    assert KEY not in "".join(lines)
    assert "do-not-log-me" not in "".join(lines)


def test_a_rerun_repeats_nothing(pipeline: Pipeline):
    first = pipeline.run()
    objects, items, jobs = pipeline.objects(), pipeline.items(), pipeline.jobs()
    asked = len(pipeline.provider.requests)

    second = pipeline.run()

    assert second.execution.status == "SUCCEEDED"
    assert second.statuses() == first.statuses()
    assert second.record["counts"]["new"] == 0
    assert second.record["backup"]["created"] is False
    assert "no new data" in second.record["summary"]
    assert pipeline.items() == items
    assert pipeline.jobs() == jobs
    written = set(pipeline.objects().values()) - set(objects.values())
    assert written == {f"runs/NCAA/2026-01-10/{second.name}.json"}
    assert len(pipeline.objects()) == len(objects) + 1
    assert len(pipeline.aws.client("dynamodb").list_backups()["BackupSummaries"]) == 1
    paths = [request.path for request in pipeline.provider.requests[asked:]]
    assert paths == ["/basketball/highlights"]


def test_a_clip_that_comes_late_is_all_that_a_rerun_works_on(pipeline: Pipeline):
    rows = list(pipeline.provider.highlights)
    pipeline.provider.highlights = [row for row in rows if row["id"] != 412380371]
    pipeline.run()
    before = len(pipeline.jobs())
    pipeline.provider.highlights = rows

    run = pipeline.run()

    assert run.record["counts"]["new"] == 1
    assert len(pipeline.jobs()) == before + 1
    assert run.record["backup"]["created"] is True


def test_a_day_without_games_is_a_success_without_a_backup(pipeline: Pipeline):
    run = pipeline.run(day("2026-01-12"))

    assert run.execution.status == "SUCCEEDED"
    assert run.record["highlights"] == []
    assert run.record["backup"]["created"] is False


def test_rotation_keeps_the_newest_of_its_own_backups_and_all_of_others(pipeline: Pipeline):
    dynamodb, table = pipeline.aws.client("dynamodb"), pipeline.vault.table
    others = {"before-the-season", f"{table}-manual"}
    for name in others:
        dynamodb.create_backup(TableName=table, BackupName=name)
    for hour in range(5):
        dynamodb.create_backup(TableName=table, BackupName=f"{table}-20260101T0{hour}0000Z")

    run = pipeline.run()

    names = {one["BackupName"] for one in dynamodb.list_backups()["BackupSummaries"]}
    ours = names - others
    assert others <= names
    assert run.record["backup"]["name"] in ours
    assert len(ours) == 3
    assert len(run.record["backup"]["deleted"]) == 3


def test_a_clip_of_odd_size_is_kept_playable(pipeline: Pipeline, tmp_path: Path):
    odd = tmp_path / "odd.webm"
    source = "testsrc2=size=161x91:rate=25:duration=1,format=yuv444p"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-c:v", "libvpx-vp9", str(odd)], check=True)
    pipeline.provider.media = {"pine-hollow_480p30.mp4": Media(odd, "video/webm")}
    pipeline.list_only(412380371)

    (highlight,) = pipeline.run().record["highlights"]

    assert highlight["status"] == "playable", highlight["reason"]
    assert (highlight["video"]["width"], highlight["video"]["height"]) == (161, 91)
    assert (highlight["rendition"]["width"], highlight["rendition"]["height"]) == (160, 90)


def test_one_run_works_on_a_day_and_the_next_takes_over_when_that_is_stopped(pipeline: Pipeline):
    provider, vault = pipeline.provider, pipeline.vault
    pipeline.list_only(412380371)
    (game,) = matches_of(provider.highlights)
    called_off = {**game["state"], "description": "Cancelled"}
    provider.matches = [game, {**game, "id": 5}, {**game, "id": 6, "state": called_off}]
    provider.fail_next(Fault.STALLED, path="/media/pine-hollow_480p30.mp4")

    first = vault.start(DAY, "first")
    until(lambda: any("/media/" in one.path for one in provider.requests))
    second = vault.start(DAY, "second")
    until(lambda: "DayInUse" in json.dumps(vault.events(second), default=str))
    vault.stop(first)
    run = pipeline.finish("second", second)

    assert run.execution.status == "SUCCEEDED"
    assert len(pipeline.videos()) == len(pipeline.jobs()) == 1
    assert run.record["day_closed"] is True
    assert {one["id"]: (one["state"], one["reason"]) for one in run.record["games"]} == {
        str(game["id"]): ("kept", None),
        "5": ("unavailable", "no clip was listed within 3 days of the game"),
        "6": ("unavailable", "the game was cancelled"),
    }
    asked = [one.path for one in provider.requests if "/media/" not in one.path]
    assert asked == [HIGHLIGHTS_PATH, MATCHES_PATH, HIGHLIGHTS_PATH]
    assert "lock_holder" not in vault.season.day(DAY)
