"""Alarms and the metrics of executions, as on CloudWatch."""

from datetime import UTC, datetime
from typing import Any

import pytest
from account import Account

from gameday.embedded.fixes.alarms import state_of

NOW = 1_800_000_000.0
PASS = {"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}
FAIL = {"StartAt": "End", "States": {"End": {"Type": "Fail", "Error": "Broken"}}}


def alarm(**changes: Any) -> dict[str, Any]:
    return {
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "Statistic": "Sum",
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        **changes,
    }


def points(*seconds_ago: float, value: float = 1.0) -> list[dict[str, Any]]:
    return [{"Timestamp": NOW - ago, "Value": value, "Unit": "None"} for ago in seconds_ago]


@pytest.mark.parametrize(
    ("changes", "seconds_ago", "state"),
    [
        ({}, [10], "ALARM"),
        ({"Threshold": 2.0}, [10], "OK"),
        ({"Threshold": 2.0}, [10, 20], "ALARM"),
        ({}, [70], "INSUFFICIENT_DATA"),
        ({"TreatMissingData": "notBreaching"}, [70], "OK"),
        ({"TreatMissingData": "breaching"}, [70], "ALARM"),
        ({"TreatMissingData": "ignore"}, [70], None),
        ({"EvaluationPeriods": 2}, [10, 70], "ALARM"),
        ({"EvaluationPeriods": 2}, [10], "OK"),
        ({"EvaluationPeriods": 2, "DatapointsToAlarm": 1}, [10], "ALARM"),
    ],
)
def test_a_state_follows_from_the_points_of_its_periods(
    account: Account, changes: dict[str, Any], seconds_ago: list[float], state: str | None
):
    assert state_of(alarm(**changes), points(*seconds_ago), NOW) == state


def test_an_alarm_is_over_when_its_period_is(account: Account):
    passing = alarm(TreatMissingData="notBreaching", Period=86_400)

    assert state_of(passing, points(10), NOW) == "ALARM"
    assert state_of(passing, points(10), NOW + 86_400) == "OK"


def test_an_alarm_sees_the_executions_of_its_own_state_machine_alone(account: Account):
    cloudwatch = account.client("cloudwatch")
    machines = [account.machine(definition) for definition in (PASS, FAIL)]
    for machine in machines:
        cloudwatch.put_metric_alarm(
            AlarmName=machine.rsplit(":", 1)[-1],
            Namespace="AWS/States",
            MetricName="ExecutionsFailed",
            Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanOrEqualToThreshold",
            TreatMissingData="notBreaching",
        )
        account.run(machine)

    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    states = {one["AlarmName"]: one["StateValue"] for one in alarms}
    assert [states[machine.rsplit(":", 1)[-1]] for machine in machines] == ["OK", "ALARM"]


def test_executions_are_counted_as_they_start_and_end(account: Account):
    machine = account.machine(FAIL)
    account.run(machine)

    counted = {
        name: account.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/States",
            MetricName=name,
            Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
            StartTime=datetime.fromtimestamp(0, UTC),
            EndTime=datetime(2100, 1, 1, tzinfo=UTC),
            Period=86_400 * 365,
            Statistics=["Sum"],
        )["Datapoints"]
        for name in ("ExecutionsStarted", "ExecutionsFailed", "ExecutionsSucceeded")
    }
    assert {name: sum(one["Sum"] for one in found) for name, found in counted.items()} == {
        "ExecutionsStarted": 1,
        "ExecutionsFailed": 1,
        "ExecutionsSucceeded": 0,
    }
