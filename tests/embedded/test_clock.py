"""The account's clock can be set ahead, and everything in the account agrees on the time."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from account import Account, task, until

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.clock import ClockSetBack
from gameday.embedded.passing import let_pass

TIMES = """
import datetime, time
from datetime import date, datetime as moment
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket="clips", Key="1", Body=b"clip")
    return [
        time.time(), time.time_ns() / 1e9, moment.now(datetime.UTC).timestamp(),
        moment.now().timestamp(), moment.utcnow().replace(tzinfo=datetime.UTC).timestamp(),
        s3.head_object(Bucket="clips", Key="1")["LastModified"].timestamp(),
    ], [date.today().isoformat(), time.time()], context.get_remaining_time_in_millis()
"""
WAIT = {
    "StartAt": "Wait",
    "States": {"Wait": {"Type": "Wait", "TimestampPath": "$.until", "End": True}},
}
ENTERED = {
    "Type": "Pass",
    "Parameters": {
        "state.$": "$$.State.EnteredTime",
        "execution.$": "$$.Execution.StartTime",
    },
    "End": True,
}
CLOSE = timedelta(minutes=10)  # however long this machine takes


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[EmbeddedAws]:
    with EmbeddedAws(tmp_path / "state") as running:
        yield running


def later(aws: EmbeddedAws, **time: float) -> datetime:
    return aws.now() + timedelta(**time)


def test_functions_services_and_clients_agree_on_the_time(aws: EmbeddedAws):
    account = Account(aws)
    account.client("s3").create_bucket(Bucket="clips")
    role = account.role("lambda")
    account.allow(role, "s3:*", "*")
    function = account.function(TIMES, role, Timeout=60)
    account.invoke(function)

    for days in (100, 1):  # a function's process sees the next day, too
        aws.shift_clock(later(aws, days=days))

        times, (today, then), left = account.invoke(function)
        assert 0 < left <= 60_000
        # Functions know no zone but UTC, and midnight may come in between.
        assert today in {f"{datetime.fromtimestamp(one, UTC):%Y-%m-%d}" for one in (times[0], then)}
        account.client("dynamodb").create_table(
            TableName=f"clips-{days}",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        backup = account.client("dynamodb").create_backup(
            TableName=f"clips-{days}", BackupName="backup"
        )
        entered = json.loads(account.run_state(ENTERED)["output"])
        execution = account.run(account.machine({"StartAt": "E", "States": {"E": ENTERED}}))
        moments = [
            *(datetime.fromtimestamp(time, UTC) for time in times),
            backup["BackupDetails"]["BackupCreationDateTime"],
            *(datetime.fromisoformat(text) for text in entered.values()),
            execution["stopDate"],
        ]
        assert [moment for moment in moments if abs(moment - aws.now()) > CLOSE] == []
    assert aws.now() - datetime.now(UTC) > timedelta(days=101) - CLOSE


def test_a_link_signed_in_a_function_or_here_ends_by_the_accounts_clock(aws: EmbeddedAws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="clips")
    s3.put_object(Bucket="clips", Key="1", Body=b"clip")
    aws.shift_clock(later(aws, days=30))
    link = s3.generate_presigned_url("get_object", {"Bucket": "clips", "Key": "1"}, 3600)
    with aws._direct.open(link) as answer:
        assert answer.read() == b"clip"

    aws.shift_clock(later(aws, hours=2))

    with pytest.raises(OSError, match="403"):
        aws._direct.open(link)


def test_a_wait_ends_when_the_clock_is_set_past_its_end(aws: EmbeddedAws):
    account = Account(aws)
    end = later(aws, days=20)
    started = account.client("stepfunctions").start_execution(
        stateMachineArn=account.machine(WAIT), input=json.dumps({"until": end.isoformat()})
    )
    until(aws.waiting, bool)
    assert abs(aws.waiting()[started["executionArn"]] - end) < CLOSE

    aws.shift_clock(end + timedelta(minutes=1))

    ended = account.ended(started["executionArn"])
    assert ended["stopDate"] >= end
    assert aws.waiting() == {}


def test_it_is_never_set_back(aws: EmbeddedAws):
    aws.shift_clock(later(aws, days=2))

    with pytest.raises(ClockSetBack, match="which is after"):
        aws.shift_clock(later(aws, days=-1))


def test_it_goes_on_from_there_when_the_account_is_started_again(tmp_path: Path):
    with EmbeddedAws(tmp_path) as aws:
        aws.shift_clock(later(aws, days=10))
        set_to = aws.now()
    with EmbeddedAws(tmp_path) as aws:
        function = Account(aws).function("import time\ndef handler(e, c): return time.time()")
        assert set_to <= aws.now() < set_to + CLOSE
        assert Account(aws).invoke(function) >= set_to.timestamp()


def test_time_passes_by_way_of_schedules_and_waits(aws: EmbeddedAws):
    account = Account(aws)
    function = account.function("import time\ndef handler(e, c): return time.time()")
    role = account.role("scheduler")
    machine = account.machine(
        {
            "StartAt": "Early",
            "States": {
                "Early": {
                    "Type": "Task",
                    "Resource": function,
                    "ResultPath": "$.early",
                    "Next": "Wait",
                },
                "Wait": {"Type": "Wait", "Seconds": 90_000, "Next": "Late"},
                "Late": {**task(function), "ResultPath": "$.late"},
            },
        }
    )
    account.allow(role, "states:StartExecution", machine)
    account.client("scheduler").create_schedule(
        Name="games",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="cron(30 9 * * ? *)",
        Target={"Arn": machine, "RoleArn": role, "Input": "{}"},
    )
    begin = later(aws, days=2).replace(hour=0, minute=0, second=0, microsecond=0)

    firings = list(let_pass(aws, begin, begin + timedelta(days=3)))

    assert [one.time for one in firings] == [
        begin + timedelta(days=n, hours=9, minutes=30) for n in range(3)
    ]
    for one in firings[:2]:
        times = json.loads(account.ended(one.execution_arn)["output"])
        for seen, due in (("early", one.time), ("late", one.time + timedelta(seconds=90_000))):
            assert abs(datetime.fromtimestamp(times[seen], UTC) - due) < CLOSE
    assert list(aws.waiting()) == [firings[2].execution_arn]


def test_no_time_passes_while_a_function_is_about_to_begin(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
):
    from ministack.services import lambda_svc

    account, seen, execute = Account(aws), [], lambda_svc._execute_function

    def execute_later(*function: Any) -> Any:
        threading.Event().wait(0.2)
        seen.append(aws.now())
        return execute(*function)

    monkeypatch.setattr(lambda_svc, "_execute_function", execute_later)
    role = account.role("scheduler")
    function = account.function("def handler(event, context): pass")
    account.allow(role, "lambda:InvokeFunction", function)
    account.client("scheduler").create_schedule(
        Name="games",
        FlexibleTimeWindow={"Mode": "OFF"},
        ScheduleExpression="cron(30 9 * * ? *)",
        Target={"Arn": function, "RoleArn": role, "Input": "{}"},
    )
    begin = later(aws, days=2).replace(hour=0, minute=0, second=0, microsecond=0)

    firings = list(let_pass(aws, begin, begin + timedelta(days=2)))

    assert len(seen) == len(firings) == 2
    assert all(moment - one.time < CLOSE for moment, one in zip(seen, firings, strict=True))
