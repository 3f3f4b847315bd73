"""What every bucket of the vault has in common: nothing in it is public, overwritten or lost."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct


def kept_bucket(scope: Construct, id_: str, **properties: Any) -> s3.Bucket:
    """A bucket that keeps replaced versions for 90 days, and stays when its stack is deleted.

    properties: what else `s3.Bucket` takes.
    """
    return s3.Bucket(
        scope,
        id_,
        versioned=True,
        encryption=s3.BucketEncryption.S3_MANAGED,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="AbortStaleUploads",
                abort_incomplete_multipart_upload_after=Duration.days(2),
            ),
            # A version that is locked for longer outlives this.
            s3.LifecycleRule(
                id="ExpireReplacedVersions",
                noncurrent_version_expiration=Duration.days(90),
            ),
        ],
        **properties,
    )
