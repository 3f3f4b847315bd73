"""Each grant is needed: a run asks for it, and fails without it, here as it would on AWS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest

from gameday.embedded.provider import Fault, Provider
from gameday.embedded.sample import SampleDay
from lambdas.highlights.keys import run_record_key
from tests.e2e.conftest import DAY, Pipeline
from tests.e2e.functions import configuration
from tests.e2e.roles import listed, policies_of, revoke, set_policies

CLIP, PAGE = 412380371, 412380281
GRANTS = [
    ("FetchHighlightsRole", "secretsmanager:GetSecretValue"),
    ("FetchHighlightsRole", "s3:PutObject"),
    ("FetchHighlightsRole", "dynamodb:BatchGetItem"),
    ("FetchHighlightsRole", "dynamodb:Query"),
    ("FetchHighlightsRole", "dynamodb:PutItem"),
    ("FetchHighlightsRole", "dynamodb:GetItem"),
    ("DownloadVideoRole", "dynamodb:BatchGetItem"),
    ("DownloadVideoRole", "dynamodb:UpdateItem"),
    ("DownloadVideoRole", "dynamodb:PutItem"),
    ("DownloadVideoRole", "s3:PutObject"),
    ("DownloadVideoRole", "s3:List*"),
    ("TranscodeRole", "s3:GetObject*"),
    ("TranscodeRole", "s3:PutObject"),
    ("RecordRenditionRole", "s3:GetObject*"),
    ("RecordRenditionRole", "dynamodb:BatchGetItem"),
    ("RecordRenditionRole", "dynamodb:UpdateItem"),
    ("RecordRenditionRole", "dynamodb:PutItem"),
    ("WriteSidecarsRole", "s3:PutObject"),
    ("WriteSidecarsRole", "s3:List*"),
    ("WriteSidecarsRole", "dynamodb:BatchGetItem"),
    ("PlanBackupRole", "dynamodb:BatchGetItem"),
    ("BackUpTableRole", "dynamodb:CreateBackup"),
    ("BackUpTableRole", "dynamodb:BatchGetItem"),
    ("BackUpTableRole", "dynamodb:UpdateItem"),
    ("BackUpTableRole", "dynamodb:DescribeBackup"),
    ("BackUpTableRole", "dynamodb:ListBackups"),
    ("BackUpTableRole", "s3:List*"),
    ("ReportRunRole", "s3:PutObject"),
    ("ReportRunRole", "dynamodb:BatchGetItem"),
    ("GameDayRole", "lambda:InvokeFunction"),
    ("GameDayRole", "mediaconvert:CreateJob"),
    ("GameDayRole", "iam:PassRole"),
    ("GameDayRole", "mediaconvert:GetJob"),
    ("GameDayRole", "events:PutRule"),
    ("FetchHighlightsRole", "dynamodb:UpdateItem"),
    ("ReportRunRole", "dynamodb:GetItem"),
    ("ReportRunRole", "dynamodb:Query"),
    ("ReportRunRole", "dynamodb:UpdateItem"),
]
# What a refusal comes to is the same for all actions of a step, so that one of each is refused:
# one that says the least by itself, such as whether something is there.
REFUSED = [
    ("FetchHighlightsRole", "secretsmanager:GetSecretValue"),
    ("DownloadVideoRole", "s3:List*"),
    ("TranscodeRole", "s3:PutObject"),
    ("RecordRenditionRole", "s3:GetObject*"),
    ("WriteSidecarsRole", "s3:List*"),
    ("PlanBackupRole", "dynamodb:BatchGetItem"),
    ("BackUpTableRole", "dynamodb:DescribeBackup"),
    ("ReportRunRole", "dynamodb:UpdateItem"),
    ("GameDayRole", "iam:PassRole"),
    ("GameDayRole", "events:PutRule"),
]
EXPORT_GRANTS = [
    ("ExportTableRole", "dynamodb:DescribeTable"),
    ("ExportTableRole", "dynamodb:ExportTableToPointInTime"),
    ("ExportTableRole", "dynamodb:ListExports"),
    ("ExportTableRole", "s3:List*"),
]
# Needed in other cases than a day's first run. Those of RecordFailure only say why a highlight
# failed, or abort what it left open, and the run fails without them as well; CancelJob ends the jobs of a stopped execution
# (tests/embedded/mediaconvert); StartExecution has its test beside the schedules. DownloadVideo reads
# what was used so far where there is a cap on it.
IN_OTHER_CASES = {
    ("FetchHighlightsRole", "states:DescribeExecution"),
    ("DownloadVideoRole", "dynamodb:GetItem"),
    ("RecordFailureRole", "dynamodb:PutItem"),
    ("RecordFailureRole", "dynamodb:BatchGetItem"),
    ("RecordFailureRole", "dynamodb:UpdateItem"),
    ("RecordFailureRole", "s3:AbortMultipartUpload"),
    ("BackUpTableRole", "dynamodb:DeleteBackup"),
    ("BackUpTableRole", "s3:GetObject*"),
    ("DownloadVideoRole", "s3:GetObject*"),
    ("WriteSidecarsRole", "s3:GetObject*"),
    ("GameDayRole", "mediaconvert:CancelJob"),
    ("SchedulerRole", "states:StartExecution"),
    ("ExportTableRole", "dynamodb:Scan"),
    *EXPORT_GRANTS,
    # Only an export under way or failed is looked at; DynamoDB may name an ACL; and the schedule
    # calls the function in the test beside the schedules.
    ("ExportTableRole", "dynamodb:DescribeExport"),
    ("ExportTableRole", "s3:PutObjectAcl"),
    ("ExportTableRole", "s3:PutObjectVersionAcl"),
    ("ExportSchedulerRole", "lambda:InvokeFunction"),
    # Only what was not delivered is sent there; see `tests/embedded/test_schedules.py`.
    ("ExportSchedulerRole", "sqs:SendMessage"),
}
# Of the digest, which fails no run.
DIGEST_GRANTS = [
    ("SendDigestRole", "sns:Publish"),
    ("SendDigestRole", "s3:GetObject*"),
    ("SendDigestRole", "dynamodb:GetItem"),
    ("SendDigestRole", "dynamodb:UpdateItem"),
]
# What the CDK's grants bring along, and what only AWS itself asks for.
BROUGHT_ALONG = (
    *("s3:PutObject", "s3:Abort*", "s3:GetBucket*", "s3:List*", "s3:GetObject*"),
    *("secretsmanager:DescribeSecret", "logs:", "xray:", "events:", "mediaconvert:TagResource"),
)


@pytest.fixture
def granted(deployment: Pipeline, provider: Provider) -> Pipeline:
    """The module's deployment, not emptied: each test takes a grant away and gives it back."""
    return deployment


