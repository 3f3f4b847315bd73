"""Gives the table a replica in another region, step by step, from wherever it stands.

The region's copy follows every write within seconds, and every deletion too: it answers when its
region is all that is left, and is no backup.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GlobalTables.html
"""

from typing import Any

from botocore.exceptions import ClientError

from lambdas.highlights.errors import ReplicaRefused

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
RECOVERY = {"PointInTimeRecoveryEnabled": True}
ABSENT = "ResourceNotFoundException"

# Another change of the table is under way, or its backups are being switched on.
NOT_YET = frozenset(
    {
        "ContinuousBackupsUnavailableException",
        "LimitExceededException",
        "ResourceInUseException",
        "TableInUseException",
    }
)
# A replica in one of these does not become ACTIVE by itself.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ReplicaDescription.html
STUCK = frozenset(
    {
        "CREATION_FAILED",
        "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
        "REGION_DISABLED",
        "REPLICATION_NOT_AUTHORIZED",
    }
)


def advance(home: Any, away: Any, table: str, region: str) -> bool:
    """Do the next thing that is missing; True when nothing is.

    home, away: DynamoDB clients of the table's region and of `region`. In the end `region` has an
    ACTIVE replica with deletion protection and point-in-time recovery, neither of which it takes
    over from the table. Called again and again, some seconds apart, from any state to that one.

    Raises ReplicaRefused.
    """
    try:
        return _advance(home, away, table, region)
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_YET:
            return False
        raise


def _advance(home: Any, away: Any, table: str, region: str) -> bool:
    described = home.describe_table(TableName=table)["Table"]
    if described["TableStatus"] != "ACTIVE":
        return False
    status = _replica_status(described, region)
    if status is None:
        _begin(home, away, table, region, described)
        return False
    return status == "ACTIVE" and _is_protected(away, table)


def _replica_status(described: dict[str, Any], region: str) -> str | None:
    for replica in described.get("Replicas", []):
        if replica["RegionName"] == region:
            status = replica.get("ReplicaStatus", "ACTIVE")
            if status in STUCK:
                why = replica.get("ReplicaStatusDescription", "DynamoDB does not say why")
                raise ReplicaRefused(
                    f"the replica of {described['TableName']} in {region} is {status}: {why}; "
                    "remove that replica in the DynamoDB console and deploy again"
                )
            return status
    return None


def _begin(home: Any, away: Any, table: str, region: str, described: dict[str, Any]) -> None:
    if _exists(away, table):
        raise ReplicaRefused(
            f"{region} has a table {table} that is not a replica of this one, perhaps of a table "
            "that was deleted; see what it holds, delete it or name another replica_region, and "
            "deploy again"
        )
    if not described.get("StreamSpecification", {}).get("StreamEnabled"):
        home.update_table(TableName=table, StreamSpecification=STREAM)
    else:
        home.update_table(TableName=table, ReplicaUpdates=[{"Create": {"RegionName": region}}])


def _exists(dynamodb: Any, table: str) -> bool:
    try:
        dynamodb.describe_table(TableName=table)
    except ClientError as error:
        if error.response["Error"]["Code"] == ABSENT:
            return False
        raise
    return True


def _is_protected(away: Any, table: str) -> bool:
    """Whether the replica has both protections; asks for the first that it has not."""
    if not away.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
        away.update_table(TableName=table, DeletionProtectionEnabled=True)
        return False
    backups = away.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = backups.get("PointInTimeRecoveryDescription", {})
    if recovery.get("PointInTimeRecoveryStatus") != "ENABLED":
        away.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=RECOVERY)
        return False
    return True
