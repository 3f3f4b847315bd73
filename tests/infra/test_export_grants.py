"""Exports of the table: when they are asked for, and with which permissions."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Template

from tests.infra.conftest import synthesise, template


@pytest.fixture
def built(tmp_path: Path) -> Any:
    def build(**context: str) -> Template:
        return template(synthesise(tmp_path, **context), "GameDayPipeline")

    return build


def schedules(pipeline: Template) -> list[dict[str, Any]]:
    found = pipeline.find_resources("AWS::Scheduler::Schedule")
    return [one["Properties"] for name, one in found.items() if name.startswith("TableExports")]


def states(pipeline: Template) -> dict[str, Any]:
    [machine] = [
        one
        for name, one in pipeline.find_resources("AWS::StepFunctions::StateMachine").items()
        if name.startswith("GameDay")
    ]
    pieces = machine["Properties"]["DefinitionString"]["Fn::Join"][1]
    return json.loads("".join(one if isinstance(one, str) else "x" for one in pieces))["States"]


def test_a_weekly_export_is_asked_for_on_mondays_after_the_run(pipeline: Template):
    [schedule] = schedules(pipeline)

    assert schedule["ScheduleExpression"].startswith("cron(0 12 ? ")
    assert schedule["ScheduleExpression"].endswith(" MON *)")
    assert schedule["ScheduleExpressionTimezone"] == "America/New_York"
    assert json.loads(schedule["Target"]["Input"]) == {
        "asked_by": "schedule",
        "asked_at": "<aws.scheduler.scheduled-time>",
    }
    assert "ExportTable" not in states(pipeline)


def test_a_daily_export_is_asked_for_every_day(built: Any):
    [schedule] = schedules(built(table_exports="daily", run_time="08:00"))

    assert schedule["ScheduleExpression"].startswith("cron(30 10 ? ")
    assert schedule["ScheduleExpression"].endswith(" MON,TUE,WED,THU,FRI,SAT,SUN *)")


def test_after_a_backup_an_export_is_asked_for_and_its_failure_is_only_reported(built: Any):
    pipeline = built(table_exports="after_backup")
    found = states(pipeline)

    assert schedules(pipeline) == []
    assert found["BackUpTable"]["Next"] == "ExportTable"
    assert found["ExportTable"]["Next"] == "ReportRun"
    assert found["ExportTable"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.backup.export", "Next": "ReportRun"}
    ]


def test_switched_off_there_is_nothing(built: Any):
    pipeline = built(table_exports="off")

    assert schedules(pipeline) == []
    assert "ExportTable" not in json.dumps(pipeline.to_json())


def test_the_function_writes_exports_alone(pipeline: Template):
    policies = pipeline.find_resources("AWS::IAM::Policy")
    [policy] = [one for name, one in policies.items() if name.startswith("ExportTableRole")]
    writing = [
        one
        for one in policy["Properties"]["PolicyDocument"]["Statement"]
        if "s3:PutObject" in json.dumps(one["Action"])
    ]

    assert writing
    for statement in writing:
        assert '"/exports/*"' in json.dumps(statement["Resource"])
    assert "Delete" not in json.dumps(policy)
