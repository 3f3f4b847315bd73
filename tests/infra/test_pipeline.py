"""Functions, grants, schedules and log groups, as the templates say them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from tests.infra.conftest import synthesise, template

WITHOUT_RESOURCE = {
    # No resource can be named for these:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/
    "dynamodb:ListBackups",
    "dynamodb:ListExports",
    "mediaconvert:CreateJob",
    "mediaconvert:GetJob",
    "mediaconvert:CancelJob",
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
}


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(pipeline: Template, role: str = "") -> list[dict[str, Any]]:
    """The policy statements of the roles whose logical id starts with `role`."""
    policies = pipeline.find_resources("AWS::IAM::Policy").values()
    return [
        statement
        for policy in policies
        if any(one["Ref"].startswith(role) for one in policy["Properties"]["Roles"])
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def actions(pipeline: Template, role: str) -> set[str]:
    return {action for one in statements(pipeline, role) for action in listed(one["Action"])}


def test_a_wildcard_resource_stands_only_where_none_can_be_named(pipeline: Template):
    for statement in statements(pipeline):
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= WITHOUT_RESOURCE


def test_nobody_may_delete_a_video_or_the_table(pipeline: Template):
    for statement in statements(pipeline):
        for action in listed(statement["Action"]):
            assert not action.startswith(("s3:Delete", "dynamodb:DeleteTable"))
            assert action not in ("s3:*", "dynamodb:*", "*", "dynamodb:DeleteItem")


@pytest.mark.parametrize(
    ("function", "may", "may_not"),
    [
        ("FetchHighlights", "secretsmanager:GetSecretValue", "dynamodb:CreateBackup"),
        ("DownloadVideo", "s3:PutObject", "secretsmanager:GetSecretValue"),
        ("RecordRendition", "s3:GetObject*", "s3:PutObject"),
        ("BackUpTable", "dynamodb:DeleteBackup", "s3:PutObject"),
        ("ReportRun", "s3:PutObject", "dynamodb:PutItem"),
        ("WriteSidecars", "s3:PutObject", "dynamodb:UpdateItem"),
        ("PlanBackup", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"),
        ("ExportTable", "dynamodb:ExportTableToPointInTime", "dynamodb:UpdateItem"),
    ],
)
def test_a_function_may_do_its_step_alone(pipeline: Template, function, may, may_not):
    assert may in actions(pipeline, f"{function}Role")
    assert may_not not in actions(pipeline, f"{function}Role")


def test_the_report_changes_games_and_days_but_no_highlight(pipeline: Template):
    (table,) = {
        json.dumps(one["Resource"])
        for one in statements(pipeline, "ReportRunRole")
        if "dynamodb:UpdateItem" in listed(one["Action"])
    }

    assert "Season" in table and "Highlights" not in table


def test_only_executions_of_this_state_machine_are_asked_about(pipeline: Template):
    (asking,) = [
        one for one in statements(pipeline) if "states:DescribeExecution" in listed(one["Action"])
    ]

    pieces = asking["Resource"]["Fn::Join"][1]
    assert pieces[-3] == ":execution:" and pieces[-1] == ":*"
    assert pieces[-2]["Fn::GetAtt"][0].startswith("GameDay")
    assert "states:DescribeExecution" in actions(pipeline, "FetchHighlightsRole")


def test_rotation_reads_the_pins_and_no_other_object(pipeline: Template):
    reading = [
        json.dumps(one["Resource"])
        for one in statements(pipeline, "BackUpTableRole")
        if "s3:GetObject*" in listed(one["Action"])
    ]

    assert len(reading) == 1
    assert re.findall(r"/[a-z_]*/\*", reading[0]) == ["/pins/*"]
    assert not [one for one in actions(pipeline, "BackUpTableRole") if one.startswith("s3:Put")]


def test_the_state_machine_passes_one_role_to_mediaconvert_alone(pipeline: Template):
    passing = [one for one in statements(pipeline, "GameDay") if one["Action"] == "iam:PassRole"]

    assert len(passing) == 1
    assert "TranscodeRole" in json.dumps(passing[0]["Resource"])
    assert "mediaconvert.amazonaws.com" in json.dumps(passing[0]["Condition"])


def test_no_function_brings_a_managed_policy(pipeline: Template):
    for role in pipeline.find_resources("AWS::IAM::Role").values():
        assert "ManagedPolicyArns" not in role["Properties"]


def test_all_functions_share_one_asset_on_arm64(pipeline: Template):
    functions = pipeline.find_resources("AWS::Lambda::Function").values()
    keys = {json.dumps(one["Properties"]["Code"], sort_keys=True) for one in functions}

    assert len(functions) == 10
    assert len(keys) == 1
    assert all(one["Properties"]["Architectures"] == ["arm64"] for one in functions)


def test_every_log_group_forgets_after_the_set_time(pipeline: Template):
    groups = pipeline.find_resources("AWS::Logs::LogGroup").values()

    assert len(groups) == 11
    assert {one["Properties"]["RetentionInDays"] for one in groups} == {90}


def test_no_secret_stands_in_a_template(pipeline: Template, storage: Template):
    for function in pipeline.find_resources("AWS::Lambda::Function").values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert not [name for name in variables if "KEY" in name or "PASSWORD" in name]


def test_settings_reach_the_functions(tmp_path: Path):
    kept = "newest=3,weekly=26"
    out = synthesise(
        tmp_path, limit=25, leagues="NCAA,NBA", log_retention_days=30, backup_retention=kept
    )
    pipeline = template(out, "GameDayPipeline")

    pipeline.has_resource_properties("AWS::Logs::LogGroup", {"RetentionInDays": 30})
    pipeline.has_resource_properties(
        "AWS::Lambda::Function",
        {
            "Environment": {
                "Variables": Match.object_like({"LIMIT": "25", "BACKUP_RETENTION": kept})
            }
        },
    )


def test_only_bucket_table_and_secret_cross_between_the_stacks(storage: Template):
    exports = json.dumps([o["Value"] for o in storage.find_outputs("*").values()])

    for name in ("Archive", "Highlights", "ProviderKey"):
        assert name in exports
    assert "AWS::Lambda" not in json.dumps(storage.to_json())
