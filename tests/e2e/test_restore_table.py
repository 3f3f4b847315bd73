"""The table comes back from each of its sources, aside or in place, however it is interrupted."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gameday.embedded.fixes import table_history
from gameday.protection import describe_table, protection_of
from gameday.request import UsageError
from gameday.restore import making, replacing, table
from gameday.restore.making import items_of
from gameday.restore.plan import Way
from gameday.restore.sources import Wanted
from gameday.restore.table import RestoredTable, plan_table, restore_table
from gameday.vault import Vault
from lambdas.highlights.comparison import Digests, digests
from lambdas.highlights.errors import RestoreFailed
from tests.e2e.conftest import Pipeline
from tests.e2e.kept_day import delete_table, items, quiet

ALTERED, LOST, NEWER = "412380371", "412380195", "999"
NEWEST = Wanted()


@pytest.fixture(scope="module")
def kept(kept_deployment: Pipeline) -> Pipeline:
    """A kept day that all tests share; each leaves the table as it was."""
    return kept_deployment


@pytest.fixture
def whole(kept: Pipeline) -> Iterator[Digests]:
    """What the live table holds, before and after; other tables are deleted in the end."""
    before, live = items(kept), kept.vault.table
    yield before
    dynamodb = kept.aws.client("dynamodb")
    if describe_table(dynamodb, live) is None:
        restored(kept.vault, in_place=True)
    for name in tables(kept) - {live}:
        delete_table(kept, name)
    if items(kept) != before:
        restored(kept.vault, in_place=True)
    dynamodb.delete_item(TableName=live, Key={"id": {"S": NEWER}})
    assert items(kept) == before


def restored(
    vault: Vault,
    wanted: Wanted = NEWEST,
    to: str | None = None,
    *,
    in_place: bool = False,
    now: datetime | None = None,
) -> RestoredTable:
    plan = plan_table(vault, wanted, to, in_place=in_place, now=now or datetime.now(UTC))
    return restore_table(vault, plan, quiet())


def held(pipeline: Pipeline, name: str) -> Digests:
    return digests(items_of(pipeline.aws.client("dynamodb"), name))


def tables(pipeline: Pipeline) -> set[str]:
    """Every table of highlights; the season's is another matter."""
    names = pipeline.aws.client("dynamodb").list_tables()["TableNames"]
    return set(names) - {pipeline.vault.season_table}


def alter(pipeline: Pipeline, id_: str, name: str, value: str) -> None:
    pipeline.aws.client("dynamodb").update_item(
        TableName=pipeline.vault.table,
        Key={"id": {"S": id_}},
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": {"S": value}},
    )


def spoil(pipeline: Pipeline) -> None:
    """Alter a highlight, lose one, and add a newer one."""
    dynamodb, live = pipeline.aws.client("dynamodb"), pipeline.vault.table
    alter(pipeline, ALTERED, "title", "altered")
    dynamodb.delete_item(TableName=live, Key={"id": {"S": LOST}})
    alter(pipeline, NEWER, "updated_at", "2999-01-01T00:00:00.000000+00:00")


def test_a_deleted_table_comes_back_under_its_name_with_its_protection(
    kept: Pipeline, whole: Digests
):
    dynamodb, live = kept.aws.client("dynamodb"), kept.vault.table
    before = protection_of(dynamodb, live)
    delete_table(kept)

    done = restored(kept.vault, in_place=True)

    assert (done.plan.way, done.table, done.exit_code) == (Way.ANEW, live, 0)
    assert items(kept) == whole
    assert protection_of(dynamodb, live) == before
    assert done.protection == before.in_words()
    assert (done.comparison.expected, done.comparison.found) == (7, 7)
    again = kept.run()
    assert again.execution.status == "SUCCEEDED"
    assert again.record["counts"]["new"] == 0


