"""A whole game day, and the same day again."""

import json
from collections import Counter

from gameday.embedded.sample import SampleDay
from tests.e2e.conftest import KEY, Pipeline, day

PLAYABLE = {"412380195", "412380217", "412380240", "412380263", "412380371"}


def test_a_game_day_is_fetched_stored_transcoded_and_backed_up(
    pipeline: Pipeline, sample: SampleDay
):
    pipeline.provider.media = dict(sample.media)
    run = pipeline.run()

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


def test_the_raw_answer_is_kept_as_it_came(pipeline: Pipeline):
    pipeline.run()

    (key,) = pipeline.objects("highlights/NCAA/2026-01-10/").values()
    assert len(json.load(pipeline.vault.read_object(key))["data"]) == 9


def test_the_backup_holds_what_was_written_last(pipeline: Pipeline):
    run = pipeline.run()
    dynamodb = pipeline.aws.client("dynamodb")
    (backup,) = dynamodb.list_backups()["BackupSummaries"]
    dynamodb.restore_table_from_backup(TargetTableName="restored", BackupArn=backup["BackupArn"])

    restored = dynamodb.scan(TableName="restored")["Items"]
    statuses = {item["id"]["S"]: item["status"]["S"] for item in restored}
    assert statuses == run.statuses()


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
    for name in ("before-the-season", f"{table}-manual"):
        dynamodb.create_backup(TableName=table, BackupName=name)
    for hour in range(5):
        dynamodb.create_backup(TableName=table, BackupName=f"{table}-20260101T0{hour}0000Z")

    run = pipeline.run()

    names = [one["BackupName"] for one in dynamodb.list_backups()["BackupSummaries"]]
    ours = sorted(name for name in names if "-2026" in name)
    assert {"before-the-season", f"{table}-manual"} <= set(names)
    assert run.record["backup"]["name"] in ours
    assert len(ours) == 3
    assert len(run.record["backup"]["deleted"]) == 3


def test_no_log_line_holds_the_key_or_the_query_of_a_url(pipeline: Pipeline):
    for row in pipeline.provider.highlights:
        row["url"] += "?X-Amz-Signature=do-not-log-me"
    pipeline.run()

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