@pytest.fixture(scope="module")
def asked(
    deployment: Pipeline, running_provider: Provider, small_sample: SampleDay
) -> set[tuple[str, str]]:
    """The roles and actions that one run asked for, in which every step has work."""
    running_provider.media = dict(small_sample.media)
    running_provider.highlights = small_sample.highlights(running_provider.base_url)
    deployment.list_only(CLIP)
    with requests_seen() as seen:
        assert deployment.run().execution.status == "SUCCEEDED"
    return seen


@contextmanager
def requests_seen() -> Iterator[set[tuple[str, str]]]:
    """The name of the role and the action of each request that is meanwhile allowed or refused."""
    from ministack.core import iam_evaluator

    seen: set[tuple[str, str]] = set()
    evaluate = iam_evaluator.evaluate

    def seeing(request: Any, *policies: Any) -> Any:
        seen.add((request.principal_arn, request.action))
        return evaluate(request, *policies)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(iam_evaluator, "evaluate", seeing)
        yield seen


@pytest.mark.parametrize(("role", "action"), GRANTS, ids=lambda value: value)
def test_a_run_asks_for(asked: set[tuple[str, str]], role: str, action: str):
    assert any(f"-{role}" in who and fnmatch(what, action) for who, what in asked)


@pytest.mark.parametrize(("role", "action"), REFUSED, ids=lambda value: value)
def test_a_run_fails_without(granted: Pipeline, provider: Provider, role: str, action: str):
    (row,) = [row for row in provider.highlights if row["id"] == CLIP]
    # A highlight that no other test has seen, so that every step has work.
    provider.highlights = [{**row, "id": CLIP + 1 + REFUSED.index((role, action))}]

    assert_fails_without(granted, role, action)


def test_taking_a_day_over_fails_without(granted: Pipeline, provider: Provider):
    provider.fail_next(Fault.NOT_FOUND)
    granted.run()  # ends without a report, so that it still holds the day

    assert_fails_without(granted, "FetchHighlightsRole", "states:DescribeExecution")