def test_a_named_backup_comes_back_beside_the_live_table(kept: Pipeline, whole: Digests):
    dynamodb, live = kept.aws.client("dynamodb"), kept.vault.table
    arn = dynamodb.describe_table(TableName=live)["Table"]["TableArn"]
    dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "clips"}])
    stamp = min(kept.vault.backups.ours(), key=lambda one: one.created_at).name.split("-")[-1]

    done = restored(kept.vault, Wanted(backup=stamp), "beside")

    assert (done.plan.way, done.table, done.exit_code) == (Way.ASIDE, "beside", 0)
    assert held(kept, "beside") == items(kept) == whole
    found = protection_of(dynamodb, "beside")
    assert (found.recovery_days, found.deletion_protection) == (35, True)
    assert found.tags == {"team": "clips"}
    with pytest.raises(UsageError, match=f"did you mean .*{stamp}"):
        restored(kept.vault, Wanted(backup=stamp.replace("T", "X")))


def test_a_moment_comes_back_as_it_was_then(
    kept: Pipeline, whole: Digests, monkeypatch: pytest.MonkeyPatch
):
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    monkeypatch.setattr(table_history, "now", lambda: time.time() + 600)
    later = datetime.now(UTC) + timedelta(seconds=600)
    alter(kept, ALTERED, "title", "altered")

    done = restored(kept.vault, Wanted(at=moment.isoformat()), now=later)

    assert held(kept, done.table) == whole
    assert (done.comparison.different, done.exit_code) == ([ALTERED], 1)
    with pytest.raises(UsageError, match="still to come"):
        restored(kept.vault, Wanted(at=(later + timedelta(days=1)).isoformat()), now=later)
    with pytest.raises(UsageError, match="reaches back to"):
        restored(kept.vault, Wanted(at="2020-01-01"), now=later)


def test_of_a_deleted_table_its_last_moment_comes_back_and_is_said(kept: Pipeline, whole: Digests):
    delete_table(kept)

    plan = plan_table(kept.vault, Wanted(at="2h ago"), None, in_place=True, now=datetime.now(UTC))
    done = restore_table(kept.vault, plan, quiet())

    said = dict(plan.in_words())
    assert "when it was deleted" in said["restores"] and "cannot be had" in said["not"]
    assert (items(kept), done.exit_code) == (whole, 0)
    with pytest.raises(UsageError, match="DeletedTableBackup"):
        restored(kept.vault, Wanted(at="2h ago"))


def test_an_export_comes_back(kept: Pipeline, whole: Digests):
    dynamodb = kept.aws.client("dynamodb")
    arn = dynamodb.describe_table(TableName=kept.vault.table)["Table"]["TableArn"]
    export = dynamodb.export_table_to_point_in_time(
        TableArn=arn, S3Bucket=kept.vault.bucket, S3Prefix="exports"
    )["ExportDescription"]["ExportArn"]
    for _ in range(2):
        dynamodb.describe_export(ExportArn=export)
    alter(kept, ALTERED, "title", "altered")

    beside = restored(kept.vault, Wanted(export=export.split("/")[-1][:14]))
    over = restored(kept.vault, Wanted(export="latest"), in_place=True)

    assert (beside.plan.way, beside.exit_code) == (Way.ASIDE, 0)
    assert held(kept, beside.table) == whole
    assert protection_of(dynamodb, beside.table).deletion_protection
    assert (over.plan.way, over.replaced.changed, over.exit_code) == (Way.OVER, 1, 0)
    assert items(kept) == whole
    delete_table(kept)
    anew = restored(kept.vault, Wanted(export="latest"), in_place=True)
    assert (anew.plan.way, anew.exit_code) == (Way.ANEW, 0)
    assert items(kept) == whole


def test_a_table_that_is_there_is_never_restored_into_by_its_name(kept: Pipeline, whole: Digests):
    restored(kept.vault, to="beside")
    before = tables(kept)

    for name, said in ((kept.vault.table, "--in-place"), ("beside", "--to NAME")):
        with pytest.raises(UsageError, match=said):
            restored(kept.vault, to=name)
    assert tables(kept) == before


