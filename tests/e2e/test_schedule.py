"""A schedule that fires starts an execution for the right game day."""

import json
import time
from datetime import UTC, datetime

from lambdas.highlights.archive import Archive
from lambdas.highlights.table_export import complete_exports, newest_chain, read_export
from tests.e2e.conftest import LONGEST_RUN, POLL, Pipeline, day
from tests.e2e.roles import revoke

SUNDAY_BEFORE = datetime(2026, 1, 11, 14, 0, tzinfo=UTC)  # 09:00 in New York
MONDAY_BEFORE = datetime(2026, 1, 12, 16, 59, tzinfo=UTC)  # 11:59 in New York
MONDAY_AFTER = datetime(2026, 1, 12, 17, 1, tzinfo=UTC)
SUNDAY_AFTER = datetime(2026, 1, 11, 14, 59, tzinfo=UTC)


def inputs(pipeline: Pipeline) -> dict[str, dict]:
    """The input of every execution by its ARN."""
    states = pipeline.aws.client("stepfunctions")
    return {
        arn: json.loads(states.describe_execution(executionArn=arn)["input"])
        for arn in pipeline.executions()
    }


def test_the_morning_after_a_saturday_its_games_are_kept(pipeline: Pipeline):
    pipeline.aws.pass_time(SUNDAY_BEFORE, SUNDAY_AFTER)

    started = inputs(pipeline)
    assert sorted(one["days_after"] for one in started.values()) == [1, 3]
    for arn, given in started.items():
        assert given["league"] == "NCAA"
        assert given["scheduled_time"] == "2026-01-11T14:30:00Z"
        game_day = day("2026-01-10" if given["days_after"] == 1 else "2026-01-08")
        run = pipeline.finish(arn.rsplit(":", 1)[1], arn, game_day)
        assert run.execution.status == "SUCCEEDED"
        assert run.record["game_date"] == game_day.date.isoformat()


def test_on_a_monday_the_table_is_exported(pipeline: Pipeline):
    item = {"id": {"S": "1"}, "status": {"S": "link_only"}}
    pipeline.aws.client("dynamodb").put_item(TableName=pipeline.vault.table, Item=item)
    archive = Archive(pipeline.aws.client("s3"), pipeline.vault.bucket)

    pipeline.aws.pass_time(MONDAY_BEFORE, MONDAY_AFTER)

    deadline = time.monotonic() + LONGEST_RUN
    while not (chain := newest_chain(complete_exports(archive))):
        assert time.monotonic() < deadline
        time.sleep(POLL)
    assert [item["id"] for item in read_export(archive, chain)] == ["1"]


def test_before_its_hour_in_new_york_nothing_starts(pipeline: Pipeline):
    pipeline.aws.pass_time(datetime(2026, 1, 11, 0, 0, tzinfo=UTC), SUNDAY_BEFORE)

    assert inputs(pipeline) == {}


def test_a_schedule_without_its_grant_starts_nothing(pipeline: Pipeline):
    revoke(pipeline.aws, "GameDayPipeline-SchedulerRole", "states:StartExecution")

    pipeline.aws.pass_time(SUNDAY_BEFORE, SUNDAY_AFTER)

    assert inputs(pipeline) == {}
