"""The table comes back from the sidecars alone: beside the live one, or in its place."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console

from gameday import rebuild as rebuild_module
from gameday.highlights_table import has_schema
from gameday.protection import describe_table, protection_of
from gameday.rebuild import Rebuilt, rebuild
from gameday.rebuild_plan import plan_rebuild
from gameday.request import UsageError
from gameday.steps import Steps
from gameday.vault import Vault
from gameday.verify import verify_vault
from lambdas.highlights.comparison import Digests, digests
from lambdas.table import Table
from tests.e2e.conftest import DAY, Pipeline
from tests.e2e.kept_day import put

FOLDER = "NCAA/2026-01-10"
NOW = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
IN_PLACE = {"in_place": True}


@pytest.fixture(scope="module")
def kept(kept_deployment: Pipeline) -> Pipeline:
    """A kept day that all tests share; each leaves its objects whole and its table full."""
    return kept_deployment


@pytest.fixture
def changed(kept: Pipeline) -> Iterator[dict[str, bytes | None]]:
    """Objects that the test put or deleted, as they were; they are put back after it."""
    before: dict[str, bytes | None] = {}
    yield before
    for key, body in before.items():
        put(kept, key, body)


@pytest.fixture
def bare(kept: Pipeline) -> Iterator[Digests]:
    """The vault without any table or backup; what the table held."""
    before = digests(kept.vault.items())
    delete_tables_and_backups(kept)
    yield before
    if describe_table(kept.aws.client("dynamodb"), kept.vault.table) is None:
        assert rebuilt(kept.vault, **IN_PLACE).is_whole


def delete_tables_and_backups(pipeline: Pipeline) -> None:
    dynamodb = pipeline.aws.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        # Else DynamoDB keeps a backup of its own, which nobody may delete.
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
        )
        dynamodb.delete_table(TableName=name)
    for backup in dynamodb.list_backups(BackupType="ALL")["BackupSummaries"]:
        dynamodb.delete_backup(BackupArn=backup["BackupArn"])
    assert dynamodb.list_tables()["TableNames"] == []
    assert dynamodb.list_backups(BackupType="ALL")["BackupSummaries"] == []


def quiet() -> Steps:
    return Steps(Console(quiet=True))


def rebuilt(vault: Vault, now: datetime = NOW, **options: Any) -> Rebuilt:
    return rebuild(vault, plan_rebuild(vault, quiet(), now, **options), quiet())


def contents(pipeline: Pipeline, table: str) -> Digests:
    return digests(Table(pipeline.aws.client("dynamodb"), table).scan())


def tags(pipeline: Pipeline, table: str) -> set[str]:
    dynamodb = pipeline.aws.client("dynamodb")
    arn = describe_table(dynamodb, table)["TableArn"]
    return {tag["Key"] for tag in dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]}


def interrupted(
    monkeypatch: pytest.MonkeyPatch, vault: Vault, plan_options: dict[str, Any], call: str
) -> None:
    """A rebuild that writes two items at a time and is stopped at the second write."""
    dynamodb, calls = vault.aws.client("dynamodb"), []
    whole = getattr(dynamodb, call)

    def stop(**asked: Any) -> Any:
        calls.append(asked)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(**asked)

    with monkeypatch.context() as patch:
        patch.setattr(rebuild_module, "BATCH", 2)
        patch.setattr(dynamodb, call, stop, raising=False)
        with pytest.raises(KeyboardInterrupt):
            rebuilt(vault, **plan_options)


def test_a_table_beside_the_live_one_has_all_that_it_has(kept: Pipeline):
    dynamodb, live = kept.aws.client("dynamodb"), kept.items()

    done = rebuilt(kept.vault)

    table = f"{kept.vault.table}-rebuilt-20260120T090000"
    assert (done.plan.table, done.exit_code) == (table, 0)
    assert (done.plan.sidecars, done.comparison.found, done.named) == (7, 7, 15)
    assert contents(kept, table) == digests(live.values())
    assert kept.items() == live
    assert has_schema(describe_table(dynamodb, table))
    assert protection_of(dynamodb, table) == protection_of(dynamodb, kept.vault.table)
    names = {"ArchiveBucket": kept.vault.bucket, "HighlightsTable": table}
    assert sorted(Vault(kept.aws, names).ledger.ids_of(DAY)) == sorted(live)


def test_everything_but_the_objects_is_lost_and_comes_back(kept: Pipeline, bare: Digests):
    done = rebuilt(kept.vault, **IN_PLACE)

    assert (done.plan.table, done.exit_code) == (kept.vault.table, 0)
    assert contents(kept, kept.vault.table) == bare
    protection = protection_of(kept.aws.client("dynamodb"), kept.vault.table)
    assert (protection.recovery_days, protection.deletion_protection) == (35, True)
    assert tags(kept, kept.vault.table) == set()
    assert verify_vault(kept.vault, quiet()).findings == []

    asked, jobs = len(kept.provider.requests), kept.jobs()
    run = kept.run()
    assert run.execution.status == "SUCCEEDED"
    assert run.record["counts"]["new"] == 0
    assert run.record["sidecars"]["written"] == 0
    assert run.record["backup"]["created"] is True
    # Its games were known to the season's table alone, which is made anew and empty.
    paths = [one.path for one in kept.provider.requests[asked:]]
    assert paths == ["/basketball/highlights", "/basketball/matches"]
    assert {one["state"] for one in run.record["games"]} >= {"kept"}
    assert kept.jobs() == jobs


def test_an_interrupted_rebuild_is_continued_and_a_complete_one_is_not(
    kept: Pipeline, monkeypatch: pytest.MonkeyPatch
):
    later = NOW + timedelta(hours=1)
    interrupted(monkeypatch, kept.vault, {"now": later}, "batch_write_item")
    table = f"{kept.vault.table}-rebuilt-20260120T100000"
    assert len(contents(kept, table)) == 2
    assert tags(kept, table) == {"gameday:rebuild", "gameday:archive"}

    done = rebuilt(kept.vault, now=later + timedelta(hours=1))

    assert (done.plan.table, done.plan.is_begun, done.exit_code) == (table, True, 0)
    assert contents(kept, table) == contents(kept, kept.vault.table)
    assert tags(kept, table) == set()
    with pytest.raises(UsageError, match="no unfinished rebuild"):
        rebuilt(kept.vault, to=table)


def test_one_in_place_is_continued_too_and_leaves_alone_what_a_run_wrote_meanwhile(
    kept: Pipeline, bare: Digests, monkeypatch: pytest.MonkeyPatch
):
    interrupted(monkeypatch, kept.vault, IN_PLACE, "put_item")
    dynamodb = kept.aws.client("dynamodb")
    (there, *_) = dynamodb.scan(TableName=kept.vault.table)["Items"]
    newer = there | {"updated_at": {"S": "2099-01-01T00:00:00.000000+00:00"}}
    dynamodb.put_item(TableName=kept.vault.table, Item=newer)

    done = rebuilt(kept.vault, **IN_PLACE)

    id_ = there["id"]["S"]
    assert (done.plan.is_begun, done.comparison.different) == (True, [id_])
    dynamodb.put_item(TableName=kept.vault.table, Item=there)
    assert rebuilt(kept.vault, **IN_PLACE).exit_code == 0
    assert contents(kept, kept.vault.table) == bare


def test_what_did_not_come_back_is_named_and_the_same_table_is_completed_later(
    kept: Pipeline, changed: dict[str, bytes | None]
):
    damaged, deleted = f"videos/{FOLDER}/412380281.json", f"videos/{FOLDER}/412380371.json"
    lost, cut = f"thumbnails/{FOLDER}/412380195.0000000.jpg", f"videos/{FOLDER}/412380217.mp4"
    for key in (damaged, deleted, lost, cut):
        changed[key] = kept.vault.read_object(key).read()
        put(kept, key, changed[key][:-9] if key in (damaged, cut) else None)
    twice = f"videos/NCAA/2026-01-11/{damaged.rsplit('/', 1)[1]}"
    changed[twice] = None
    put(kept, twice, changed[damaged])

    done = rebuilt(kept.vault, to="some-of-it")

    assert done.exit_code == 1
    assert done.damaged.keys() == {damaged, twice}
    assert done.lost.keys() == {lost, cut}
    assert done.lost[lost] == "missing" and "bytes instead of" in done.lost[cut]
    assert sorted(done.nameless) == [
        f"processed_videos/{FOLDER}/412380371.mp4",
        f"thumbnails/{FOLDER}/412380371.0000000.jpg",
        f"videos/{FOLDER}/412380371.mp4",
    ]
    assert (done.comparison.found, done.comparison.is_equal) == (5, True)

    for key, body in changed.items():
        put(kept, key, body)
    done = rebuilt(kept.vault, to="some-of-it")
    assert (done.plan.is_begun, done.exit_code) == (True, 0)
    assert contents(kept, "some-of-it") == contents(kept, kept.vault.table)


def test_a_table_in_use_is_never_written(kept: Pipeline):
    table, items = kept.vault.table, kept.items()
    for options, said in (
        (IN_PLACE, "holds highlights"),
        ({"to": table}, "add --in-place"),
    ):
        with pytest.raises(UsageError, match=said):
            rebuilt(kept.vault, **options)
    assert kept.items() == items
    assert tags(kept, table) == set()


def test_names_are_enough_when_no_stack_is_left(kept: Pipeline):
    class NoStacks:
        """The account, whose stacks were deleted."""

        def client(self, service: str) -> Any:
            client = kept.aws.client(service)
            return self if service == "cloudformation" else client

        def describe_stacks(self, **_: Any) -> dict[str, Any]:
            return {"Stacks": [{}]}

    assert Vault.storage(NoStacks(), None, None) is None
    assert Vault.storage(NoStacks(), kept.vault.bucket, None) is None
    vault = Vault.storage(NoStacks(), kept.vault.bucket, "lost")

    plan = plan_rebuild(vault, quiet(), NOW)
    assert (plan.table, plan.sidecars, plan.is_there) == ("lost-rebuilt-20260120T090000", 7, False)


def test_an_archive_without_sidecars_is_refused_before_anything_is_made(kept: Pipeline):
    empty = Vault(kept.aws, {"ArchiveBucket": "empty-archive", "HighlightsTable": "lost"})
    kept.aws.client("s3").create_bucket(Bucket="empty-archive")
    tables = kept.aws.client("dynamodb").list_tables()["TableNames"]

    with pytest.raises(UsageError, match="nothing to rebuild from"):
        plan_rebuild(empty, quiet(), NOW)
    assert kept.aws.client("dynamodb").list_tables()["TableNames"] == tables
