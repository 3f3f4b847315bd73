"""A cloud assembly is deployed as the CDK CLI would, only sooner."""

import json
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from gameday.embedded.assembly import (
    AssemblyError,
    DeploymentFailed,
    asset_bucket,
    asset_bytes,
    deploy_assembly,
)
from gameday.embedded.aws import EmbeddedAws

BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"


class Assembly:
    """A `cdk.out` of two stacks, of which the second uses the first and has a function."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.storage: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
        self.code = "def handler(event, context): return 1"

    def write(self) -> Path:
        code = self.folder / "asset.code"
        code.mkdir(parents=True, exist_ok=True)
        (code / "index.py").write_text(self.code)
        role = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": {
                        "Effect": "Allow",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                        "Action": "sts:AssumeRole",
                    },
                }
            },
        }
        function = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.13",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Environment": {"Variables": {"TOPIC": {"Fn::ImportValue": "topic"}}},
                "Code": {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": f"{hash(self.code)}.zip"},
            },
        }
        topic = {"Value": {"Ref": "Topic"}, "Export": {"Name": "topic"}}
        self._write_stack("Storage", self.storage, {"TopicArn": topic}, {})
        self._write_stack(
            "Pipeline",
            {"Role": role, "Function": function},
            {"FunctionName": {"Value": {"Ref": "Function"}}},
            {f"{hash(self.code)}.zip": {"path": "asset.code", "packaging": "zip"}},
        )
        artifacts = {}
        for stack, dependencies in (("Pipeline", ["Storage"]), ("Storage", [])):
            artifacts[f"{stack}.assets"] = {
                "type": "cdk:asset-manifest",
                "properties": {"file": f"{stack}.assets.json"},
            }
            artifacts[stack] = {
                "type": "aws:cloudformation:stack",
                "properties": {"stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{stack}.{self._key}"},
                "dependencies": [*dependencies, f"{stack}.assets"],
            }
        self._write("manifest.json", {"artifacts": artifacts})
        return self.folder

    @property
    def _key(self) -> str:
        return f"{abs(hash(json.dumps(self.storage) + self.code))}.json"

    def _write_stack(self, stack: str, resources: dict, outputs: dict, assets: dict) -> None:
        template = f"{stack}.template.json"
        self._write(template, {"Resources": resources, "Outputs": outputs})
        sources = {**assets, f"{stack}.{self._key}": {"path": template, "packaging": "file"}}
        files = {
            key: {
                "source": source,
                "destinations": {"here": {"bucketName": BUCKET, "objectKey": key}},
            }
            for key, source in sources.items()
        }
        self._write(f"{stack}.assets.json", {"files": files})

    def _write(self, name: str, content: dict) -> None:
        (self.folder / name).write_text(json.dumps(content))


@pytest.fixture
def assembly(tmp_path: Path) -> Assembly:
    return Assembly(tmp_path / "cdk.out")


def deploy(assembly: Assembly, aws: EmbeddedAws) -> tuple[dict[str, dict[str, str]], list[str]]:
    lines: list[str] = []
    return deploy_assembly(assembly.write(), aws, progress=lines.append), lines


def test_stacks_are_created_in_the_order_of_their_dependencies(
    assembly: Assembly, aws: EmbeddedAws
):
    outputs, lines = deploy(assembly, aws)

    assert [line for line in lines if "creating" in line] == [
        "Storage: creating",
        "Pipeline: creating",
    ]
    function = aws.client("lambda").get_function(FunctionName=outputs["Pipeline"]["FunctionName"])
    variables = function["Configuration"]["Environment"]["Variables"]
    assert variables == {"TOPIC": outputs["Storage"]["TopicArn"]}


def test_deploying_again_changes_and_publishes_nothing(assembly: Assembly, aws: EmbeddedAws):
    outputs, _ = deploy(assembly, aws)
    bucket = asset_bucket(aws)
    before = aws.client("s3").list_objects_v2(Bucket=bucket)["Contents"]

    again, lines = deploy(assembly, aws)

    assert again == outputs
    assert lines == ["Storage: unchanged", "Pipeline: unchanged"]
    assert aws.client("s3").list_objects_v2(Bucket=bucket)["Contents"] == before


def test_changed_code_is_published_and_updates_only_its_stack(assembly: Assembly, aws: EmbeddedAws):
    outputs, _ = deploy(assembly, aws)

    assembly.code = "def handler(event, context): return 2"
    _, lines = deploy(assembly, aws)

    response = aws.client("lambda").invoke(FunctionName=outputs["Pipeline"]["FunctionName"])
    assert json.loads(response["Payload"].read()) == 2
    assert lines[-2:] == ["Storage: unchanged", "Pipeline: updating"]


def test_a_failure_says_which_resource_and_why(assembly: Assembly, aws: EmbeddedAws):
    assembly.storage["Alarm"] = {"Type": "AWS::Nowhere::Alarm"}

    with pytest.raises(DeploymentFailed, match="Alarm") as failed:
        deploy(assembly, aws)

    assert failed.value.stack == "Storage"


def test_a_creation_that_was_rolled_back_is_replaced(assembly: Assembly, aws: EmbeddedAws):
    assembly.storage["Schedule"] = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {"ScheduleExpression": "never", "FlexibleTimeWindow": {"Mode": "OFF"}},
    }
    with pytest.raises(DeploymentFailed, match="Invalid Schedule Expression never") as failed:
        deploy(assembly, aws)

    del assembly.storage["Schedule"]
    outputs, lines = deploy(assembly, aws)

    assert failed.value.status == "ROLLBACK_COMPLETE"
    assert "Storage: removing what a failed creation left" in lines
    assert outputs.keys() == {"Storage", "Pipeline"}


def test_a_failed_update_leaves_the_former_stack(assembly: Assembly, aws: EmbeddedAws):
    outputs, _ = deploy(assembly, aws)
    assembly.storage["Schedule"] = {
        "Type": "AWS::Scheduler::Schedule",
        "Properties": {"ScheduleExpression": "never", "FlexibleTimeWindow": {"Mode": "OFF"}},
    }
    with pytest.raises(DeploymentFailed, match="UPDATE_ROLLBACK_COMPLETE"):
        deploy(assembly, aws)

    del assembly.storage["Schedule"]

    assert deploy(assembly, aws)[0] == outputs


def test_what_is_no_assembly_is_said_to_be_none(tmp_path: Path, aws: EmbeddedAws):
    with pytest.raises(AssemblyError, match="run cdk synth"):
        deploy_assembly(tmp_path, aws)


def test_the_same_files_give_the_same_bytes(tmp_path: Path):
    for name in ("one", "two"):
        (tmp_path / name / "package").mkdir(parents=True)
        for file in ("b.py", "a.py", "package/__init__.py"):
            (tmp_path / name / file).write_text(file)
    (tmp_path / "two" / "a.py").touch()

    one, two = (asset_bytes(tmp_path / name, "zip") for name in ("one", "two"))

    assert one == two
    assert zipfile.ZipFile(BytesIO(one)).namelist() == ["a.py", "b.py", "package/__init__.py"]
