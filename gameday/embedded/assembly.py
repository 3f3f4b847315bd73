"""Deploys a synthesised cloud assembly through CloudFormation's API, without the CDK CLI.

Does what `cdk deploy` does with the same files: publishes the assets, then creates or updates
the stacks in the order of their dependencies.
"""

import io
import itertools
import json
import os
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from gameday.embedded.aws import EmbeddedAws

QUALIFIER = "hnb659fds"
VERSION_PARAMETER = f"/cdk-bootstrap/{QUALIFIER}/version"

# What a template may require at most today; `cdk bootstrap` writes it to the same parameter.
BOOTSTRAP_VERSION = "30"

CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
POLL_SECONDS = 0.02
STACK_SECONDS = 300

# A stack in one of these was never deployed; nothing but its deletion is possible.
NEVER_DEPLOYED = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})

DEPLOYED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})

# How CloudFormation words what is to be recognised.
NOTHING_TO_UPDATE = "No updates are to be performed"
OPERATION_STARTED = "User Initiated"

# The earliest time a zip file can hold: the same files give the same bytes.
ZIP_TIME = (1980, 1, 1, 0, 0, 0)

Outputs = dict[str, str]


class AssemblyError(RuntimeError):
    """The folder is not a cloud assembly that can be deployed here."""


class DeploymentFailed(RuntimeError):
    """A stack did not reach a complete state; the message lists CloudFormation's reasons."""

    def __init__(self, stack: str, status: str, reasons: list[str]) -> None:
        details = "".join(f"\n  {reason}" for reason in reasons)
        super().__init__(f"stack {stack} ended as {status}:{details}")
        self.stack = stack
        self.status = status
        self.reasons = reasons


def deploy_assembly(
    assembly_dir: Path, aws: EmbeddedAws, *, progress: Callable[[str], None] | None = None
) -> dict[str, Outputs]:
    """Deploy every stack of `assembly_dir` (a `cdk.out`) and return each one's outputs by name.

    What is deployed already and unchanged stays as it is. `progress` receives a line per step.

    Raises:
        AssemblyError: the folder has no readable manifest, or needs container images.
        DeploymentFailed: CloudFormation refused a stack or rolled it back.
    """
    return _Deployment(Path(assembly_dir), aws, progress or (lambda line: None)).run()