def test_taking_over_a_changed_title_fails_without(granted: Pipeline, provider: Provider):
    granted.list_only(CLIP)
    granted.run()
    provider.highlights = [{**row, "title": "Another"} for row in provider.highlights]

    assert_fails_without(granted, "FetchHighlightsRole", "dynamodb:UpdateItem")


def test_finding_an_earlier_rendition_fails_without(granted: Pipeline, provider: Provider):
    (row,) = [row for row in provider.highlights if row["id"] == CLIP]
    provider.highlights = [{**row, "id": CLIP + 100}]
    before = policies_of(granted.aws, "RecordRenditionRole")
    revoke(granted.aws, "RecordRenditionRole", "dynamodb:UpdateItem")
    granted.run()
    set_policies(granted.aws, "RecordRenditionRole", before)

    assert_fails_without(granted, "DownloadVideoRole", "s3:GetObject*")


def test_looking_at_earlier_sidecars_fails_without(granted: Pipeline):
    granted.list_only(PAGE)  # nothing to download
    granted.run()

    assert_fails_without(granted, "WriteSidecarsRole", "s3:GetObject*")


def test_rotation_fails_without(granted: Pipeline, provider: Provider):
    (row,) = [row for row in provider.highlights if row["id"] == CLIP]
    table = granted.vault.table
    for hour in range(5):
        name = f"{table}-20260101T0{hour}0000Z"
        granted.aws.client("dynamodb").create_backup(TableName=table, BackupName=name)
    provider.highlights = [{**row, "id": CLIP + 101}]

    assert_fails_without(granted, "BackUpTableRole", "dynamodb:DeleteBackup")


def test_a_digest_is_not_sent_without(granted: Pipeline):
    granted.list_only(PAGE)
    run = granted.run()
    told = {"execution": run.name, "record": run_record_key(DAY, run.name)}
    for role, action in DIGEST_GRANTS:
        before = policies_of(granted.aws, role)
        revoke(granted.aws, role, action)
        answer = call(granted, "SendDigest", told)
        set_policies(granted.aws, role, before)
        assert "AccessDenied" in json.dumps(answer) or "AuthorizationError" in json.dumps(answer)

    assert call(granted, "SendDigest", told) == {"sent": True}


@pytest.mark.parametrize(("role", "action"), EXPORT_GRANTS, ids=lambda value: value)
def test_an_export_fails_without(granted: Pipeline, role: str, action: str):
    before = policies_of(granted.aws, role)
    revoke(granted.aws, role, action)
    answer = export(granted)
    set_policies(granted.aws, role, before)

    assert "AccessDenied" in answer["errorMessage"]


def test_an_export_by_a_scan_fails_without(granted: Pipeline):
    table = {"TableName": granted.vault.table}
    dynamodb = granted.aws.client("dynamodb")
    recovery = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": False}}
    dynamodb.update_continuous_backups(**table, **recovery)
    before = policies_of(granted.aws, "ExportTableRole")

    revoke(granted.aws, "ExportTableRole", "dynamodb:Scan")
    refused = export(granted)
    set_policies(granted.aws, "ExportTableRole", before)

    assert "AccessDenied" in refused["errorMessage"]
    assert export(granted)["written"]


def export(granted: Pipeline) -> dict[str, Any]:
    """What the function that exports the table answers."""
    asked = {"asked_by": "test", "asked_at": "2026-01-12T17:00:00+00:00"}
    return call(granted, "ExportTable", asked)


def call(granted: Pipeline, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """What a function answers."""
    name = configuration(granted, function)["FunctionName"]
    answer = granted.aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
    return json.loads(answer["Payload"].read())


def assert_fails_without(granted: Pipeline, role: str, action: str) -> None:
    before = policies_of(granted.aws, role)
    revoke(granted.aws, role, action)
    run = granted.run()
    set_policies(granted.aws, role, before)

    assert run.execution.status == "FAILED"


def test_every_grant_of_the_templates_is_known_here(assembly: Path):
    template = json.loads((assembly / "GameDayPipeline.template.json").read_text())
    known = {*GRANTS, *DIGEST_GRANTS, *IN_OTHER_CASES}
    for policy in policies(template):
        (role,) = policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]:
            for action in listed(statement["Action"]):
                assert action.startswith(BROUGHT_ALONG) or any(
                    role["Ref"].startswith(name) and action == needed for name, needed in known
                ), f"{role['Ref']} may {action}, and no test says why"


def policies(template: dict[str, Any]) -> list[dict[str, Any]]:
    resources = template["Resources"].values()
    return [one["Properties"] for one in resources if one["Type"] == "AWS::IAM::Policy"]
