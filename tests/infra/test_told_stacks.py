"""Alarms, topic, queues, dashboard and budget, as the templates say them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.infra.conftest import synthesise, template

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
STACKS = ("GameDayStorage", "GameDayPipeline", "GameDaySeason", "GameDayDrill")
SECTIONS = re.findall(r"^## (.+)$", RUNBOOK.read_text(), re.MULTILINE)


def resources(assembly: Path, kind: str) -> Iterator[dict[str, Any]]:
    """The properties of everything of a kind, of all stacks."""
    for stack in STACKS:
        for one in template(assembly, stack).find_resources(kind).values():
            yield one["Properties"]


def test_every_alarm_says_what_to_do_in_a_section_of_the_runbook(assembly: Path):
    named = []
    for alarm in resources(assembly, "AWS::CloudWatch::Alarm"):
        (section,) = re.findall(r'docs/runbook.md, "(.+)"\.$', alarm["AlarmDescription"])
        assert alarm["AlarmName"] == f"GameDay - {section}"
        named.append(section)

    assert sorted(named) == sorted(SECTIONS)


def test_every_alarm_tells_the_topic_when_it_goes_off_and_when_it_is_over(assembly: Path):
    for alarm in resources(assembly, "AWS::CloudWatch::Alarm"):
        for actions in (alarm["AlarmActions"], alarm["OKActions"]):
            (topic,) = actions
            assert "Notices" in topic["Fn::ImportValue"]


def test_no_alarm_goes_back_to_knowing_nothing(assembly: Path):
    for alarm in resources(assembly, "AWS::CloudWatch::Alarm"):
        assert alarm["TreatMissingData"] in ("notBreaching", "breaching", "ignore")


def test_a_day_of_an_alarm_is_one_day_and_not_the_four_that_cloudwatch_looks_back(assembly: Path):
    for alarm in resources(assembly, "AWS::CloudWatch::Alarm"):
        periods, silent = alarm["EvaluationPeriods"], alarm["TreatMissingData"] == "breaching"
        # A point further back than its periods counts where these have none: by an hour, not by days.
        assert (alarm["Period"], periods) in ((3600, 24), (60, 1))
        # One bad hour is enough; of silence it has to be every one.
        assert alarm["DatapointsToAlarm"] == (periods if silent else 1)


def test_what_is_alarmed_by_silence_is_not_when_it_was_deployed_a_moment_ago(assembly: Path):
    silent = {
        alarm["AlarmName"]: alarm.get("WarmUpConfiguration")
        for alarm in resources(assembly, "AWS::CloudWatch::Alarm")
        if alarm["TreatMissingData"] == "breaching"
    }

    assert len(silent) == 2
    for warm_up in silent.values():
        # The measurement of drills comes every twelve hours.
        assert warm_up["WarmUpPeriodDurationInMinutes"] > 12 * 60


def test_what_a_schedule_cannot_deliver_is_kept(assembly: Path):
    for schedule in resources(assembly, "AWS::Scheduler::Schedule"):
        target = schedule["Target"]
        assert "Undelivered" in target["DeadLetterConfig"]["Arn"]["Fn::ImportValue"]
        assert target["RetryPolicy"]["MaximumEventAgeInSeconds"] == 6 * 3600


def test_the_topic_is_reached_over_tls_alone_and_admits_cloudwatch(storage: Template):
    admitted = {
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": "sns:Publish",
        "Condition": Match.object_like(
            {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        ),
    }
    denied = {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    for statement in (admitted, denied):
        storage.has_resource_properties(
            "AWS::SNS::TopicPolicy",
            {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(statement)])}},
        )


def test_the_queue_is_encrypted_and_keeps_what_it_has_for_two_weeks(storage: Template):
    storage.has_resource_properties(
        "AWS::SQS::Queue", {"SqsManagedSseEnabled": True, "MessageRetentionPeriod": 14 * 86_400}
    )


def test_nobody_is_subscribed_and_nothing_is_budgeted_unless_it_is_set(assembly: Path):
    assert list(resources(assembly, "AWS::SNS::Subscription")) == []
    assert list(resources(assembly, "AWS::Budgets::Budget")) == []


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthesise(
        tmp_path_factory.mktemp("told"),
        notify_email="you@example.com",
        monthly_budget_dollars=25,
        longest_without_clip_days=5,
        table_exports="off",
    )


def test_a_person_is_told_by_mail(told: Path):
    (subscription,) = resources(told, "AWS::SNS::Subscription")

    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "you@example.com")


def test_a_budget_tells_the_topic_what_a_month_cost_and_will_cost(told: Path):
    (budget,) = resources(told, "AWS::Budgets::Budget")

    assert budget["Budget"]["BudgetLimit"] == {"Amount": 25, "Unit": "USD"}
    assert {"Ref": "AWS::Region"} in budget["Budget"]["BudgetName"]["Fn::Join"][1]
    assert "AWS Elemental MediaConvert" in budget["Budget"]["CostFilters"]["Service"]
    kinds = {
        one["Notification"]["NotificationType"]: one["Subscribers"][0]["SubscriptionType"]
        for one in budget["NotificationsWithSubscribers"]
    }
    assert kinds == {"ACTUAL": "SNS", "FORECASTED": "SNS"}
    assert "budgets.amazonaws.com" in json.dumps(list(resources(told, "AWS::SNS::TopicPolicy")))


def test_how_long_without_a_clip_is_too_long_is_set(told: Path):
    alarms = {one["AlarmName"]: one for one in resources(told, "AWS::CloudWatch::Alarm")}

    assert alarms["GameDay - No clip for too long"]["Threshold"] == 5
    assert "GameDay - An export of the table failed" not in alarms


def test_the_dashboard_shows_every_alarm(assembly: Path):
    (board,) = resources(assembly, "AWS::CloudWatch::Dashboard")
    shown = json.dumps(board["DashboardBody"])

    # Dashboards and budgets are the account's: those of two regions need different names.
    assert {"Ref": "AWS::Region"} in board["DashboardName"]["Fn::Join"][1]
    for alarm in resources(assembly, "AWS::CloudWatch::Alarm"):
        assert f"alarm:{alarm['AlarmName']}" in shown


def test_everything_that_runs_is_traced(assembly: Path):
    for function in resources(assembly, "AWS::Lambda::Function"):
        assert function["TracingConfig"] == {"Mode": "Active"}
    for machine in resources(assembly, "AWS::StepFunctions::StateMachine"):
        assert machine["TracingConfiguration"] == {"Enabled": True}
