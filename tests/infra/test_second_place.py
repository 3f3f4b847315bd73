"""What each switch of the second place creates, and that the table stays as it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Match, Template

from lambdas.highlights.ledger import GAME_DAY_INDEX
from stacks.acknowledge import written
from stacks.replica import ReplicaStack
from stacks.second_place import SecondPlace
from stacks.settings import Settings, SettingsError
from stacks.storage import StorageStack
from tests.infra.conftest import synthesise, template
from tests.infra.test_pipeline import listed, statements

ACCOUNT, HOME, AWAY = "123456789012", "us-east-1", "eu-west-1"
BUCKET = "gameday-replica-123456789012-us-east-1-eu-west-1"
RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


@pytest.fixture(scope="session")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app with every switch on, synthesised."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CDK_DEFAULT_ACCOUNT", ACCOUNT)
        patch.setenv("CDK_DEFAULT_REGION", HOME)
        return synthesise(
            tmp_path_factory.mktemp("everything"),
            replica_region=AWAY,
            replica_lock_days=30,
            aws_backup_days=35,
        )


def storage_with(place: SecondPlace | None = None, **settings: Any) -> Template:
    stack = StorageStack(
        App(),
        "GameDayStorage",
        settings=Settings(**settings),
        place=place,
        env=place.at_home if place else None,
    )
    return Template.from_stack(stack)


def only(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    (one,) = found.values()
    return one


def environments(assembly: Path) -> dict[str, str]:
    artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
    return {
        name: one["environment"]
        for name, one in artifacts.items()
        if one["type"] == "aws:cloudformation:stack"
    }


def test_nothing_of_it_is_there_by_default(assembly: Path, storage: Template, pipeline: Template):
    assert not [name for name in environments(assembly) if "Replica" in name or "Vault" in name]
    for kind in ("AWS::Backup::BackupPlan", "AWS::Backup::BackupSelection"):
        storage.resource_count_is(kind, 0)
    archive = only(storage.find_resources("AWS::S3::Bucket"))
    assert "ReplicationConfiguration" not in archive["Properties"]
    pipeline.resource_count_is("Custom::TableReplica", 0)
    assert storage.find_outputs("ReplicaBucket") == {}


def test_no_switch_changes_the_table(everything: Path, storage: Template):
    switched = template(everything, "GameDayStorage")

    assert switched.find_resources("AWS::DynamoDB::Table") == storage.find_resources(
        "AWS::DynamoDB::Table"
    )


def test_the_template_of_the_table_is_the_one_of_every_home_so_far(storage: Template):
    """Another type, key or logical id replaces the table, and leaves its items behind."""
    tables = storage.find_resources("AWS::DynamoDB::Table").items()
    (found,) = [one for one in tables if one[0].startswith("Highlights")]

    assert found == (
        "HighlightsB1E18388",
        {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "AttributeDefinitions": [
                    {"AttributeName": "id", "AttributeType": "S"},
                    {"AttributeName": "league", "AttributeType": "S"},
                    {"AttributeName": "game_date", "AttributeType": "S"},
                ],
                "BillingMode": "PAY_PER_REQUEST",
                "DeletionProtectionEnabled": True,
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": GAME_DAY_INDEX,
                        "KeySchema": [
                            {"AttributeName": "league", "KeyType": "HASH"},
                            {"AttributeName": "game_date", "KeyType": "RANGE"},
                        ],
                        "Projection": {"ProjectionType": "KEYS_ONLY"},
                    }
                ],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
            **RETAINED,
        },
    )


def test_no_switch_replaces_what_holds_the_season(everything: Path, storage: Template):
    switched = template(everything, "GameDayStorage").to_json()["Resources"]

    for name, resource in storage.to_json()["Resources"].items():
        if resource["Type"] == "AWS::SNS::TopicPolicy":
            continue  # names the region, which is written out where there are two
        there = switched[name]
        there["Properties"].pop("ReplicationConfiguration", None)
        assert there == resource


def test_the_second_region_has_a_stack_of_its_own(everything: Path):
    places = environments(everything)

    assert places["GameDayStorage"] == f"aws://{ACCOUNT}/{HOME}"
    assert places["GameDayReplica"] == f"aws://{ACCOUNT}/{AWAY}"


def test_the_bucket_is_there_before_the_archive_names_it(everything: Path):
    artifacts = json.loads((everything / "manifest.json").read_text())["artifacts"]

    assert {"GameDayReplica", "GameDayBackupVault", "GameDayBackupVaultCopies"} <= set(
        artifacts["GameDayStorage"]["dependencies"]
    )


def test_copies_are_kept_closed_versioned_and_locked(everything: Path):
    replica = template(everything, "GameDayReplica")

    replica.has_resource("AWS::S3::Bucket", RETAINED)
    replica.has_resource_properties(
        "AWS::S3::Bucket",
        {
            "BucketName": BUCKET,
            "VersioningConfiguration": {"Status": "Enabled"},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "ObjectLockEnabled": True,
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}},
            },
        },
    )
    deny = {"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    replica.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(deny)])}},
    )


def test_every_object_is_copied_and_no_deletion(everything: Path):
    archive = only(template(everything, "GameDayStorage").find_resources("AWS::S3::Bucket"))
    (rule,) = archive["Properties"]["ReplicationConfiguration"]["Rules"]

    assert rule["Status"] == "Enabled"
    assert rule["Filter"] == {"Prefix": ""}
    assert rule["DeleteMarkerReplication"] == {"Status": "Disabled"}
    assert BUCKET in json.dumps(rule["Destination"])


def test_what_copies_may_not_delete(everything: Path):
    copying = statements(template(everything, "GameDayStorage"), "ReplicationRole")
    actions = {action for one in copying for action in listed(one["Action"])}

    assert actions == {
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:ReplicateObject",
        "s3:ReplicateTags",
    }
    for one in copying:
        if set(listed(one["Action"])) & {"s3:ReplicateObject", "s3:ReplicateTags"}:
            assert f"{BUCKET}/*" in json.dumps(one["Resource"])


def test_what_was_there_before_can_be_copied_and_not_changed(everything: Path):
    storage = template(everything, "GameDayStorage")
    actions = {
        action
        for one in statements(storage, "BatchReplicationRole")
        for action in listed(one["Action"])
    }

    assert actions == {
        "s3:GetReplicationConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:InitiateReplication",
    }
    assert len(storage.find_outputs("BatchReplicationRoleArn")) == 1


def test_the_command_learns_where_the_copies_are(everything: Path):
    outputs = template(everything, "GameDayStorage").find_outputs("ReplicaBucket")

    assert only(outputs)["Value"] == BUCKET


def test_the_longest_names_of_regions_still_make_a_bucket_name():
    place = SecondPlace(ACCOUNT, "ap-southeast-1", "ap-northeast-1")

    assert len(place.bucket) <= 63  # S3's limit
    assert len(place.vault) <= 50  # that of AWS Backup


def test_the_table_is_asked_for_a_replica(everything: Path):
    template(everything, "GameDayPipeline").has_resource_properties(
        "Custom::TableReplica", {"ReplicaRegion": AWAY}
    )


def test_no_function_of_a_step_reaches_the_second_region(everything: Path):
    for one in statements(template(everything, "GameDayPipeline")):
        if AWAY in json.dumps(one["Resource"]):
            assert "dynamodb:CreateTableReplica" in one["Action"]
            assert "*" not in json.dumps(one["Resource"])
            assert not [action for action in one["Action"] if "DeleteTable" in action]


@pytest.mark.parametrize("stack", ["GameDayBackupVault", "GameDayBackupVaultCopies"])
def test_vaults_are_locked_in_governance_mode_and_stay(everything: Path, stack: str):
    vault = only(template(everything, stack).find_resources("AWS::Backup::BackupVault"))

    # With ChangeableForDays the lock could never be removed again.
    assert vault["Properties"]["LockConfiguration"] == {"MinRetentionDays": 35}
    assert {name: vault[name] for name in RETAINED} == RETAINED


def test_the_table_is_backed_up_daily_in_season_and_copied(everything: Path):
    storage = template(everything, "GameDayStorage")
    plan = only(storage.find_resources("AWS::Backup::BackupPlan"))["Properties"]["BackupPlan"]
    (rule,) = plan["BackupPlanRule"]
    (copy,) = rule["CopyActions"]

    # Runs start at 09:30 and 10:00 and end within four hours.
    assert rule["ScheduleExpression"] == "cron(30 14 * JAN,FEB,MAR,APR,MAY,NOV,DEC ? *)"
    assert rule["ScheduleExpressionTimezone"] == "America/New_York"
    assert rule["TargetBackupVault"] == "gameday"
    assert rule["Lifecycle"] == copy["Lifecycle"] == {"DeleteAfterDays": 35}
    assert f"{AWAY}:{ACCOUNT}:backup-vault:gameday-copies-of-us-east-1" in json.dumps(copy)
    selected = only(storage.find_resources("AWS::Backup::BackupSelection"))["Properties"]
    (resource,) = selected["BackupSelection"]["Resources"]
    assert resource["Fn::GetAtt"] == ["HighlightsB1E18388", "Arn"]


def test_what_backs_up_reaches_one_table_and_its_vaults(everything: Path):
    for one in statements(template(everything, "GameDayStorage"), "DailyBackups"):
        for resource in listed(one["Resource"]):
            said = json.dumps(resource)
            assert "HighlightsB1E18388" in said or f":{ACCOUNT}:" in said


def test_aws_backup_needs_no_second_region_and_no_account():
    storage = storage_with(aws_backup_days=7)

    plan = only(storage.find_resources("AWS::Backup::BackupPlan"))["Properties"]["BackupPlan"]
    assert plan["BackupPlanRule"][0].get("CopyActions", []) == []
    assert "ReplicationConfiguration" not in json.dumps(storage.to_json())


def test_a_lock_can_be_switched_on_later_without_another_bucket():
    place = SecondPlace(ACCOUNT, HOME, AWAY)
    unlocked, locked = (
        only(
            Template.from_stack(
                ReplicaStack(App(), "GameDayReplica", place=place, lock_days=days)
            ).find_resources("AWS::S3::Bucket")
        )["Properties"]
        for days in (0, 30)
    )

    assert unlocked["ObjectLockEnabled"] is True
    assert "Rule" not in unlocked.get("ObjectLockConfiguration", {})
    without = {name: value for name, value in locked.items() if name != "ObjectLockConfiguration"}
    assert without == {n: v for n, v in unlocked.items() if n != "ObjectLockConfiguration"}


def test_a_replica_where_the_deployment_is_stops_synthesis(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("CDK_DEFAULT_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("CDK_DEFAULT_REGION", AWAY)

    with pytest.raises(SettingsError, match="another region than eu-west-1"):
        synthesise(tmp_path, replica_region=AWAY)


@pytest.mark.parametrize(
    ("env", "place"),
    [
        (None, "<AWS::Region>:<AWS::AccountId>"),
        (SecondPlace(ACCOUNT, HOME, AWAY).at_home, f"{HOME}:{ACCOUNT}"),
    ],
)
def test_a_finding_is_acknowledged_as_it_is_written_in_any_environment(env, place):
    stack = Stack(App(), "Any", env=env)
    arn = stack.format_arn(service="mediaconvert", resource="jobs/*")

    assert written(stack, arn) == f"arn:<AWS::Partition>:mediaconvert:{place}:jobs/*"
