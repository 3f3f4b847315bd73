"""What a rebuild is about to do: into which table, from how much, how long, at what cost."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gameday.archived_days import PREFIXES, archived_days
from gameday.costs import Usage, costs, total
from gameday.highlights_table import found_or_gone, has_schema, is_empty
from gameday.protection import describe_table
from gameday.request import UsageError
from gameday.steps import Steps
from gameday.vault import Vault

# Tags of a table until its rebuild is complete.
UNFINISHED, ARCHIVE = "gameday:rebuild", "gameday:archive"
PAGE = 1_000  # keys of one listing
# Seconds by estimate, on AWS: a table until it is ACTIVE and protected, and one of the items.
SECONDS_A_TABLE, SECONDS_AN_ITEM = 30, 0.005


@dataclass(frozen=True)
class Plan:
    """What a rebuild is about to do. is_there, is_begun: the table, and an earlier rebuild of it.

    live: the live table's name, None when it is gone.

    days, sidecars, sidecar_bytes, objects: what stands in the archive.
    """

    bucket: str
    table: str
    live: str | None
    in_place: bool
    is_there: bool
    is_begun: bool
    days: int
    sidecars: int
    sidecar_bytes: int
    objects: int

    @property
    def seconds(self) -> float:
        """How long it takes on AWS, by estimate."""
        return (0 if self.is_there else SECONDS_A_TABLE) + self.sidecars * SECONDS_AN_ITEM

    @property
    def dollars(self) -> float:
        """What it costs on AWS once: the objects listed twice, sidecars read, items written, read.

        A write counts once more for the index of game days.
        """
        kilobytes = self.sidecars + self.sidecar_bytes // 1024
        listings = 2 * (self.objects // PAGE + len(PREFIXES))
        return total(
            costs(
                Usage(
                    s3_puts=listings,
                    s3_gets=self.sidecars,
                    dynamodb_writes=self.sidecars + kilobytes,
                    dynamodb_reads=self.sidecar_bytes / 4096,
                )
            )
        )


def plan_rebuild(
    vault: Vault, steps: Steps, now: datetime, *, to: str | None = None, in_place: bool = False
) -> Plan:
    """Look at what there is, and touch nothing.

    to: the name of the new table; by default a name with the time `now`, or the table that an
    interrupted rebuild began. Raises UsageError when the table may not be written.
    """
    dynamodb = vault.aws.client("dynamodb")
    with steps.step("look", "look at the archive") as step:
        name = vault.table if in_place else to or _begun(vault) or _new_name(vault, now)
        if name == vault.table and not in_place:
            raise UsageError(f"{name} is the live table; to rebuild that one, add --in-place")
        found = found_or_gone(dynamodb, name, step.tell)
        is_begun = found is not None and _is_unfinished(dynamodb, found["TableArn"], vault.bucket)
        if found is not None:
            _require_free(dynamodb, found, vault, in_place=in_place, is_begun=is_begun)
        days = sidecars = size = objects = 0
        for day in archived_days(vault.objects):
            days, objects = days + 1, objects + len(day.objects)
            keys = day.sidecars()
            sidecars, size = sidecars + len(keys), size + sum(day.objects[key] for key in keys)
            step.tell(f"{sidecars:,} sidecars, {days:,} {'day' if days == 1 else 'days'}")
    if not sidecars:
        raise UsageError(
            f"no sidecar stands in {vault.bucket}: there is nothing to rebuild from; while there is "
            "a table, gameday verify --repair writes them, and deleted ones come back by gameday "
            "restore objects --prefix videos/"
        )
    return Plan(
        bucket=vault.bucket,
        table=name,
        live=vault.table if describe_table(dynamodb, vault.table) else None,
        in_place=in_place,
        is_there=found is not None,
        is_begun=is_begun,
        days=days,
        sidecars=sidecars,
        sidecar_bytes=size,
        objects=objects,
    )


def _new_name(vault: Vault, now: datetime) -> str:
    return f"{vault.table}-rebuilt-{now:%Y%m%dT%H%M%S}"


def _begun(vault: Vault) -> str | None:
    """The newest table beside the live one whose rebuild was interrupted."""
    dynamodb, prefix = vault.aws.client("dynamodb"), f"{vault.table}-rebuilt-"
    pages = dynamodb.get_paginator("list_tables").paginate()
    names = [name for page in pages for name in page["TableNames"] if name.startswith(prefix)]
    for name in sorted(names, reverse=True):
        found = dynamodb.describe_table(TableName=name)["Table"]
        if _is_unfinished(dynamodb, found["TableArn"], vault.bucket):
            return name
    return None


def _is_unfinished(dynamodb: Any, arn: str, bucket: str) -> bool:
    pages = dynamodb.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
    tags = {tag["Key"]: tag["Value"] for page in pages for tag in page.get("Tags", [])}
    return UNFINISHED in tags and tags.get(ARCHIVE) == bucket


def _require_free(
    dynamodb: Any, found: dict[str, Any], vault: Vault, *, in_place: bool, is_begun: bool
) -> None:
    """Raise UsageError unless the table that is there may be filled."""
    name = found["TableName"]
    if not is_begun and not in_place:
        raise UsageError(
            f"the table {name} is there, and no unfinished rebuild of {vault.bucket}; "
            "give another name with --to"
        )
    if not is_begun and not is_empty(dynamodb, name):
        raise UsageError(
            f"the table {name} is there and holds highlights; rebuild beside it, without "
            "--in-place, and compare"
        )
    if not has_schema(found):
        raise UsageError(f"the table {name} has other keys than the vault's; delete it first")
