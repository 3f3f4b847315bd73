"""What stops a step: what stays, what is said, and how a later run goes on."""

import json
from datetime import timedelta

import pytest

from gameday.embedded.provider import Fault
from gameday.why.evidence import KnownInVault, gather
from gameday.why.target import find
from gameday.why.timeline import timeline
from lambdas.highlights.sidecar import key_of, render
from tests.e2e.conftest import DAY, Pipeline, Run
from tests.e2e.functions import configured
from tests.e2e.roles import grant_everything, revoke

LATE_FINISH = 412380371
LINK = 412380281
LATE_CLIP = "/media/pine-hollow_480p30.mp4"


def story(pipeline: Pipeline, what: str) -> list[str]:
    """What `gameday why` says of the late finish, as far as it is `what`."""
    target = find(str(LATE_FINISH), KnownInVault(pipeline.vault))
    entries = timeline(gather(pipeline.vault, target))
    return [entry.says for entry in entries if entry.what == what]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.NOT_SUBSCRIBED, "ProviderRefusedKey"),
        (Fault.DAILY_QUOTA, "ProviderQuotaExceeded"),
        (Fault.WRONG_SHAPE, "UnexpectedAnswer"),
        (Fault.HTML_PAGE, "UnexpectedAnswer"),
    ],
)
def test_a_provider_that_will_not_answer_ends_the_run_at_once(pipeline: Pipeline, fault, error):
    pipeline.provider.fail_next(fault)

    run = pipeline.run()

    assert run.execution.status == "FAILED"
    assert run.execution.error == error
    assert run.execution.message.count(".") <= 4 and "\n" not in run.execution.message
    assert pipeline.items() == {}
    assert pipeline.objects() == {}
    assert len(pipeline.provider.requests) == 1


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.PER_SECOND_LIMIT, Fault.RESET])
def test_a_provider_that_stumbles_is_asked_again(pipeline: Pipeline, fault):
    pipeline.list_only(LATE_FINISH)
    pipeline.provider.fail_next(fault, times=2)

    run = pipeline.run()

    assert run.execution.status == "SUCCEEDED"
    assert run.statuses() == {str(LATE_FINISH): "playable"}


def test_a_provider_that_stays_down_fails_the_run_with_its_name(pipeline: Pipeline):
    pipeline.provider.fail_next(Fault.SERVER_ERROR, times=5)

    run = pipeline.run()

    assert (run.execution.status, run.execution.error) == ("FAILED", "ProviderUnavailable")


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.TRUNCATED, Fault.RESET])
def test_a_video_that_breaks_off_once_is_kept_all_the_same(pipeline: Pipeline, fault):
    pipeline.list_only(LATE_FINISH)
    pipeline.provider.fail_next(fault, path=LATE_CLIP)

    assert pipeline.run().statuses() == {str(LATE_FINISH): "playable"}


def test_one_failing_video_leaves_the_others_and_a_rerun_mends_it(pipeline: Pipeline):
    pipeline.list_only(LATE_FINISH, 412380195)
    pipeline.provider.fail_next(Fault.SERVER_ERROR, times=5, path=LATE_CLIP)

    first = pipeline.run()

    assert (first.execution.status, first.execution.error) == ("FAILED", "RerunNeeded")
    assert first.statuses() == {"412380195": "playable", str(LATE_FINISH): "failed"}
    assert first.record["backup"]["created"] is True
    assert not [key for key in pipeline.videos().values() if str(LATE_FINISH) in key]
    uploads = pipeline.aws.client("s3").list_multipart_uploads(Bucket=pipeline.vault.bucket)
    assert uploads.get("Uploads", []) == []
    attempts = story(pipeline, "download-attempt")
    assert len(attempts) >= 3
    assert all("127.0.0.1 answered 500 (SourceUnavailable)" in says for says in attempts)
    assert "download failed: 127.0.0.1 answered 500" in story(pipeline, "failed")[0]

    second = pipeline.run()

    assert second.execution.status == "SUCCEEDED"
    assert "127.0.0.1 answered 206" in story(pipeline, "stored")[0]
    assert set(second.statuses().values()) == {"playable"}
    assert len(pipeline.jobs()) == 2