class _Deployment:
    def __init__(self, folder: Path, aws: EmbeddedAws, progress: Callable[[str], None]) -> None:
        self._folder = folder
        self._aws = aws
        self._progress = progress
        self._cloudformation = aws.client("cloudformation")
        self._s3 = aws.client("s3")
        self._artifacts = self._read("manifest.json")["artifacts"]

    def run(self) -> dict[str, Outputs]:
        self._bootstrap()
        for artifact in self._artifacts.values():
            if artifact["type"] == "cdk:asset-manifest":
                self._publish(self._read(artifact["properties"]["file"]))
        return {name: self._deploy(name, properties) for name, properties in self._stacks()}

    def _read(self, name: str) -> dict[str, Any]:
        path = self._folder / name
        try:
            return json.loads(path.read_bytes())
        except (OSError, ValueError) as error:
            raise AssemblyError(
                f"{path} cannot be read as part of a cloud assembly ({error}); run cdk synth"
            ) from error

    def _stacks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Names and properties of the stacks, each after the ones it depends on."""
        done: set[str] = set()

        def visit(identifier: str) -> Iterator[tuple[str, dict[str, Any]]]:
            artifact = self._artifacts[identifier]
            if identifier in done:
                return
            done.add(identifier)
            for dependency in artifact.get("dependencies", []):
                yield from visit(dependency)
            if artifact["type"] == "aws:cloudformation:stack":
                properties = artifact["properties"]
                yield properties.get("stackName", identifier), properties

        for identifier in self._artifacts:
            yield from visit(identifier)

    def _bootstrap(self) -> None:
        """Provide what `cdk bootstrap` would: the bucket for assets, and the version parameter."""
        # Creating a bucket that is one's own already is no error in this region.
        self._s3.create_bucket(Bucket=asset_bucket(self._aws))
        ssm = self._aws.client("ssm")
        try:
            ssm.get_parameter(Name=VERSION_PARAMETER)
        except ssm.exceptions.ParameterNotFound:
            ssm.put_parameter(Name=VERSION_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String")

    def _publish(self, manifest: dict[str, Any]) -> None:
        if manifest.get("dockerImages"):
            raise AssemblyError("the assembly has container images, which cannot be run here")
        for asset in manifest["files"].values():
            source = asset["source"]
            for destination in asset["destinations"].values():
                bucket = self._resolved(destination["bucketName"])
                key = self._resolved(destination["objectKey"])
                if not self._published(bucket, key):
                    self._progress(f"publishing {asset.get('displayName', key)}")
                    body = asset_bytes(self._folder / source["path"], source["packaging"])
                    self._s3.put_object(Bucket=bucket, Key=key, Body=body)

    def _published(self, bucket: str, key: str) -> bool:
        try:
            self._s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def _resolved(self, text: str) -> str:
        for name, value in (
            ("AccountId", self._aws.account),
            ("Region", self._aws.region),
            ("Partition", "aws"),
        ):
            text = text.replace(f"${{AWS::{name}}}", value)
        return text

    def _deploy(self, name: str, properties: dict[str, Any]) -> Outputs:
        stack = self._settled(name)
        if stack and stack["StackStatus"] in NEVER_DEPLOYED:
            self._progress(f"{name}: removing what a failed creation left")
            self._cloudformation.delete_stack(StackName=name)
            stack = self._settled(name)
        if self._submit(name, properties, exists=stack is not None):
            stack = self._settled(name)
            if stack["StackStatus"] not in DEPLOYED:
                reasons = self._reasons(stack["StackId"])
                raise DeploymentFailed(name, stack["StackStatus"], reasons)
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _submit(self, name: str, properties: dict[str, Any], *, exists: bool) -> bool:
        """Start the stack's creation or update; False when there is nothing to update."""
        request = {
            "StackName": name,
            "Capabilities": CAPABILITIES,
            "TemplateURL": self._template_url(properties["stackTemplateAssetObjectUrl"]),
            "Tags": [
                {"Key": key, "Value": value} for key, value in properties.get("tags", {}).items()
            ],
        }
        try:
            if exists:
                self._cloudformation.update_stack(**request)
            else:
                self._cloudformation.create_stack(**request)
        except ClientError as error:
            if NOTHING_TO_UPDATE in error.response["Error"]["Message"]:
                self._progress(f"{name}: unchanged")
                return False
            raise DeploymentFailed(name, "refused", [str(error)]) from error
        self._progress(f"{name}: {'updating' if exists else 'creating'}")
        return True

    def _template_url(self, location: str) -> str:
        bucket, _, key = self._resolved(location).removeprefix("s3://").partition("/")
        return f"https://s3.{self._aws.region}.amazonaws.com/{bucket}/{key}"

    def _stack(self, name: str) -> dict[str, Any] | None:
        try:
            return self._cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in error.response["Error"]["Message"]:
                return None
            raise

    def _settled(self, name: str) -> dict[str, Any] | None:
        """The stack once no operation on it is in progress, or None when it was deleted."""
        deadline = time.monotonic() + STACK_SECONDS
        while True:
            stack = self._stack(name)
            if stack is None or not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            if time.monotonic() > deadline:
                raise DeploymentFailed(
                    name, stack["StackStatus"], [f"not complete after {STACK_SECONDS} seconds"]
                )
            time.sleep(POLL_SECONDS)

    def _reasons(self, stack_id: str) -> list[str]:
        """What failed in the last operation and why, oldest first."""
        pages = self._cloudformation.get_paginator("describe_stack_events").paginate(
            StackName=stack_id
        )
        events = (event for page in pages for event in page["StackEvents"])
        latest = itertools.takewhile(
            lambda event: event.get("ResourceStatusReason") != OPERATION_STARTED, events
        )
        return [
            f"{event['LogicalResourceId']} ({event['ResourceType']}): "
            f"{event.get('ResourceStatusReason', event['ResourceStatus'])}"
            for event in reversed(list(latest))
            if event["ResourceStatus"].endswith("_FAILED")
        ]


def asset_bucket(aws: EmbeddedAws) -> str:
    """The name of the bucket that `cdk bootstrap` creates for assets."""
    return f"cdk-{QUALIFIER}-assets-{aws.account}-{aws.region}"


def asset_bytes(source: Path, packaging: str) -> bytes:
    """The object an asset is published as; the same files always give the same bytes."""
    if packaging == "file":
        return source.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if os.access(path, os.X_OK) else 0o644) << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()
