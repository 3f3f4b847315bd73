"""What a person types, and what it says and returns."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gameday.embedded.provider import Fault, Provider
from gameday.home import Home
from gameday.place import Place
from gameday.synthesis import _digest, project_context
from tests.e2e.command import LONGEST, Command, Done
from tests.e2e.slow_clip import slowed
from tests.synthesis import synthesise

HIGHLIGHT = {"id", "title", "status", "reason", "video", "rendition", "thumbnail"}


def test_a_run_prints_one_json_object_of_the_documented_shape(first_run: tuple[Path, Done]):
    done = first_run[1]

    found = done.json
    assert done.code == 0
    assert found["status"] == "SUCCEEDED"
    assert (found["league"], found["game_date"]) == ("NCAA", "2026-01-10")
    assert found["execution_arn"].startswith("arn:aws:states:")
    counts = {"found": 7, "new": 7, "playable": 5, "link_only": 1, "unavailable": 1, "failed": 0}
    assert found["counts"] == counts
    for highlight in found["highlights"]:
        assert set(highlight) == HIGHLIGHT
        if highlight["status"] == "playable":
            assert highlight["video"]["checksum"].startswith("crc32:")
            rendition = highlight["rendition"]
            assert (rendition["width"], rendition["height"]) == (160, 90)
            assert 0.9 <= rendition["duration_seconds"] <= 1.2
            assert highlight["thumbnail"]["key"].endswith(".jpg")
        else:
            assert highlight["reason"]
    assert found["backup"] | {"name": ""} == {
        "created": True,
        "name": "",
        "kept": 1,
        "deleted": 0,
    }
    assert found["seconds"]["total"] > 0
    assert (Path(found["page"])).is_file()


def test_the_kept_days_are_listed_exported_and_deleted(kept_command: Command, tmp_path: Path):
    (day,) = json.loads(kept_command.run("status", "--json").out)
    assert (day["game_date"], day["playable"], day["backed_up"]) == ("2026-01-10", 5, True)
    shown = kept_command.run("status", NO_COLOR="1").out
    assert "NCAA 2025–26, 2026-01-10" in shown and "127.0.0.1 answered 404" in shown
    assert "2026-01-10  NCAA" in kept_command.run("status", "--days").out
    told = kept_command.run("why", "2026-01-10", "stone", "creek", "--json").json
    whats = [entry["what"] for entry in told["timeline"]]
    assert {"listed", "unavailable", "backed-up", "run"} <= set(whats)
    assert kept_command.run("why", "nobody").code == 1

    folder = tmp_path / "mine"
    assert kept_command.run("export", str(folder)).code == 0
    assert len(list(folder.glob("NCAA Highlights/*/*.mp4"))) == 5
    assert "0 files written" in kept_command.run("export", str(folder)).out

    assert kept_command.run("reset").code != 0  # nobody answered the question
    assert kept_command.home.exists()
    assert kept_command.run("reset", "--yes").code == 0
    assert not kept_command.home.exists()


def test_a_season_is_imported_into_a_home_of_its_own(kept_command: Command, tmp_path: Path):
    command, folder = Command(tmp_path / "new"), str(tmp_path / "season")
    assert kept_command.run("export", folder, "--no-originals").code == 0

    asked = command.run("import", folder)
    assert (asked.code, "import it?" in asked.out) == (2, True)
    assert "add --yes" in asked.out + asked.err
    assert "7 highlights" in asked.out and "costs about $" in asked.out
    assert not command.home.exists()

    context = project_context()
    synthesise(command.home / "assemblies" / _digest(context), context)
    done = command.run("import", folder, "--yes", "--json")
    assert (done.code, done.json["ok"], done.json["comparison"]["found"]) == (0, True, 7)
    assert "Everything is there, and whole." in command.run("verify").out

    (tmp_path / "else").mkdir()
    wrong = command.run("import", str(tmp_path / "else"), "--yes")
    assert (wrong.code, "index.json is not there" in wrong.err) == (2, True)


def test_what_is_lost_is_named_and_mended(kept_command: Command):
    objects = kept_command.home / "aws" / "objects"
    (video,) = objects.rglob("videos/**/412380371.mp4")
    (answer,) = objects.rglob(f"highlights/**/{32 * '[0-9a-f]'}.json")
    whole = answer.read_bytes()
    video.write_bytes(video.read_bytes()[::-1])
    answer.write_bytes(whole[:-2])

    done = kept_command.run("verify")
    assert (done.code, done.err) == (1, "")
    assert all(said in done.out for said in ("412380371.mp4", "2 damaged.", "--repair"))
    assert "raw answer" in done.out and "gameday restore objects" in done.out

    answer.write_bytes(whole)
    done = kept_command.run("verify", "--repair", "--json")
    assert (done.code, done.json["ok"], done.json["objects"]) == (0, True, 25)
    (fact,) = done.json["findings"]
    assert (fact["part"], fact["highlight_id"]) == ("video", "412380371")
    assert (fact["problem"], fact["repaired"]) == ("damaged", True)

    assert "Everything is there, and whole." in kept_command.run("verify").out


def test_what_is_lost_is_restored_and_in_place_only_in_words(kept_command: Command):
    with Place(Home(kept_command.home)).vault() as vault:
        table, bucket = vault.table, vault.bucket
        dynamodb = vault.aws.client("dynamodb")
        dynamodb.update_table(TableName=table, DeletionProtectionEnabled=False)
        dynamodb.delete_table(TableName=table)
        for one in list(vault.objects()):
            vault.aws.client("s3").delete_object(Bucket=bucket, Key=one.key)

    for words in ([], ["--confirm", "yes"], ["--yes"]):
        done = kept_command.run("restore", "--in-place", *words)
        assert (done.code, f"replace {table}" in done.err) == (2, True)
    assert kept_command.run("restore").code != 0  # nobody answered the question
    assert "gameday restore" in kept_command.run("status").err
    done = kept_command.run("restore", "--in-place", "--confirm", f"replace {table}")
    assert (done.code, done.err) == (0, "")
    assert "point-in-time recovery of 35 days, deletion protection" in done.out
    assert f"{table} holds 7 highlights as expected." in done.out
    done = kept_command.run("restore table", "--to", "beside", "--yes", "--json")
    assert (done.code, done.json["comparison"]["found"], done.json["table"]) == (0, 7, "beside")
    assert kept_command.run("restore", "--to", table, "--yes").code == 2
    assert "two sources" in kept_command.run("restore", "--at", "2h ago", "--backup", "x").err

    assert kept_command.run("verify").code == 1
    done = kept_command.run(
        "restore objects", "--in-place", "--confirm", f"replace {bucket}", "--json"
    )
    assert (done.code, done.json["restored"], done.json["missing"]) == (0, 25, [])
    assert "Everything is there, and whole." in kept_command.run("verify").out


def test_verifying_needs_something_kept(tmp_path: Path):
    done = Command(tmp_path / "home").run("verify", "--repair")

    assert done.code == 1
    assert "nothing is kept" in done.err


def test_the_environment_names_of_old_deployments_still_count(provider: Provider, command: Command):
    named = {
        "API_URL": provider.url,
        "RAPIDAPI_KEY": "not-this-one",
        "LEAGUE_NAME": "NCAA",
        "DATE": "2026-01-11",
    }
    done = Command(command.home).run("run", "--json", **named)

    assert (done.json["league"], done.json["game_date"]) == ("NCAA", "2026-01-11")
    assert done.json["error"]["name"] == "ProviderRefusedKey"
    assert "1 to 40" in Command(command.home).run("run", **named, LIMIT="0").err


def test_a_wrong_key_is_one_clear_sentence(command: Command):
    done = command.run("run", "--json", "--api-key", "not-this-one")

    assert done.code == 2
    assert done.json["status"] == "FAILED"
    assert done.json["error"]["name"] == "ProviderRefusedKey"
    assert "key" in done.err and "not-this-one" not in done.out + done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("fault", [Fault.DAILY_QUOTA, Fault.HTML_PAGE, Fault.WRONG_SHAPE])
def test_a_provider_that_refuses_is_one_clear_sentence(
    provider: Provider, command: Command, fault: Fault
):
    provider.fail_next(fault)

    done = command.run("run")

    assert done.code == 1
    assert "provider" in done.out.splitlines()[-1], done.out
    assert "Traceback" not in done.out + done.err


def test_an_unreachable_provider_is_one_clear_sentence(provider: Provider, command: Command):
    provider.fail_next(Fault.RESET, times=5)

    done = command.run("run")

    assert done.code == 1
    assert "could not be reached" in done.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--date", "tomorrow"], "YYYY-MM-DD"),
        (["--limit", "0"], "1 to 40"),
        (["--limit", "many"], "1 to 40"),
        (["--league", "../.."], "league"),
        (["--api-url", "ftp://provider"], "http(s)"),
        (["--allow-host", "http://10.0.0.1/"], "hosts"),
        (["--colour"], "--colour"),
    ],
)
def test_wrong_usage_says_how_and_touches_nothing(tmp_path: Path, options, said):
    home = tmp_path / "home"
    done = Command(home).run("run", "--api-key", "k", *options)

    assert done.code == 2
    assert said in done.err
    assert not home.exists()


def test_a_provider_without_a_key_is_asked_for_one(tmp_path: Path):
    done = Command(tmp_path / "home").run("run", "--api-url", "http://127.0.0.1:1/highlights")

    assert done.code == 2
    assert "RAPIDAPI_KEY" in done.err


def test_a_video_on_a_private_host_is_refused_unless_it_is_named(
    provider: Provider, command: Command
):
    (row,) = [row for row in provider.highlights if row["id"] == 412380371]
    port = provider.base_url.rsplit(":", 1)[1]
    with socket.create_server(("127.0.0.2", 0)) as other:
        row = {**row, "url": f"http://127.0.0.2:{other.getsockname()[1]}/clip.mp4"}
        provider.highlights = [row]
        done = command.run("run", "--json")

    (highlight,) = done.json["highlights"]
    assert highlight["status"] == "unavailable"
    assert "private address" in highlight["reason"]
    assert port not in highlight["reason"]


def test_two_commands_on_one_home_do_not_meet(provider: Provider, command: Command, tmp_path: Path):
    slow = "pine-hollow_480p30.mp4"
    provider.media[slow] = slowed(provider.media[slow], tmp_path)
    first = command.start("run")
    command.wait_for(first, "FetchHighlights")

    second = command.run("run")

    first.kill()
    first.wait(LONGEST)
    assert second.code == 1
    assert "another process" in second.err


@pytest.mark.parametrize(
    "name",
    [
        "run",
        "up",
        "status",
        "why",
        "export",
        "import",
        "verify",
        "reset",
        "restore table",
        "restore objects",
    ],
)
def test_every_command_explains_itself(tmp_path: Path, name: str):
    done = Command(tmp_path).run(name, "--help")

    assert done.code == 0
    assert "--home" in done.out


def test_what_stays_up_is_reached_with_the_printed_exports(command: Command):
    up = command.start("up")
    exports = command.wait_for(up, "Ctrl-C")
    pairs = re.findall(r"export (\w+)=(\S+)", exports)
    listed = subprocess.run(
        [sys.executable, "-c", "import boto3; print(boto3.client('s3').list_buckets()['Buckets'])"],
        env=os.environ | dict(pairs),
        capture_output=True,
        text=True,
        check=True,
    )
    up.send_signal(signal.SIGINT)

    assert up.wait(LONGEST) == 0
    assert "archive" in listed.stdout