def test_a_page_in_the_place_of_a_video_is_kept_as_a_link(pipeline: Pipeline):
    pipeline.list_only(LATE_FINISH)
    pipeline.provider.fail_next(Fault.HTML_PAGE, path=LATE_CLIP)

    run = pipeline.run()

    assert run.execution.status == "SUCCEEDED"
    assert run.statuses() == {str(LATE_FINISH): "link_only"}
    assert pipeline.videos() == {}


def test_a_transcoding_failure_is_mended_without_a_second_download(pipeline: Pipeline):
    pipeline.list_only(LATE_FINISH)
    revoke(pipeline.aws, "TranscodeRole", "s3:PutObject")
    first = pipeline.run()
    assert first.statuses() == {str(LATE_FINISH): "failed"}
    assert "transcoding failed" in first.record["highlights"][0]["reason"]
    (failed,), (asked,) = story(pipeline, "failed"), story(pipeline, "job-asked")
    (job,) = (one["Id"] for one in pipeline.jobs())
    assert "transcoding failed" in failed
    assert failed.endswith(f"MediaConvert job {job}") and asked.endswith(f"MediaConvert job {job}")
    grant_everything(pipeline.aws, "TranscodeRole")
    asked = len(pipeline.provider.requests)

    second = pipeline.run()

    assert second.statuses() == {str(LATE_FINISH): "playable"}
    assert second.record["highlights"][0]["reason"] is None
    assert [one.path for one in pipeline.provider.requests[asked:]] == ["/basketball/highlights"]
    assert len(pipeline.videos()) == 1


def test_a_failed_backup_is_reported_and_made_by_a_rerun(pipeline: Pipeline):
    pipeline.list_only(LATE_FINISH)
    revoke(pipeline.aws, "BackUpTableRole", "dynamodb:CreateBackup")
    first = pipeline.run()
    assert first.execution.error == "RerunNeeded"
    assert "the backup failed" in first.record["summary"]
    grant_everything(pipeline.aws, "BackUpTableRole")

    second = pipeline.run()

    assert second.execution.status == "SUCCEEDED"
    assert second.record["backup"]["created"] is True


def test_failed_sidecars_are_reported_keep_no_backup_away_and_are_written_by_a_rerun(
    pipeline: Pipeline,
):
    pipeline.list_only(LINK)
    revoke(pipeline.aws, "WriteSidecarsRole", "s3:PutObject")
    first = pipeline.run()
    assert first.execution.error == "RerunNeeded"
    assert "the sidecars failed" in first.record["summary"]
    assert first.record["backup"]["created"] is True
    grant_everything(pipeline.aws, "WriteSidecarsRole")

    second = pipeline.run()

    assert second.execution.status == "SUCCEEDED"
    assert second.record["sidecars"]["written"] == 1
    assert second.record["backup"]["created"] is False
    (item,) = pipeline.items().values()
    assert pipeline.vault.read_object(key_of(item)).read() == render(item)


def test_an_input_that_names_no_day_is_refused_in_words(pipeline: Pipeline):
    started = pipeline.aws.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.vault.state_machine, name="typo", input=json.dumps({"leage": 1})
    )

    run = pipeline.finish("typo", started["executionArn"])

    assert run.execution.error == "InvalidInput"
    assert "league" in run.execution.message


def test_a_vanished_row_does_not_make_a_failed_clip_forgotten(pipeline: Pipeline):
    pipeline.list_only(LATE_FINISH)
    pipeline.provider.fail_next(Fault.SERVER_ERROR, times=5, path=LATE_CLIP)
    assert pipeline.run().statuses() == {str(LATE_FINISH): "failed"}
    pipeline.provider.highlights = []

    assert pipeline.run(DAY).statuses() == {str(LATE_FINISH): "playable"}


def test_a_damaged_rendition_is_made_again(pipeline: Pipeline):
    pipeline.list_only(LATE_FINISH)
    revoke(pipeline.aws, "RecordRenditionRole", "dynamodb:UpdateItem")
    assert pipeline.run().statuses() == {str(LATE_FINISH): "failed"}
    grant_everything(pipeline.aws, "RecordRenditionRole")
    (key,) = pipeline.objects("processed_videos/").values()
    half = pipeline.vault.read_object(key).read()[:2_000]
    pipeline.aws.client("s3").put_object(Bucket=pipeline.vault.bucket, Key=key, Body=half)

    damaged = pipeline.run()
    assert damaged.statuses() == {str(LATE_FINISH): "failed"}
    assert "{" not in damaged.record["highlights"][0]["reason"]

    assert pipeline.run().statuses() == {str(LATE_FINISH): "playable"}
    assert len(pipeline.jobs()) == 2


