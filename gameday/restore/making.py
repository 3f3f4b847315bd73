"""Makes a table from its source, and goes on with one that an earlier call began."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from boto3.dynamodb.types import TypeDeserializer
from botocore.exceptions import ClientError

from gameday.highlights_table import BATCH, create, found_or_gone, overwriting
from gameday.parallel import batches, in_parallel
from gameday.protection import describe_table, wait_until_active, when_ready
from gameday.request import UsageError
from gameday.restore.sources import FromBackup, FromExport, FromMoment, Source
from gameday.steps import Step, Steps
from gameday.vault import Vault
from gameday.wording import duration_in_words
from lambdas.highlights.archive import Archive
from lambdas.highlights.comparison import Digests
from lambdas.highlights.errors import RestoreFailed
from lambdas.highlights.export_layout import Typed
from lambdas.highlights.lasting import digest
from lambdas.highlights.ledger import Item
from lambdas.highlights.table_export import read_export
from lambdas.table import PAGES

# On a table that is being filled, and on one that is complete: where its items come from.
RESTORING, RESTORED = "gameday:restoring-from", "gameday:restored-from"
WORD_EVERY = 60.0  # seconds between two lines where nobody sees a step change

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableFromBackup.html
NOT_ALLOWED = ("AccessDeniedException", "AccessDenied", "UnauthorizedOperation")


def is_begun(dynamodb: Any, name: str, source: Source) -> bool:
    """Whether the table `name` is an unfinished restore from `source`; False when it is absent.

    One that is being deleted is waited for. Raises UsageError when it is another table, or
    complete.
    """
    found = found_or_gone(dynamodb, name)
    if found is None:
        return False
    if source.is_of(found.get("RestoreSummary", {})):
        if found["TableStatus"] != "ACTIVE" or RESTORED not in tags_of(dynamodb, found):
            return True
    elif tags_of(dynamodb, found).get(RESTORING) == source.tag:
        return True
    raise UsageError(
        f"there is a table {name} already, and it is left alone; restore into another one: --to NAME"
    )


def is_unfinished(dynamodb: Any, name: str) -> bool:
    """Whether the table `name` is there, and is a restore that was not brought to its end."""
    found = describe_table(dynamodb, name)
    if found is None:
        return False
    if found["TableStatus"] == "CREATING":
        return True
    tags = tags_of(dynamodb, found)
    return RESTORED not in tags and (RESTORING in tags or "RestoreSummary" in found)


def make_table(vault: Vault, source: Source, name: str, steps: Steps) -> Digests | None:
    """Make the table `name` from `source` and return when it is ACTIVE.

    Another call goes on where one was interrupted. The digests are those of an export's items, of
    which DynamoDB keeps none.
    """
    dynamodb = vault.aws.client("dynamodb")
    with steps.step("restore", "restore") as step:
        tell = _patient(step, steps)
        if isinstance(source, FromExport):
            return _fill(vault, source, name, tell)
        if describe_table(dynamodb, name) is None:
            _ask(dynamodb, source, name)
        wait_until_active(dynamodb, name, tell)
        step.tell(f"{name} is ACTIVE")
    return None


def mark_restored(dynamodb: Any, name: str, source: Source) -> None:
    """Note on the table that it is complete."""
    arn = wait_until_active(dynamodb, name)["TableArn"]
    tags = [{"Key": RESTORED, "Value": source.tag}]
    when_ready(lambda: dynamodb.tag_resource(ResourceArn=arn, Tags=tags))
    when_ready(lambda: dynamodb.untag_resource(ResourceArn=arn, TagKeys=[RESTORING]))


def tags_of(dynamodb: Any, described: Mapping[str, Any]) -> dict[str, str]:
    """The tags of a table that was described."""
    pages = dynamodb.get_paginator("list_tags_of_resource")
    found = pages.paginate(ResourceArn=described["TableArn"])
    return {tag["Key"]: tag["Value"] for page in found for tag in page.get("Tags", [])}


def items_of(dynamodb: Any, table: str) -> Iterator[Item]:
    """Every item of the table, with Python's values."""
    return (plain(item) for item in typed_items_of(dynamodb, table))


def typed_items_of(dynamodb: Any, table: str) -> Iterator[Typed]:
    """Every item of the table, page by page, read consistently."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, ConsistentRead=True, PaginationConfig=PAGES
    )
    return (item for page in pages for item in page["Items"])


def plain(item: Typed) -> Item:
    """An item of DynamoDB's API with Python's values."""
    read = TypeDeserializer().deserialize
    return {name: read(value) for name, value in item.items()}


def _ask(dynamodb: Any, source: FromBackup | FromMoment, name: str) -> None:
    try:
        if isinstance(source, FromBackup):
            dynamodb.restore_table_from_backup(
                TargetTableName=name,
                BackupArn=source.backup.arn,
                BillingModeOverride="PAY_PER_REQUEST",
            )
        else:
            dynamodb.restore_table_to_point_in_time(
                SourceTableArn=source.table_arn,
                TargetTableName=name,
                RestoreDateTime=source.moment,
                BillingModeOverride="PAY_PER_REQUEST",
            )
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_ALLOWED:
            raise RestoreFailed(
                f"AWS did not allow the restore into {name}: {error.response['Error']['Message']}; "
                f"who restores needs dynamodb:{error.operation_name}, and on the new table Scan, "
                "Query, GetItem, PutItem, UpdateItem, DeleteItem and BatchWriteItem"
            ) from error
        raise


def _fill(vault: Vault, source: FromExport, name: str, tell: Callable[[str], None]) -> Digests:
    """Write what the exports hold; writing it again changes nothing."""
    dynamodb = vault.aws.client("dynamodb")
    if describe_table(dynamodb, name) is None:
        create(dynamodb, name, {RESTORING: source.tag}, tell)
    wait_until_active(dynamodb, name, tell)
    archive = Archive(vault.aws.client("s3"), vault.bucket)
    found: Digests = {}

    def items() -> Iterator[Item]:
        for item in read_export(archive, source.chain):
            found[item["id"]] = digest(item)
            yield item

    for _ in in_parallel(overwriting(dynamodb, name), batches(items(), BATCH)):
        tell(f"{len(found):,} items written to {name}")
    return found


def _patient(step: Step, steps: Steps) -> Callable[[str], None]:
    """Tells the step what is waited for, and how long by now; a log gets a line a minute."""
    began = said = time.monotonic()

    def tell(text: str) -> None:
        nonlocal said
        now = time.monotonic()
        words = f"{text}, {duration_in_words(now - began)}"
        step.tell(words)
        if not steps.console.is_terminal and now - said >= WORD_EVERY:
            said = now
            steps.say(f"    {words}")

    return tell