def test_in_place_writes_what_differs_and_leaves_what_is_newer(kept: Pipeline, whole: Digests):
    spoil(kept)

    done = restored(kept.vault, in_place=True)

    replaced = done.replaced
    assert (done.plan.way, done.exit_code) == (Way.OVER, 0)
    assert (replaced.changed, replaced.added, replaced.equal) == (1, 1, 5)
    assert replaced.newer == [NEWER]
    assert {id_: one for id_, one in items(kept).items() if id_ != NEWER} == whole
    assert tables(kept) == {kept.vault.table}
    before = restored(kept.vault, Wanted(backup=done.safety_backup))
    assert before.table in tables(kept)
    assert {ALTERED, NEWER} <= held(kept, before.table).keys()
    assert LOST not in held(kept, before.table)


def test_what_is_written_at_the_same_moment_is_not_lost(
    kept: Pipeline, whole: Digests, monkeypatch: pytest.MonkeyPatch
):
    spoil(kept)
    read = replacing._get

    def read_and_be_overtaken(*asked: Any) -> Any:
        alter(kept, ALTERED, "title", "by a run")
        return read(*asked)

    monkeypatch.setattr(replacing, "_get", read_and_be_overtaken)
    done = restored(kept.vault, in_place=True)

    assert (done.replaced.meanwhile, done.exit_code) == ([ALTERED], 1)
    assert kept.items()[ALTERED]["title"] == "by a run"
    monkeypatch.undo()
    assert restored(kept.vault, in_place=True).exit_code == 0


def test_nothing_is_restored_in_place_while_an_execution_runs(kept: Pipeline, whole: Digests):
    with kept.at_work() as name, pytest.raises(RestoreFailed, match=f"{name} is running"):
        restored(kept.vault, in_place=True)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (making, "wait_until_active"),
        (table, "protect"),
        (table, "_compare"),
        (table, "mark_restored"),
    ],
)
@pytest.mark.parametrize("in_place", [False, True])
def test_an_interrupted_restore_is_brought_to_its_end(
    kept: Pipeline, whole: Digests, monkeypatch: pytest.MonkeyPatch, where, what, in_place
):
    if in_place:
        delete_table(kept)
    interrupt(monkeypatch, where, what)
    with pytest.raises(KeyboardInterrupt):
        restored(kept.vault, in_place=in_place)
    monkeypatch.undo()
    begun = tables(kept)

    plan = plan_table(kept.vault, NEWEST, None, in_place=in_place, now=datetime.now(UTC))
    done = restore_table(kept.vault, plan, quiet())

    assert plan.is_begun and "goes on" in dict(plan.in_words())
    assert (tables(kept), done.exit_code) == (begun, 0)
    assert held(kept, done.table) == whole
    assert protection_of(kept.aws.client("dynamodb"), done.table).recovery_days == 35


@pytest.mark.parametrize("what", ["make_table", "_safety_backup", "replace_items"])
def test_an_interrupted_restore_in_place_leaves_no_scratch_table(
    kept: Pipeline, whole: Digests, monkeypatch: pytest.MonkeyPatch, what: str
):
    spoil(kept)
    interrupt(monkeypatch, table, what)
    with pytest.raises(KeyboardInterrupt):
        restored(kept.vault, in_place=True)
    monkeypatch.undo()
    assert tables(kept) == {kept.vault.table}

    assert restored(kept.vault, in_place=True).exit_code == 0
    assert {id_: one for id_, one in items(kept).items() if id_ != NEWER} == whole


def test_what_a_killed_restore_left_is_deleted_by_the_next(kept: Pipeline, whole: Digests):
    dynamodb, live = kept.aws.client("dynamodb"), kept.vault.table
    newest = max(kept.vault.backups.ours(), key=lambda one: one.created_at)
    for name in (f"{live}-restoring-20200101t000000", f"{live}-drill-of-another"):
        dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=newest.arn)
        dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0})

    restored(kept.vault, to="beside")

    assert tables(kept) == {live, "beside", f"{live}-drill-of-another"}


def interrupt(monkeypatch: pytest.MonkeyPatch, where: Any, what: str) -> None:
    def interrupted(*given: Any, **named: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(where, what, interrupted)