def test_a_link_that_is_signed_anew_each_time_is_no_new_data(pipeline: Pipeline):
    pipeline.list_only(412380281, 412380302)
    pipeline.run()
    for row in pipeline.provider.highlights:
        row["url"] = f"{row['url'].partition('?')[0]}?signature=fresh"
    asked = len(pipeline.provider.requests)

    again = pipeline.run()

    assert again.record["backup"]["created"] is False
    assert len(pipeline.provider.requests) == asked + 1


def test_a_cap_lets_videos_wait_and_the_next_day_goes_on_with_them(within_a_day: Pipeline):
    pipeline = within_a_day
    pipeline.list_only(LATE_FINISH, 412380195, LINK)
    # Each clip of a second is billed as ten, and a minute has room for both.
    cap = {"TRANSCODE_MINUTES_PER_DAY": "1"}
    count(pipeline, "transcode_seconds", 45)

    with configured(pipeline, "DownloadVideo", Environment=cap):
        first = pipeline.run()
        again = pipeline.run()
        pass_a_day(pipeline)
        last = pipeline.run()

    assert first.execution.status == again.execution.status == "SUCCEEDED"
    assert sorted(first.statuses().values()) == ["link_only", "paused", "playable"]
    assert first.statuses() == again.statuses()
    assert "1 paused" in first.record["summary"]
    (reason,) = first.record["paused"]["reasons"]
    assert "0.9 of 1 minutes of transcode_minutes_per_day are used" in reason
    assert set(last.statuses().values()) == {"link_only", "playable"}
    assert last.record["paused"] == {"count": 0, "reasons": []}
    assert (len(pipeline.jobs()), len(pipeline.videos())) == (2, 2)
    assert not [item for item in pipeline.items().values() if "paused" in item]


def test_a_refusal_for_the_day_stops_what_runs_by_itself_until_a_person_asks(
    within_a_day: Pipeline,
):
    pipeline = within_a_day
    pipeline.list_only(LINK)
    pipeline.provider.fail_next(Fault.DAILY_QUOTA)

    refused, still = run_by_schedule(pipeline), run_by_schedule(pipeline)
    asked = len(pipeline.provider.requests)
    own, after = pipeline.run(), run_by_schedule(pipeline)

    assert refused.execution.error == still.execution.error == "ProviderQuotaExceeded"
    midnight = f"{pipeline.aws.now() + timedelta(days=1):%Y-%m-%d} 00:00 UTC"
    assert midnight in refused.execution.message and midnight in still.execution.message
    assert asked == 1
    assert own.execution.status == after.execution.status == "SUCCEEDED"


def run_by_schedule(pipeline: Pipeline) -> Run:
    """An execution that no person started."""
    name = f"by-itself-{len(pipeline.executions())}"
    asked = {"league": DAY.league, "date": DAY.date.isoformat(), "asked_by": "look-back"}
    started = pipeline.aws.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.vault.state_machine, name=name, input=json.dumps(asked)
    )
    return pipeline.finish(name, started["executionArn"])


def count(pipeline: Pipeline, counter: str, amount: int) -> None:
    """Let so much be used already today."""
    pipeline.aws.client("dynamodb").put_item(
        TableName=pipeline.vault.season_table,
        Item={
            "pk": {"S": "usage"},
            "sk": {"S": pipeline.aws.now().date().isoformat()},
            counter: {"N": str(amount)},
        },
    )


def pass_a_day(pipeline: Pipeline) -> None:
    """Let all that was counted today be of yesterday."""
    dynamodb, table = pipeline.aws.client("dynamodb"), pipeline.vault.season_table
    today = pipeline.aws.now().date()
    yesterday = (today - timedelta(days=1)).isoformat()
    for row in dynamodb.scan(TableName=table)["Items"]:
        key = {name: row[name] for name in ("pk", "sk")}
        moved = {
            name: {"S": one["S"].replace(today.isoformat(), yesterday)} for name, one in key.items()
        }
        if row["pk"]["S"].startswith(("usage", "spent#")) and moved != key:
            dynamodb.delete_item(TableName=table, Key=key)
            dynamodb.put_item(TableName=table, Item=row | moved)
