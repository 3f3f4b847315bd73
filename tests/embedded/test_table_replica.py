"""The second region's copy of the table, made step by step from any state."""

import boto3
import pytest
from botocore.exceptions import ClientError

from gameday.embedded.aws import EmbeddedAws
from lambdas import replicate_table
from lambdas.highlights.errors import ReplicaRefused
from lambdas.highlights.table_replica import advance

TABLE, REGION = "highlights", "eu-west-1"


@pytest.fixture
def home(aws: EmbeddedAws):
    client = aws.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    client.get_waiter("table_exists").wait(TableName=TABLE, WaiterConfig={"Delay": 1})
    client.put_item(TableName=TABLE, Item={"id": {"S": "before"}})
    return client


@pytest.fixture
def away(aws: EmbeddedAws, home):
    variables = aws.environment()
    return boto3.client(
        "dynamodb",
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )


def steps_until_complete(home, away) -> int:
    for number in range(1, 50):
        if advance(home, away, TABLE, REGION):
            return number
    raise AssertionError("the replica never came to be")


def ids(client) -> set[str]:
    return {item["id"]["S"] for item in client.scan(TableName=TABLE)["Items"]}


def test_the_replica_holds_what_was_there_and_what_comes(home, away):
    steps_until_complete(home, away)
    home.put_item(TableName=TABLE, Item={"id": {"S": "after"}})

    assert ids(away) == {"before", "after"}


def test_the_replica_is_protected_as_the_table_is(home, away):
    steps_until_complete(home, away)

    with pytest.raises(ClientError, match="deletion protection"):
        away.delete_table(TableName=TABLE)
    backups = away.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_the_table_itself_stays_what_it_was(home, away):
    before = home.describe_table(TableName=TABLE)["Table"]
    steps_until_complete(home, away)
    after = home.describe_table(TableName=TABLE)["Table"]

    assert after["TableId"] == before["TableId"]
    assert after["DeletionProtectionEnabled"]
    assert ids(home) == {"before"}


def test_asked_again_it_finds_everything_done(home, away):
    steps_until_complete(home, away)

    assert steps_until_complete(home, away) == 1


def test_it_goes_on_from_wherever_it_was_interrupted(home, away):
    home.update_table(TableName=TABLE, ReplicaUpdates=[{"Create": {"RegionName": REGION}}])
    away.update_table(TableName=TABLE, DeletionProtectionEnabled=True)

    steps_until_complete(home, away)

    assert ids(away) == {"before"}


def test_a_foreign_table_in_the_way_is_named_and_left_alone(home, away):
    away.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "other", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "other", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    with pytest.raises(ReplicaRefused, match="eu-west-1 has a table highlights"):
        steps_until_complete(home, away)
    assert away.describe_table(TableName=TABLE)["Table"]["KeySchema"][0]["AttributeName"] == "other"


def test_cloudformation_is_told_when_it_is_complete(home, away, monkeypatch):
    monkeypatch.setattr(replicate_table.clients, "dynamodb", lambda: home)
    monkeypatch.setattr(replicate_table.clients, "dynamodb_in", lambda region: away)
    event = {
        "RequestType": "Create",
        "ResourceProperties": {"TableName": TABLE, "ReplicaRegion": REGION},
    }

    answers = [replicate_table.handler(event, FakeContext()) for _ in range(10)]

    assert {answer["PhysicalResourceId"] for answer in answers} == {"highlights/eu-west-1"}
    assert not answers[0]["IsComplete"]
    assert answers[-1]["IsComplete"]


def test_switched_off_the_replica_stays(home, away, monkeypatch):
    steps_until_complete(home, away)
    monkeypatch.delattr(replicate_table.clients, "dynamodb")
    answer = replicate_table.handler(
        {
            "RequestType": "Delete",
            "PhysicalResourceId": "highlights/eu-west-1",
            "ResourceProperties": {"TableName": TABLE, "ReplicaRegion": REGION},
        },
        FakeContext(),
    )

    assert answer == {"PhysicalResourceId": "highlights/eu-west-1", "IsComplete": True}
    assert ids(away) == {"before"}


class FakeContext:
    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "replicate"
