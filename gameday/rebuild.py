"""`gameday rebuild`: the table made anew from the sidecars alone.

It needs the bucket and nothing else: no table, no backup, no stack. It reads the sidecars a game
day at a time and writes what each says, so it may be interrupted at any point; the same command
then goes on with the same table, which carries tags that say what it is until all is well.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from gameday.archived_days import ArchivedDay, archived_days
from gameday.highlights_table import BATCH, Write, create, overwriting, unless_newer
from gameday.parallel import batches, in_parallel
from gameday.protection import protect, wanted_protection, when_ready
from gameday.rebuild_plan import ARCHIVE, UNFINISHED, Plan
from gameday.season_table import make_season_table
from gameday.steps import Step, Steps
from gameday.vault import Vault
from lambdas.highlights.archive import ABSENT
from lambdas.highlights.comparison import Comparison, Digests, compare_items
from lambdas.highlights.errors import SidecarDamaged, VaultError
from lambdas.highlights.lasting import digest
from lambdas.highlights.ledger import Item
from lambdas.highlights.sidecar import LARGEST, PARTS, parse
from lambdas.highlights.verification import UnreadableObject
from lambdas.table import Table


class RunsUnderWay(VaultError):
    """Executions write to the table that is to be rebuilt."""


@dataclass
class Rebuilt:
    """What a rebuild did. comparison: of the table with the sidecars that could be read.

    damaged: why, by the key of each sidecar that is none. named: objects that items name; lost:
    what those are instead, by key; nameless: keys of objects whose highlight has no sidecar.
    protected: what the table was given, in words. seconds: by step.
    """

    plan: Plan
    comparison: Comparison = field(default_factory=lambda: Comparison(0, 0))
    damaged: dict[str, str] = field(default_factory=dict)
    named: int = 0
    lost: dict[str, str] = field(default_factory=dict)
    nameless: list[str] = field(default_factory=list)
    protected: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing or different."""
        return self.comparison.is_equal and not (self.damaged or self.lost or self.nameless)

    @property
    def exit_code(self) -> int:
        """0: everything came back. 1: something did not."""
        return 0 if self.is_whole else 1


def rebuild(vault: Vault, plan: Plan, steps: Steps) -> Rebuilt:
    """Carry out `plan`. Raises RunsUnderWay, and StoreUnavailable when DynamoDB is too busy."""
    dynamodb, done = vault.aws.client("dynamodb"), Rebuilt(plan)
    wanted = wanted_protection(vault)
    if plan.in_place:
        _require_rest(vault)
    with steps.step("table", "table") as step:
        _begin(dynamodb, plan, step)
        step.tell(plan.table)
    with steps.step("rebuild", "rebuild from sidecars") as step:
        write = (unless_newer if plan.in_place else overwriting)(dynamodb, plan.table)
        expected = _write_all(vault, write, done, step)
        step.tell(f"{len(expected):,} of {plan.sidecars:,} highlights")
    with steps.step("compare", "compare") as step:
        done.comparison = compare_items(expected, Table(dynamodb, plan.table).scan())
        step.tell(done.comparison.in_words())
    with steps.step("protect", "protect") as step:
        done.protected = protect(dynamodb, plan.table, wanted, step.tell)
        step.tell(", ".join(done.protected) or "nothing was missing")
    if plan.in_place:
        make_season_table(vault, steps)
    if done.is_whole:
        arn = dynamodb.describe_table(TableName=plan.table)["Table"]["TableArn"]
        when_ready(lambda: dynamodb.untag_resource(ResourceArn=arn, TagKeys=[UNFINISHED, ARCHIVE]))
    done.seconds = dict(steps.seconds)
    return done


def _require_rest(vault: Vault) -> None:
    if not vault.state_machine:
        return
    try:
        running = vault.aws.client("stepfunctions").list_executions(
            stateMachineArn=vault.state_machine, statusFilter="RUNNING"
        )["executions"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "StateMachineDoesNotExist":
            raise
        return
    if running:
        raise RunsUnderWay(
            f"{len(running)} executions run, such as {running[0]['name']}; "
            "wait until they have ended, then run the same command again"
        )


def _begin(dynamodb: Any, plan: Plan, step: Step) -> None:
    """The table, empty or begun, with the tags by which the next rebuild knows it."""
    tags = {UNFINISHED: "unfinished", ARCHIVE: plan.bucket}
    if not plan.is_there:
        create(dynamodb, plan.table, tags, step.tell)
    elif not plan.is_begun:
        arn = dynamodb.describe_table(TableName=plan.table)["Table"]["TableArn"]
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        dynamodb.tag_resource(ResourceArn=arn, Tags=listed)


def _write_all(vault: Vault, write: Write, done: Rebuilt, step: Step) -> Digests:
    """Write what every sidecar says; the digest of each item by its id."""
    expected: Digests = {}
    for batch in batches(_items(vault, done, expected), BATCH):
        write(batch)
        step.tell(f"{len(expected):,} of {done.plan.sidecars:,} highlights")
    return expected


def _items(vault: Vault, done: Rebuilt, expected: Digests) -> Iterator[Item]:
    """The items of all sidecars that are good, their digests noted in `expected`.

    What is not as it should be is noted in `done`.
    """

    def sidecars() -> Iterator[tuple[ArchivedDay, str]]:
        for day in archived_days(vault.objects):
            done.nameless += day.without_sidecar()
            yield from ((day, key) for key in day.sidecars())

    def read(one: tuple[ArchivedDay, str]) -> Item | SidecarDamaged:
        day, key = one
        return _read(vault, key, day.objects[key])

    for (day, key), item in in_parallel(read, sidecars()):
        if isinstance(item, SidecarDamaged):
            done.damaged[key] = str(item)
        elif item["id"] in expected:
            done.damaged[key] = f"{key} is the second sidecar of highlight {item['id']}"
        else:
            expected[item["id"]] = digest(item)
            _look_for_objects(item, day, done)
            yield item


def _read(vault: Vault, key: str, size: int) -> Item | SidecarDamaged:
    if size > LARGEST:
        return SidecarDamaged(f"{key} is no sidecar: {size:,} bytes")
    try:
        return parse(b"".join(vault.read_chunks(key)), key)
    except SidecarDamaged as error:
        return error
    except UnreadableObject as error:
        return SidecarDamaged(f"{key} has bytes that {error}")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ABSENT:
            raise
        return SidecarDamaged(f"{key} was deleted meanwhile")


def _look_for_objects(item: Item, day: ArchivedDay, done: Rebuilt) -> None:
    for facts in (item[part] for part in PARTS if part in item):
        done.named += 1
        size = day.objects.get(facts["key"])
        if size is None:
            done.lost[facts["key"]] = "missing"
        elif size != facts["bytes"]:
            done.lost[facts["key"]] = f"{size:,} bytes instead of {facts['bytes']:,}"
