"""What DynamoDB leaves behind when it restores a table, and how it is put back.

A table that was restored, or made anew, has no point-in-time recovery, no deletion protection, no
tags, no stream and no time to live. Alarms need nothing: they name the table, not its insides, so
those on the live table's name watch whatever stands under it.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from gameday.vault import STACKS, Vault
from lambdas.highlights.errors import TableGone

TABLE_TYPES = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")
LONGEST_RECOVERY = 35  # days; DynamoDB's default, and shorter is not cheaper
# Tags that AWS alone may write, and those by which a restore notes how far it is.
RESERVED = ("aws:", "gameday:restor")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two looks
# DescribeTable reads with a lag: a table that was asked for a moment ago may not be there yet.
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html
SURELY_SEEN_AFTER = 30.0  # seconds
# Right after a table has become ACTIVE its backups may still be in the making.
NOT_YET = ("ContinuousBackupsUnavailableException", "ResourceInUseException")
ABSENT = ("ResourceNotFoundException", "TableNotFoundException")

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Protection:
    """What protects a table and is not in its items.

    recovery_days: how far point-in-time recovery reaches back, 0 when it is off. stream: its view
    type, such as NEW_IMAGE. expiry: the attribute that says when an item expires.
    """

    recovery_days: int = 0
    deletion_protection: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    stream: str | None = None
    expiry: str | None = None

    def and_also(self, other: "Protection") -> "Protection":
        """What either of both has; this one's where they differ.

        A live table that was restored a moment ago lacks what the template asks for, and one
        that is older may have more than that.
        """
        return Protection(
            recovery_days=self.recovery_days or other.recovery_days,
            deletion_protection=self.deletion_protection or other.deletion_protection,
            tags={**other.tags, **self.tags},
            stream=self.stream or other.stream,
            expiry=self.expiry or other.expiry,
        )

    def in_words(self) -> list[str]:
        """Each part for a person."""
        words = []
        if self.recovery_days:
            words.append(f"point-in-time recovery of {self.recovery_days} days")
        if self.deletion_protection:
            words.append("deletion protection")
        if self.tags:
            words.append(f"{len(self.tags)} {'tag' if len(self.tags) == 1 else 'tags'}")
        if self.stream:
            words.append(f"stream of {self.stream}")
        if self.expiry:
            words.append(f"time to live by {self.expiry}")
        return words


# What stacks/storage.py gives the table; for when neither the table nor its stack can be asked.
PRODUCT = Protection(recovery_days=LONGEST_RECOVERY, deletion_protection=True)


def wanted_protection(vault: Vault) -> Protection:
    """What the live table has, or should have: of itself, of its template, of the product."""
    live = protection_of(vault.aws.client("dynamodb"), vault.table) or Protection()
    return live.and_also(deployed_protection(vault) or PRODUCT)


def protection_of(dynamodb: Any, table: str) -> Protection | None:
    """What the table has now; None when there is no such table, or it is being made."""
    found = describe_table(dynamodb, table)
    if found is None or found["TableStatus"] in ("CREATING", "DELETING"):
        return None
    stream = found.get("StreamSpecification", {})
    expiry = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    return Protection(
        recovery_days=_recovery_days(dynamodb, table),
        deletion_protection=found.get("DeletionProtectionEnabled", False),
        tags=dict(_tags(dynamodb, found["TableArn"])),
        stream=stream.get("StreamViewType") if stream.get("StreamEnabled") else None,
        expiry=expiry.get("AttributeName") if _is_on(expiry, "TimeToLiveStatus") else None,
    )


def deployed_protection(vault: Vault) -> Protection | None:
    """What the template of the deployed stack asks for; None when no stack has the table."""
    deployed = deployed_properties(vault)
    if deployed is None:
        return None
    properties, stack_tags = deployed
    return in_template(properties).and_also(Protection(tags=stack_tags))


def deployed_properties(vault: Vault) -> tuple[dict[str, Any], dict[str, str]] | None:
    """The table's `Properties` in the deployed template, and its stack's tags; None without one."""
    cloudformation = vault.aws.client("cloudformation")
    for stack in STACKS:
        logical_id = _logical_id(cloudformation, stack, vault.table)
        if logical_id is not None:
            template = cloudformation.get_template(StackName=stack)["TemplateBody"]
            (described,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
            tags = {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
            return template["Resources"][logical_id]["Properties"], tags
    return None


def in_template(properties: Mapping[str, Any]) -> Protection:
    """What a template's `Properties` of a table ask for; those of a global table's only replica.

    A tag whose value the template computes is left out: only the live table knows it.
    """
    replica = next(iter(properties.get("Replicas", [])), {})
    every = {**properties, **replica}
    recovery = every.get("PointInTimeRecoverySpecification") or {}
    stream = every.get("StreamSpecification") or {}
    expiry = every.get("TimeToLiveSpecification") or {}
    return Protection(
        recovery_days=int(recovery.get("RecoveryPeriodInDays", LONGEST_RECOVERY))
        if _true(recovery.get("PointInTimeRecoveryEnabled"))
        else 0,
        deletion_protection=_true(every.get("DeletionProtectionEnabled")),
        tags={
            tag["Key"]: tag["Value"]
            for tag in every.get("Tags", [])
            if isinstance(tag.get("Value"), str)
        },
        stream=stream.get("StreamViewType"),
        expiry=expiry.get("AttributeName") if _true(expiry.get("Enabled")) else None,
    )


def protect(
    dynamodb: Any, table: str, wanted: Protection, tell: Tell = lambda _: None
) -> list[str]:
    """Give `table` what it lacks of `wanted`, and return that in words.

    May be called again at any point: what is there is left alone. Returns when the table is
    ACTIVE. tell: is told what is being waited for.
    """
    wait_until_active(dynamodb, table, tell)
    found = protection_of(dynamodb, table)
    if found is None:
        raise TableGone(f"the table {table} is gone; see what deleted it, and start again")
    lacking = _lacking(wanted, found)
    if lacking.recovery_days:
        recovery = {
            "PointInTimeRecoveryEnabled": True,
            "RecoveryPeriodInDays": lacking.recovery_days,
        }
        when_ready(
            lambda: dynamodb.update_continuous_backups(
                TableName=table, PointInTimeRecoverySpecification=recovery
            ),
            tell,
        )
    if lacking.tags:
        arn = describe_table(dynamodb, table)["TableArn"]
        tags = [{"Key": key, "Value": value} for key, value in lacking.tags.items()]
        when_ready(lambda: dynamodb.tag_resource(ResourceArn=arn, Tags=tags), tell)
    if lacking.stream:
        stream = {"StreamEnabled": True, "StreamViewType": lacking.stream}
        _update(dynamodb, table, tell, StreamSpecification=stream)
    if lacking.expiry:
        expiry = {"Enabled": True, "AttributeName": lacking.expiry}
        when_ready(
            lambda: dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry),
            tell,
        )
    if lacking.deletion_protection:
        _update(dynamodb, table, tell, DeletionProtectionEnabled=True)
    return lacking.in_words()


def describe_table(dynamodb: Any, table: str) -> dict[str, Any] | None:
    """DynamoDB's description of the table; None when there is no such table."""
    try:
        return dynamodb.describe_table(TableName=table)["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ABSENT:
            return None
        raise


def wait_until_active(dynamodb: Any, table: str, tell: Tell = lambda _: None) -> dict[str, Any]:
    """Return the table's description once it is ACTIVE; `tell` is told the state it is in.

    Raises TableGone when it vanishes, or does not appear. A restore may take an hour: nothing
    here gives up on a table that is being made.
    """
    was_seen, began = False, time.monotonic()
    for pause in pauses():
        found = describe_table(dynamodb, table)
        if found is not None and found["TableStatus"] == "ACTIVE":
            return found
        is_late = time.monotonic() - began > SURELY_SEEN_AFTER
        if found is None and (was_seen or is_late):
            raise TableGone(f"the table {table} is gone; see what deleted it, and start again")
        was_seen = found is not None
        tell(f"{table} is {found['TableStatus'] if found else 'not there yet'}")
        time.sleep(pause)
    raise AssertionError("pauses never end")


def pauses() -> Iterator[float]:
    """Seconds between two looks at something slow: short at first, then longer."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(LONGEST_PAUSE, pause * 1.5)


def _lacking(wanted: Protection, found: Protection) -> Protection:
    """What of `wanted` is not in `found`; a stream or expiry of another kind is left as it is."""
    return Protection(
        recovery_days=0 if found.recovery_days else wanted.recovery_days,
        deletion_protection=wanted.deletion_protection and not found.deletion_protection,
        tags={key: tag for key, tag in wanted.tags.items() if found.tags.get(key) != tag},
        stream=None if found.stream else wanted.stream,
        expiry=None if found.expiry else wanted.expiry,
    )


def _update(dynamodb: Any, table: str, tell: Tell, **changes: Any) -> None:
    """One change of the table; the next has to wait until it is ACTIVE again."""
    when_ready(lambda: dynamodb.update_table(TableName=table, **changes), tell)
    wait_until_active(dynamodb, table, tell)


def when_ready(call: Callable[[], object], tell: Tell = lambda _: None) -> None:
    """Do `call` as soon as DynamoDB is done with what was asked of the table before."""
    for pause in pauses():
        try:
            call()
        except ClientError as error:
            if error.response["Error"]["Code"] not in NOT_YET:
                raise
            tell("DynamoDB is not ready for the next setting")
            time.sleep(pause)
        else:
            return


def _recovery_days(dynamodb: Any, table: str) -> int:
    found = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    recovery = found.get("PointInTimeRecoveryDescription", {})
    if not _is_on(recovery, "PointInTimeRecoveryStatus"):
        return 0
    return recovery.get("RecoveryPeriodInDays", LONGEST_RECOVERY)


def _tags(dynamodb: Any, arn: str) -> Iterator[tuple[str, str]]:
    pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    tags = ((tag["Key"], tag["Value"]) for page in pages for tag in page.get("Tags", []))
    return (pair for pair in tags if not pair[0].startswith(RESERVED))


def _logical_id(cloudformation: Any, stack: str, table: str) -> str | None:
    """The name that the template of `stack` gives the table, if it has it."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    try:
        for page in pages:
            for one in page["StackResourceSummaries"]:
                is_table = one["ResourceType"] in TABLE_TYPES
                if is_table and one.get("PhysicalResourceId") == table:
                    return one["LogicalResourceId"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
    return None


def _is_on(description: Mapping[str, Any], status: str) -> bool:
    return description.get(status) in ("ENABLED", "ENABLING")


def _true(value: Any) -> bool:
    """Whether a template's value is true, which JSON may hold as text."""
    return str(value).lower() == "true"
