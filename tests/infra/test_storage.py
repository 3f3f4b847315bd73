"""What holds the season outlives every deployment and is closed to the world."""

from typing import Any

import pytest
from aws_cdk.assertions import Match, Template

from gameday import season_table
from gameday.highlights_table import SCHEMA
from gameday.protection import PRODUCT, Protection, in_template

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def test_bucket_table_and_secret_stay_when_the_stack_is_deleted(storage: Template):
    for kind in ("AWS::S3::Bucket", "AWS::DynamoDB::Table", "AWS::SecretsManager::Secret"):
        storage.has_resource(kind, RETAINED)


def test_the_bucket_keeps_versions_and_shows_nothing_to_the_public(storage: Template):
    storage.has_resource_properties(
        "AWS::S3::Bucket",
        {
            "VersioningConfiguration": {"Status": "Enabled"},
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
        },
    )


def test_the_bucket_is_reached_over_tls_only(storage: Template):
    deny = {
        "Effect": "Deny",
        "Action": "s3:*",
        "Principal": {"AWS": "*"},
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    storage.has_resource_properties(
        "AWS::S3::BucketPolicy",
        {"PolicyDocument": {"Statement": Match.array_with([Match.object_like(deny)])}},
    )


def test_stale_multipart_uploads_are_aborted(storage: Template):
    rule = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2}, "Status": "Enabled"}
    storage.has_resource_properties(
        "AWS::S3::Bucket",
        {"LifecycleConfiguration": {"Rules": Match.array_with([Match.object_like(rule)])}},
    )


def test_the_table_can_be_restored_to_a_moment_and_not_be_deleted_by_mistake(storage: Template):
    storage.has_resource_properties(
        "AWS::DynamoDB::Table",
        {
            "BillingMode": "PAY_PER_REQUEST",
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            "DeletionProtectionEnabled": True,
        },
    )


def properties_of(storage: Template, table: str) -> dict[str, Any]:
    """Of the one table whose logical id starts with `table`."""
    tables = storage.find_resources("AWS::DynamoDB::Table").items()
    (found,) = [one["Properties"] for id_, one in tables if id_.startswith(table)]
    return found


@pytest.mark.parametrize(
    ("table", "schema", "protection"),
    [
        ("Highlights", SCHEMA, PRODUCT),
        ("Season", season_table.SCHEMA, season_table.PROTECTION),
    ],
)
def test_a_table_that_is_made_anew_is_that_of_the_template(
    storage: Template, table: str, schema: dict[str, Any], protection: Protection
):
    properties = properties_of(storage, table)

    assert properties.keys() - schema.keys() - {"TimeToLiveSpecification"} == {
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
    }
    for name, wanted in schema.items():
        assert _sorted(properties[name]) == _sorted(wanted)
    assert in_template(properties) == protection


def _sorted(value: object) -> object:
    return sorted(value, key=str) if isinstance(value, list) else value
