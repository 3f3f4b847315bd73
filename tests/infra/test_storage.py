"""What holds the season outlives every deployment and is closed to the world."""

from aws_cdk.assertions import Match, Template

from gameday.highlights_table import SCHEMA
from gameday.protection import PRODUCT, in_template

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


def test_a_rebuilt_table_has_the_schema_of_the_template(storage: Template):
    (table,) = storage.find_resources("AWS::DynamoDB::Table").values()
    properties = table["Properties"]

    assert properties.keys() - SCHEMA.keys() == {
        "DeletionProtectionEnabled",
        "PointInTimeRecoverySpecification",
    }
    for name, wanted in SCHEMA.items():
        assert _sorted(properties[name]) == _sorted(wanted)


def _sorted(value: object) -> object:
    return sorted(value, key=str) if isinstance(value, list) else value


def test_a_restored_table_gets_the_protection_that_the_template_gives(storage: Template):
    (table,) = storage.find_resources("AWS::DynamoDB::Table").values()

    assert in_template(table["Properties"]) == PRODUCT
