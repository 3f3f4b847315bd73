"""Switching the second place on and off leaves what is kept where it is."""

import json
import os

# As in tests/infra: what is checked there would only cost time here.
os.environ["CDK_VALIDATION"] = "false"

from account import Account, until
from aws_cdk import App
from aws_cdk.assertions import Template

from stacks.second_place import SecondPlace
from stacks.settings import Settings
from stacks.storage import StorageStack

STACK = "GameDayStorage"


def storage_template(place: SecondPlace | None) -> str:
    env = place.at_home if place else None
    stack = StorageStack(App(), STACK, settings=Settings(), place=place, env=env)
    return json.dumps(Template.from_stack(stack).to_json())


def deploy(account: Account, template: str, change: str) -> dict[str, str]:
    """The outputs once `change`, `create` or `update`, is complete."""
    cloudformation = account.client("cloudformation")
    submit = getattr(cloudformation, f"{change}_stack")
    submit(StackName=STACK, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    stack = until(
        lambda: cloudformation.describe_stacks(StackName=STACK)["Stacks"][0],
        lambda stack: not stack["StackStatus"].endswith("_IN_PROGRESS"),
    )
    assert stack["StackStatus"] == f"{change.upper()}_COMPLETE"
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_table_and_archive_stay_the_same_through_every_switch(account: Account):
    account.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
    )
    dynamodb, s3 = account.client("dynamodb"), account.client("s3")
    off = storage_template(None)
    on = storage_template(SecondPlace(account.aws.account, account.aws.region, "eu-west-1"))
    first = deploy(account, off, "create")
    table, bucket = first["HighlightsTable"], first["ArchiveBucket"]
    dynamodb.put_item(TableName=table, Item={"id": {"S": "1"}})
    s3.put_object(Bucket=bucket, Key="videos/1.mp4", Body=b"video")
    identity = dynamodb.describe_table(TableName=table)["Table"]["TableId"]

    switched = deploy(account, on, "update")
    last = deploy(account, off, "update")

    assert switched.pop("ReplicaBucket").startswith("gameday-replica-")
    assert switched.pop("BatchReplicationRoleArn")
    assert first == switched == last
    assert dynamodb.describe_table(TableName=table)["Table"]["TableId"] == identity
    assert dynamodb.scan(TableName=table)["Count"] == 1
    assert s3.head_object(Bucket=bucket, Key="videos/1.mp4")["ContentLength"] == 5
