"""A schedule that fires looks at the game days that are due."""

import json
import time
from datetime import UTC, datetime

from lambdas.highlights.archive import Archive
from lambdas.highlights.table_export import complete_exports, newest_chain, read_export
from tests.e2e.conftest import LONGEST_RUN, POLL, Pipeline
from tests.e2e.roles import revoke

SUNDAY_BEFORE = datetime(2026, 1, 11, 14, 0, tzinfo=UTC)  # 09:00 in New York
MONDAY_BEFORE = datetime(2026, 1, 12, 16, 59, tzinfo=UTC)  # 11:59 in New York
MONDAY_AFTER = datetime(2026, 1, 12, 17, 1, tzinfo=UTC)
SUNDAY_AFTER = datetime(2026, 1, 11, 14, 59, tzinfo=UTC)
SUNDAY_LATER = datetime(2026, 1, 11, 15, 1, tzinfo=UTC)  # after the women's look
WINDOW = ["2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10"]


def looks(pipeline: Pipeline) -> list[str]:
    """The ARN of every look back of the test."""
    pages = pipeline.aws.client("stepfunctions").get_paginator("list_executions")
    found = pages.paginate(stateMachineArn=pipeline.vault.look_back).build_full_result()
    return [one["executionArn"] for one in found["executions"]]


def inputs(pipeline: Pipeline) -> list[dict]:
    """The input of every execution of a game day."""
    states = pipeline.aws.client("stepfunctions")
    found = (states.describe_execution(executionArn=arn) for arn in pipeline.executions())
    return [json.loads(one["input"]) for one in found]


def test_the_morning_after_a_saturday_its_games_are_kept(pipeline: Pipeline):
    before = set(looks(pipeline))

    pipeline.aws.pass_time(SUNDAY_BEFORE, SUNDAY_AFTER)

    [look] = set(looks(pipeline)) - before
    described = pipeline.aws.client("stepfunctions").describe_execution(executionArn=look)
    assert json.loads(described["input"]) == {
        "league": "NCAA",
        "scheduled_time": "2026-01-11T14:30:00Z",
    }
    assert pipeline.ended(look).status == "SUCCEEDED"
    given = inputs(pipeline)
    assert sorted(one["date"] for one in given) == WINDOW
    assert {one["asked_by"] for one in given} == {look.rsplit(":", 1)[1]}
    assert {item["game_date"] for item in pipeline.items().values()} == {"2026-01-10"}


def test_half_an_hour_later_there_is_nothing_left_to_look_at(pipeline: Pipeline):
    pipeline.aws.pass_time(SUNDAY_BEFORE, SUNDAY_AFTER)
    pipeline.ended(looks(pipeline)[0])
    executions, calls = len(pipeline.executions()), len(pipeline.provider.requests)

    pipeline.aws.pass_time(SUNDAY_AFTER, SUNDAY_LATER)

    assert pipeline.ended(looks(pipeline)[0]).status == "SUCCEEDED"
    assert (len(pipeline.executions()), len(pipeline.provider.requests)) == (executions, calls)


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
    before = set(looks(pipeline))

    pipeline.aws.pass_time(datetime(2026, 1, 11, 0, 0, tzinfo=UTC), SUNDAY_BEFORE)

    assert set(looks(pipeline)) == before


def test_a_schedule_without_its_grant_starts_nothing(pipeline: Pipeline):
    revoke(pipeline.aws, "GameDaySeason-SchedulerRole", "states:StartExecution")
    before = set(looks(pipeline))

    pipeline.aws.pass_time(SUNDAY_BEFORE, SUNDAY_AFTER)

    assert set(looks(pipeline)) == before
