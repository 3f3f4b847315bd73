"""What the drill's template may touch, when it runs, and what watches over it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.infra.conftest import synthesise, template
from tests.infra.test_pipeline import WITHOUT_RESOURCE, actions, listed, statements

WORK = ("RestoreScratch", "CompareTables", "CheckObjects")


@pytest.fixture(scope="session")
def drill(assembly: Path) -> Template:
    return template(assembly, "GameDayDrill")


@pytest.fixture(scope="session")
def states(drill: Template) -> dict[str, dict[str, Any]]:
    (resource,) = drill.find_resources("AWS::StepFunctions::StateMachine").values()
    pieces = resource["Properties"]["DefinitionString"]["Fn::Join"][1]
    machine = json.loads("".join(p if isinstance(p, str) else "reference" for p in pieces))
    assert machine["TimeoutSeconds"] == 12 * 3600
    return machine["States"]


def following(state: dict[str, Any]) -> Iterator[str]:
    """The states that may come after one."""
    yield from (one["Next"] for one in state.get("Choices", []))
    yield from (state[key] for key in ("Next", "Default") if key in state)
    yield from (one["Next"] for one in state.get("Catch", []))


def paths(states: dict[str, dict[str, Any]], name: str, seen: tuple[str, ...] = ()) -> Iterator:
    """Every way from a state to an end, loops taken once."""
    seen = (*seen, name)
    ways = [one for one in dict.fromkeys(following(states[name])) if one not in seen]
    if not ways:
        yield seen
    for way in ways:
        yield from paths(states, way, seen)


def test_every_way_through_a_drill_deletes_the_scratch_table_and_is_recorded(states):
    ways = [way for way in paths(states, "BeginDrill") if states[way[-1]]["Type"] != "Wait"]

    assert len(ways) >= 10
    for way in ways:
        assert way.index("DeleteScratch") < way.index("RecordDrill")
        assert way[-1] in ("DrillPassed", "DrillFailed")


def test_whatever_fails_leads_to_the_clean_up(states):
    for name in WORK:
        (catch,) = states[name]["Catch"]
        assert (catch["ErrorEquals"], catch["Next"]) == (["States.ALL"], "DeleteScratch")


def test_passing_errors_are_retried_by_name(states):
    for state in (one for one in states.values() if one["Type"] == "Task"):
        first = state["Retry"][0]
        assert "StoreUnavailable" in first["ErrorEquals"]
        assert (first["JitterStrategy"], first["BackoffRate"]) == ("FULL", 2)
        assert "States.ALL" not in json.dumps(state["Retry"])
    waiting = [r for r in states["DeleteScratch"]["Retry"] if "ScratchInUse" in r["ErrorEquals"]]
    assert waiting[0]["MaxAttempts"] >= 20


def test_nothing_but_scratch_tables_can_be_written_or_deleted(drill: Template):
    for statement in statements(drill):
        for action in listed(statement["Action"]):
            if re.match(r"dynamodb:(Delete|Update|Put|BatchWrite)", action):
                for resource in listed(statement["Resource"]):
                    assert resource["Fn::Join"][1][-1] == "-drill-*", (action, resource)
            assert not action.startswith(("s3:Delete", "dynamodb:CreateTable", "dynamodb:DeleteB"))
            assert action not in ("*", "s3:*", "dynamodb:*")


def test_a_wildcard_resource_stands_only_where_none_can_be_named(drill: Template):
    for statement in statements(drill):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= {*WITHOUT_RESOURCE, "dynamodb:ListTables"}


@pytest.mark.parametrize(
    ("function", "may", "may_not"),
    [
        ("RestoreScratch", "dynamodb:RestoreTableFromBackup", "dynamodb:DeleteTable"),
        ("CompareTables", "dynamodb:Scan", "dynamodb:RestoreTableFromBackup"),
        ("CheckObjects", "s3:GetObject*", "s3:PutObject"),
        ("DeleteScratch", "dynamodb:DeleteTable", "dynamodb:Scan"),
        ("RecordDrill", "s3:PutObject", "dynamodb:Scan"),
    ],
)
def test_a_function_may_do_its_step_alone(drill: Template, function, may, may_not):
    assert may in actions(drill, f"{function}Role")
    assert may_not not in actions(drill, f"{function}Role")


def test_all_functions_share_the_one_asset_of_the_pipeline(drill: Template, pipeline: Template):
    functions = [
        one["Properties"]
        for stack in (drill, pipeline)
        for one in stack.find_resources("AWS::Lambda::Function").values()
        if "Handler" in one["Properties"] and "lambdas." in one["Properties"]["Handler"]
    ]

    assert len({one["Code"]["S3Key"] for one in functions}) == 1
    assert len(drill.find_resources("AWS::Lambda::Function")) == 5


def test_an_execution_that_was_cut_short_is_cleaned_up_after(drill: Template):
    drill.has_resource_properties(
        "AWS::Events::Rule",
        {
            "EventPattern": {
                "source": ["aws.states"],
                "detail-type": ["Step Functions Execution Status Change"],
                "detail": {
                    "stateMachineArn": [{"Ref": Match.string_like_regexp("Drill.*")}],
                    "status": ["ABORTED", "TIMED_OUT", "FAILED"],
                },
            }
        },
    )


def test_drills_are_held_all_year(drill: Template):
    drill.has_resource_properties(
        "AWS::Scheduler::Schedule",
        {
            "ScheduleExpression": "cron(0 5 1 * ? *)",
            "ScheduleExpressionTimezone": "America/New_York",
        },
    )


def test_drills_may_be_held_weekly(tmp_path: Path):
    out = synthesise(tmp_path, drill_schedule="weekly", longest_without_drill_days=8)
    drill = template(out, "GameDayDrill")

    drill.has_resource_properties(
        "AWS::Scheduler::Schedule", {"ScheduleExpression": "cron(0 5 ? * MON *)"}
    )
    drill.has_resource_properties("AWS::CloudWatch::Alarm", {"Threshold": 8})


def test_without_a_schedule_nobody_waits_for_a_drill_and_leftovers_are_still_swept(tmp_path: Path):
    drill = template(synthesise(tmp_path, drill_schedule="off"), "GameDayDrill")

    schedules = drill.find_resources("AWS::Scheduler::Schedule").values()
    assert [one["Properties"]["ScheduleExpression"] for one in schedules] == ["rate(1 day)"]
    assert "DaysSinceGoodDrill" not in json.dumps(drill.to_json())


def test_a_good_drill_ends_the_alarm_and_silence_sets_it_off(drill: Template):
    drill.has_resource_properties(
        "AWS::CloudWatch::Alarm",
        {
            "MetricName": "DaysSinceGoodDrill",
            "Statistic": "Minimum",
            "Threshold": 40,
            "TreatMissingData": "breaching",
        },
    )
