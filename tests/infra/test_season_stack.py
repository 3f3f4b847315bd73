"""When the season is looked at, what looking back may touch, and how its failures are told apart."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.infra.conftest import synthesise, template
from tests.infra.test_pipeline import WITHOUT_RESOURCE, actions, listed, statements


@pytest.fixture(scope="session")
def season(assembly: Path) -> Template:
    return template(assembly, "GameDaySeason")


@pytest.fixture(scope="session")
def machine(season: Template) -> dict[str, Any]:
    (resource,) = season.find_resources("AWS::StepFunctions::StateMachine").values()
    pieces = resource["Properties"]["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(p if isinstance(p, str) else "reference" for p in pieces))


def game_day_schedules(season: Template) -> dict[str, Any]:
    """The schedules that look at game days."""
    schedules = season.find_resources("AWS::Scheduler::Schedule")
    return {name: one["Properties"] for name, one in schedules.items() if "GameDays" in name}


def test_men_and_women_are_looked_at_each_morning_in_their_own_time_zone(season: Template):
    schedules = game_day_schedules(season)

    months, week = "JAN,FEB,MAR,APR,MAY,NOV,DEC", "MON,TUE,WED,THU,FRI,SAT,SUN"
    assert {one["ScheduleExpressionTimezone"] for one in schedules.values()} == {"America/New_York"}
    assert {one["ScheduleExpression"] for one in schedules.values()} == {
        f"cron(30 9 ? {months} {week} *)",
        f"cron(0 10 ? {months} {week} *)",
    }
    season.has_resource_properties(
        "AWS::Scheduler::Schedule",
        {"Description": "Women's game days of NCAA, looked at until they are closed"},
    )


def test_a_schedule_hands_over_league_and_moment(season: Template):
    for schedule in game_day_schedules(season).values():
        assert json.loads(schedule["Target"]["Input"]) == {
            "league": "NCAA",
            "scheduled_time": "<aws.scheduler.scheduled-time>",
        }


def test_each_league_has_schedules_of_its_own(tmp_path: Path):
    season = template(synthesise(tmp_path, leagues="NCAA,NBA"), "GameDaySeason")

    assert len(game_day_schedules(season)) == 4
    season.has_resource_properties(
        "AWS::Lambda::Function",
        {"Environment": {"Variables": Match.object_like({"LEAGUES": "NCAA,NBA"})}},
    )


def test_a_schedule_may_start_looking_back_and_nothing_else(season: Template):
    assert actions(season, "SchedulerRole") == {"states:StartExecution", "sqs:SendMessage"}


def test_looking_back_writes_nothing_but_its_rounds(season: Template):
    for statement in [*statements(season, "ChooseDays"), *statements(season, "LookBack")]:
        for action in listed(statement["Action"]):
            assert not action.startswith(("dynamodb:Put", "dynamodb:Update", "dynamodb:Delete"))
            if action.startswith(("s3:Put", "s3:GetObject")):
                written = json.dumps(statement["Resource"])
                assert "/backfills/*" in written, (action, written)
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCE


def test_days_run_beside_each_other_as_far_as_a_new_account_allows(machine: dict[str, Any]):
    look = machine["States"]["LookAtDays"]

    assert look["MaxConcurrency"] == 2
    assert look["ToleratedFailureCountPath"] == "$.tolerated"
    assert look["ItemProcessor"]["ProcessorConfig"]["Mode"] == "DISTRIBUTED"
    assert look["ResultWriter"]["Parameters"]["Prefix.$"] == "$.results_prefix"
    assert look["Catch"][0]["Next"] == "ChooseDays"


def test_a_day_that_found_no_calls_left_is_no_failure(machine: dict[str, Any]):
    states = machine["States"]["LookAtDays"]["ItemProcessor"]["States"]

    ends = {
        pattern["StringMatches"]: choice["Next"]
        for choice in states["WhyNot"]["Choices"]
        for pattern in choice.get("Or", [choice])
    }
    assert ends == {
        '*"ProviderQuotaExceeded"*': "DayNoCalls",
        '*"ProviderBudgetSpent"*': "DayNoCalls",
        '*"DayInUse"*': "DayInUse",
        '*"RerunNeeded"*': "DayUnfinished",
    }
    assert states["WhyNot"]["Default"] == "DayFailed"
    assert states["DayNoCalls"]["Type"] == "Pass"
    assert states["DayFailed"]["Type"] == "Fail"


def test_a_stuck_day_is_ended_long_before_a_backfill_that_waits_for_calls(
    machine: dict[str, Any],
):
    day = machine["States"]["LookAtDays"]["ItemProcessor"]["States"]["LookAtDay"]

    assert 4 * 3600 < day["TimeoutSeconds"] < 5 * 3600
    # A season of 150 days, of which a budget of four calls a day allows one each day.
    assert 150 * 86_400 < machine["TimeoutSeconds"] < 365 * 86_400


def test_a_start_of_a_day_that_is_throttled_is_tried_again(machine: dict[str, Any]):
    day = machine["States"]["LookAtDays"]["ItemProcessor"]["States"]["LookAtDay"]
    retried = {name for retry in day["Retry"] for name in retry["ErrorEquals"]}

    # How Step Functions names what its own API does not list, such as throttling.
    assert "StepFunctions.AWSStepFunctionsException" in retried
    assert "StepFunctions.ExecutionLimitExceeded" in retried
    # A game day that failed is not run again at once.
    assert retried.isdisjoint({"States.ALL", "States.TaskFailed"})
