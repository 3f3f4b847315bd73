"""Alarms and the metrics of executions, as on CloudWatch."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from account import Account, task

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
            Period=3600,
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


def watch(account: Account, namespace: str, metric: str, topic: str | None, **dimensions: str):
    """An alarm on a metric that is 1 or more in an hour."""
    account.client("cloudwatch").put_metric_alarm(
        AlarmName=metric,
        Namespace=namespace,
        MetricName=metric,
        Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
        Statistic="Maximum",
        Period=3600,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="ignore",
        **({} if topic is None else {"AlarmActions": [topic]}),
    )


def state(account: Account) -> str:
    (alarm,) = account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    return alarm["StateValue"]


def test_a_function_that_a_state_machine_calls_is_measured(account: Account):
    function = account.function("def handler(event, context): raise ValueError")
    watch(account, "AWS/Lambda", "Errors", None, FunctionName=function.rsplit(":", 1)[-1])

    account.run_state(task(function))

    assert state(account) == "ALARM"


def test_a_queue_says_how_many_messages_wait_in_it(account: Account):
    sqs = account.client("sqs")
    url = sqs.create_queue(QueueName="waiting")["QueueUrl"]
    watch(account, "AWS/SQS", "ApproximateNumberOfMessagesVisible", None, QueueName="waiting")
    assert state(account) == "OK"

    sqs.send_message(QueueUrl=url, MessageBody="a message")

    assert state(account) == "ALARM"


@pytest.mark.parametrize("admitted", [True, False])
def test_an_alarm_tells_a_topic_whose_policy_admits_cloudwatch(account: Account, admitted: bool):
    sns, sqs = account.client("sns"), account.client("sqs")
    topic = sns.create_topic(Name="notices")["TopicArn"]
    url = sqs.create_queue(QueueName="mailbox")["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    queue = asked["Attributes"]["QueueArn"]
    allow(account, "sns.amazonaws.com", "sqs:SendMessage", queue, url)
    service = "cloudwatch" if admitted else "events"
    policy = policy_for(f"{service}.amazonaws.com", "sns:Publish", topic)
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    watch(account, "Games", "Missed", topic)

    account.client("cloudwatch").put_metric_data(
        Namespace="Games", MetricData=[{"MetricName": "Missed", "Value": 1}]
    )

    assert state(account) == "ALARM"
    assert len(sqs.receive_message(QueueUrl=url).get("Messages", [])) == admitted


def policy_for(service: str, action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}}
    statement |= {"Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(account: Account, service: str, action: str, resource: str, url: str) -> None:
    account.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": policy_for(service, action, resource)}
    )
