"""The archive's second place: a bucket in another region, which copies no deletion."""

from aws_cdk import Aws, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.acknowledge import acknowledge, acknowledge_wildcards, written
from stacks.kept_bucket import kept_bucket
from stacks.second_place import SecondPlace


class ReplicaStack(Stack):
    """Holds the copies; deleting the stack, or switching the replica off, leaves them in place."""

    def __init__(
        self, scope: Construct, id_: str, *, place: SecondPlace, lock_days: int, **kwargs: object
    ):
        super().__init__(
            scope,
            id_,
            stack_name=f"{id_}-of-{place.home}",
            env=place.away,
            termination_protection=True,
            **kwargs,
        )
        bucket = kept_bucket(
            self,
            "Copies",
            bucket_name=place.bucket,
            # Always able to lock, or switching the lock on later would replace the bucket.
            object_lock_enabled=True,
            object_lock_default_retention=_governance(lock_days),
        )
        acknowledge(
            bucket,
            "S1",
            "Only the replication role writes here and only the account's administrators reach "
            "the bucket; access logs cannot be kept in one that locks, and would cost more than "
            "they tell.",
        )


def _governance(days: int) -> s3.ObjectLockRetention | None:
    """A lock that a person with `s3:BypassGovernanceRetention` can still lift."""
    return s3.ObjectLockRetention.governance(Duration.days(days)) if days else None


def replication_role(scope: Construct) -> iam.Role:
    """What S3 copies as."""
    return iam.Role(
        scope,
        "ReplicationRole",
        assumed_by=iam.ServicePrincipal("s3.amazonaws.com"),
        description="Copies the archive's objects to the bucket in the second region for S3",
    )


def replication_rule(scope: Construct, place: SecondPlace) -> s3.ReplicationRule:
    """Every object, and no deletion: a copy that follows a deletion is no backup."""
    return s3.ReplicationRule(
        id="CopyToSecondRegion",
        destination=s3.Bucket.from_bucket_name(scope, "Replica", place.bucket),
        delete_marker_replication=False,
        priority=1,
        storage_class=s3.StorageClass.INFREQUENT_ACCESS,
    )


def let_replicate(role: iam.Role, archive: s3.Bucket, place: SecondPlace) -> None:
    """What copying takes. No `s3:ReplicateDelete`: even by mistake no deletion can follow.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    """
    copies = f"arn:{Aws.PARTITION}:s3:::{place.bucket}/*"
    for actions, resource in (
        (("s3:GetReplicationConfiguration", "s3:ListBucket"), archive.bucket_arn),
        (
            (
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionTagging",
            ),
            archive.arn_for_objects("*"),
        ),
        (("s3:ReplicateObject", "s3:ReplicateTags"), copies),
    ):
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
    acknowledge_wildcards(
        role,
        "Every object of the archive is copied, whatever its name, to the one bucket.",
        f"Resource::{written(Stack.of(role), archive.arn_for_objects('*'))}",
        f"Resource::{written(Stack.of(role), copies)}",
    )


def role_for_what_is_there(scope: Construct, archive: s3.Bucket) -> iam.Role:
    """What a person copies with, by S3 Batch Replication, what was there before the replica.

    S3 copies of itself what comes from then on alone.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-batch-replication-policies.html
    """
    role = iam.Role(
        scope,
        "BatchReplicationRole",
        assumed_by=iam.ServicePrincipal("batchoperations.s3.amazonaws.com"),
        description="Asks for copies of what was in the archive before it had a replica",
    )
    for actions, resource in (
        (("s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"), archive.bucket_arn),
        (("s3:InitiateReplication",), archive.arn_for_objects("*")),
    ):
        role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=[resource]))
    acknowledge_wildcards(
        role,
        "Every object of the archive is copied, whatever its name.",
        f"Resource::{written(Stack.of(role), archive.arn_for_objects('*'))}",
    )
    return role
