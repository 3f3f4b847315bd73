"""A schedule that fires looks at the game days that are due."""

import json
from datetime import UTC, datetime

from gameday.embedded.provider import Fault
from gameday.vault import Execution
from lambdas.highlights.archive import Archive
from lambdas.highlights.table_export import complete_exports, newest_chain, read_export
from lambdas.table import Table
from tests.e2e.conftest import KEY, Pipeline, until
from tests.e2e.roles import revoke

SUNDAY_BEFORE = datetime(2026, 1, 11, 14, 0, tzinfo=UTC)  # 09:00 in New York
MONDAY_BEFORE = datetime(2026, 1, 12, 16, 59, tzinfo=UTC)  # 11:59 in New York
MONDAY_AFTER = datetime(2026, 1, 12, 17, 1, tzinfo=UTC)
SUNDAY_AFTER = datetime(2026, 1, 11, 14, 59, tzinfo=UTC)
SUNDAY_LATER = datetime(2026, 1, 11, 15, 1, tzinfo=UTC)  # after the women's look
LAST_WEEK = "2026-01-09T14:30:00.000000+00:00"
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
    close(pipeline, *WINDOW[:2])
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
    assert sorted(one["date"] for one in given) == WINDOW[2:]
    assert {one["asked_by"] for one in given} == {look.rsplit(":", 1)[1]}
    assert {item["game_date"] for item in pipeline.items().values()} == {"2026-01-10"}


def test_half_an_hour_later_there_is_nothing_left_to_look_at(pipeline: Pipeline):
    close(pipeline, *WINDOW[:3])
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

    until(lambda: bool(newest_chain(complete_exports(archive))))
    chain = newest_chain(complete_exports(archive))
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


def test_a_day_without_calls_is_left_to_the_next_morning_and_is_no_failure(within_a_day: Pipeline):
    pipeline = within_a_day
    spend_calls(pipeline, 78)
    pipeline.provider.fail_next(Fault.DAILY_QUOTA)

    pipeline.aws.pass_time(SUNDAY_BEFORE, SUNDAY_AFTER)

    ended = pipeline.ended(looks(pipeline)[0])
    assert ended.status == "SUCCEEDED", ended
    assert said(pipeline, ended) == "0 days looked at, 0 closed, 4 left"
    assert len(pipeline.executions()) == 1


def test_a_backfill_without_calls_waits_for_the_next_day_until_it_is_stopped(
    within_a_day: Pipeline,
):
    pipeline = within_a_day
    spend_calls(pipeline, 80)
    states = pipeline.aws.client("stepfunctions")

    arn = look_back(pipeline, "2026-01-01", "2026-01-20")
    until(lambda: "WaitStateEntered" in [one["type"] for one in pipeline.vault.events(arn)])
    waits = json.loads(pipeline.vault.events(arn)[-1]["stateEnteredEventDetails"]["input"])
    states.stop_execution(executionArn=arn)

    assert datetime.fromisoformat(waits["wait_until"]) > pipeline.aws.now()
    assert waits["summary"].startswith("0 days looked at, 0 closed, 20 left, waiting for provider")
    assert pipeline.executions() == []


def test_a_wrong_key_stops_a_backfill_after_a_few_days(pipeline: Pipeline):
    pipeline.vault.set_provider_key("wrong")

    ended = pipeline.ended(look_back(pipeline, "2026-01-01", "2026-01-20"))

    pipeline.vault.set_provider_key(KEY)
    assert (ended.status, ended.error) == ("FAILED", "DaysFailed")
    assert "ProviderRefusedKey" in ended.message
    assert "stopped, since too many failed" in ended.message
    assert len(pipeline.executions()) <= 6


def close(pipeline: Pipeline, *days: str) -> None:
    """Let these days of the sample's league be done already."""
    season = Table(pipeline.aws.client("dynamodb"), pipeline.vault.season_table)
    for one in days:
        facts = {"league": "NCAA", "game_date": one, "looked_at": LAST_WEEK, "closed_at": LAST_WEEK}
        season.put_item(Item={"pk": "day#NCAA", "sk": one, **facts})


def look_back(pipeline: Pipeline, first: str, last: str) -> str:
    """The ARN of a backfill as a person starts it in the console."""
    started = pipeline.aws.client("stepfunctions").start_execution(
        stateMachineArn=pipeline.vault.look_back,
        input=json.dumps({"league": "NCAA", "from": first, "to": last}),
    )
    return started["executionArn"]


def spend_calls(pipeline: Pipeline, number: int) -> None:
    """Let so many of the 80 provider calls of today be made already."""
    usage = Table(pipeline.aws.client("dynamodb"), pipeline.vault.season_table)
    today = pipeline.aws.now().date().isoformat()
    usage.put_item(Item={"pk": "usage", "sk": today, "provider_calls": number})


def said(pipeline: Pipeline, execution: Execution) -> str:
    """How an execution that succeeded sums itself up."""
    found = pipeline.aws.client("stepfunctions").describe_execution(executionArn=execution.arn)
    return json.loads(found["output"])["summary"]
