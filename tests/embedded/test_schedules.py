"""Schedules fire in their own time zone, with the input and under the role they were given."""

import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from account import Account, until
from botocore.exceptions import ClientError

from gameday.embedded.schedule_clock import ScheduleClock

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def target(account: Account) -> dict[str, str]:
    """A state machine, and a role that may start it."""
    machine, role = account.machine(PASS), account.role("scheduler")
    account.allow(role, "states:StartExecution", machine)
    return {"Arn": machine, "RoleArn": role, "Input": "{}"}


def schedule(account: Account, target: dict[str, str], expression: str, **fields: str) -> str:
    request = {"Name": "games", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target, **fields}
    created = account.client("scheduler").create_schedule(ScheduleExpression=expression, **request)
    return created["ScheduleArn"]


def fired(account: Account, after: str, until: str) -> list[str]:
    return [
        f"{firing.time:%m-%d %H:%M}" for firing in account.aws.pass_time(utc(after), utc(until))
    ]


def test_a_schedule_fires_at_its_hour_in_its_zone_across_daylight_saving(
    account: Account, target: dict
):
    schedule(
        account,
        target,
        "cron(30 9 ? * SUN,WED-SAT *)",
        ScheduleExpressionTimezone="America/New_York",
    )

    # The clocks go back on Sunday, 1 November 2026; the 26th of October is a Monday.
    assert fired(account, "2026-10-26", "2026-11-05") == [
        *("10-28 13:30", "10-29 13:30", "10-30 13:30", "10-31 13:30"),
        *("11-01 14:30", "11-04 14:30"),
    ]


def test_without_a_zone_it_is_utc(account: Account, target: dict):
    schedule(account, target, "cron(30 9 * * ? *)")

    assert fired(account, "2026-11-20", "2026-11-21") == ["11-20 09:30"]


@pytest.mark.parametrize("may_send", [True, False])
def test_what_is_not_delivered_waits_in_the_dead_letter_queue_if_the_role_may_send_it(
    account: Account, may_send: bool
):
    sqs, role = account.client("sqs"), account.role("scheduler")
    url = sqs.create_queue(QueueName="undelivered")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    queue = asked["Attributes"]["QueueArn"]
    if may_send:
        account.allow(role, "sqs:SendMessage", queue)
    refused = {"Arn": account.machine(PASS), "RoleArn": role, "Input": '{"league": "NCAA"}'}
    schedule(account, refused | {"DeadLetterConfig": {"Arn": queue}}, "cron(30 9 * * ? *)")

    fired(account, "2026-11-20", "2026-11-21")

    found = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages", [])
    assert [one["Body"] for one in found] == ['{"league": "NCAA"}'] * may_send
    for one in found:
        reason = one["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
        assert "states:StartExecution" in reason


@pytest.mark.parametrize(
    ("expression", "after", "until", "times"),
    [
        # 02:30 does not exist on the 14th of March, and 01:30 happens twice on the 7th of November.
        ("cron(30 2 * * ? *)", "2027-03-13", "2027-03-16", ["03-13 07:30", "03-15 06:30"]),
        ("cron(30 1 * * ? *)", "2027-11-07", "2027-11-08", ["11-07 05:30"]),
        ("at(2026-11-21T09:30:00)", "2026-11-21", "2026-11-22", ["11-21 14:30"]),
    ],
)
def test_clocks_that_change_skip_or_repeat_no_schedule(
    account: Account, target: dict, expression: str, after: str, until: str, times: list[str]
):
    schedule(account, target, expression, ScheduleExpressionTimezone="America/New_York")

    assert fired(account, after, until) == times


def test_time_that_passes_in_pieces_fires_each_time_once(account: Account, target: dict):
    schedule(account, target, "cron(0 * * * ? *)")
    pieces = ["2026-11-21T00:00", "2026-11-21T00:59", "2026-11-21T01:00", "2026-11-21T02:30"]

    times = [time for pair in itertools.pairwise(pieces) for time in fired(account, *pair)]

    assert times == ["11-21 01:00", "11-21 02:00"]


def test_a_rate_counts_from_its_start(account: Account, target: dict):
    schedule(account, target, "rate(12 hours)", StartDate=utc("2026-12-01T06:00"))

    assert fired(account, "2026-11-30", "2026-12-02") == ["12-01 06:00", "12-01 18:00"]


def test_a_disabled_schedule_does_not_fire(account: Account, target: dict):
    schedule(account, target, "rate(1 minute)", State="DISABLED")

    assert fired(account, "2026-12-01", "2026-12-02") == []


def test_the_execution_receives_the_input_with_its_attributes(account: Account, target: dict):
    text = json.dumps(
        {
            "league": "NCAA",
            "time": "<aws.scheduler.scheduled-time>",
            "schedule": "<aws.scheduler.schedule-arn>",
            "attempt": "<aws.scheduler.attempt-number>",
        }
    )
    arn = schedule(
        account,
        {**target, "Input": text},
        "cron(30 9 * * ? *)",
        ScheduleExpressionTimezone="America/New_York",
    )

    [firing] = account.aws.pass_time(utc("2026-11-21"), utc("2026-11-22"))

    assert json.loads(account.ended(firing.execution_arn)["output"]) == {
        "league": "NCAA",
        "time": "2026-11-21T14:30:00Z",
        "schedule": arn,
        "attempt": "1",
    }


@pytest.mark.parametrize(
    ("expression", "zone"),
    [
        ("cron(30 9 * * ? *)", "Mars/Olympus"),
        ("cron(30 9 ? * TUE-SUN *)", "UTC"),
        ("cron(30 9 1 NOV-APR ? *)", "UTC"),
        ("cron(60 9 * * ? *)", "UTC"),
        ("cron(30 9 * * MON *)", "UTC"),
        ("cron(30 9 * *)", "UTC"),
        ("every day", "UTC"),
    ],
)
def test_a_schedule_that_would_never_fire_is_refused(
    account: Account, target: dict, expression: str, zone: str
):
    with pytest.raises(ClientError, match="Invalid Schedule Expression"):
        schedule(account, target, expression, ScheduleExpressionTimezone=zone)


def test_a_template_keeps_the_zone_and_an_update_changes_it(account: Account, target: dict):
    scheduler = account.client("scheduler")

    def deploy(call: str, zone: str) -> tuple[str, str]:
        properties = {
            "Name": "games",
            "ScheduleExpression": "cron(30 9 * * ? *)",
            "ScheduleExpressionTimezone": zone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": target,
        }
        resource = {"Type": "AWS::Scheduler::Schedule", "Properties": properties}
        stack = account.deploy(call, "games", {"Schedule": resource})
        kept = scheduler.get_schedule(Name="games")["ScheduleExpressionTimezone"]
        return stack["StackStatus"], kept

    new_york, denver = "America/New_York", "America/Denver"
    assert deploy("create_stack", new_york) == ("CREATE_COMPLETE", new_york)
    assert deploy("update_stack", denver) == ("UPDATE_COMPLETE", denver)
    assert deploy("update_stack", "Mars/Olympus") == ("UPDATE_ROLLBACK_COMPLETE", denver)


def test_the_clock_fires_what_came_due_since_it_last_looked():
    start, passed = utc("2026-11-21T09:00"), []
    times = (start + timedelta(minutes=minute) for minute in itertools.count())
    clock = ScheduleClock(lambda after, until: passed.append((after, until)) or [], times.__next__)

    clock.start()
    until(lambda: len(passed), lambda count: count == 1)
    clock.stop()

    assert passed[0] == (start, start + timedelta(minutes=1))
