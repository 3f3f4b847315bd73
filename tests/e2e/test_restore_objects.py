"""Objects come back from their versions or the replica, and each is what the ledger says it is."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from gameday.request import UsageError
from gameday.restore import placing
from gameday.restore.copying import copy_version
from gameday.restore.object_plan import WantedObjects
from gameday.restore.object_result import RestoredObjects
from gameday.restore.objects import ObjectRestore
from gameday.restore.sources import Wanted
from gameday.restore.table import plan_table, restore_table
from gameday.restore.versions import histories
from gameday.verify import verify_vault
from lambdas.highlights.errors import RestoreFailed
from tests.e2e.conftest import Pipeline
from tests.e2e.kept_day import delete_objects, delete_table, items, put, quiet

FOLDER = "NCAA/2026-01-10"
VIDEO, OTHER = f"videos/{FOLDER}/412380371.mp4", f"videos/{FOLDER}/412380195.mp4"
SIDECAR = f"videos/{FOLDER}/412380371.json"
REPLICA = "the-replica"


@pytest.fixture(scope="module")
def kept(kept_deployment: Pipeline) -> Pipeline:
    """A kept day that all tests share, with a copy of its objects in another bucket."""
    kept = kept_deployment
    s3 = kept.aws.client("s3")
    s3.create_bucket(Bucket=REPLICA)
    s3.put_bucket_versioning(Bucket=REPLICA, VersioningConfiguration={"Status": "Enabled"})
    for one in kept.vault.objects():
        s3.copy_object(
            Bucket=REPLICA, Key=one.key, CopySource={"Bucket": kept.vault.bucket, "Key": one.key}
        )
    return kept


@pytest.fixture
def whole(kept: Pipeline) -> Iterator[dict[str, bytes]]:
    """Every object; after the test what is wrong is put right, and copies aside are deleted."""
    before = contents(kept)
    yield before
    now = contents(kept)
    for key in now.keys() - before.keys():
        put(kept, key, None)
    for key, body in before.items():
        if now.get(key) != body:
            put(kept, key, body)
    assert verify_vault(kept.vault, quiet()).exit_code == 0


def contents(pipeline: Pipeline) -> dict[str, bytes]:
    vault = pipeline.vault
    return {one.key: vault.read_object(one.key).read() for one in vault.objects()}


def forget(pipeline: Pipeline, key: str) -> None:
    """Delete every version of the object."""
    s3, bucket = pipeline.aws.client("s3"), pipeline.vault.bucket
    listed = s3.list_object_versions(Bucket=bucket, Prefix=key)
    for one in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


def restored(pipeline: Pipeline, **wanted: Any) -> RestoredObjects:
    work = ObjectRestore(pipeline.vault, WantedObjects(**wanted), quiet())
    work.plan(datetime.now(UTC))
    return work.restore()


def flipped(body: bytes) -> bytes:
    return body[:-1] + bytes([body[-1] ^ 1])


def test_all_that_was_deleted_comes_back_under_its_keys(kept: Pipeline, whole: dict[str, bytes]):
    versions = kept.objects()
    delete_objects(kept)
    assert contents(kept) == {}

    done = restored(kept, in_place=True)

    assert contents(kept) == whole
    assert verify_vault(kept.vault, quiet()).findings == []
    comparison = done.comparison
    assert (comparison.expected, comparison.found, done.exit_code) == (len(whole), len(whole), 0)
    assert kept.objects() == versions  # the marker went; nothing was copied


def test_what_was_overwritten_comes_back_from_the_version_that_is_right(
    kept: Pipeline, whole: dict[str, bytes]
):
    for body in (flipped(whole[VIDEO]), b"short", flipped(whole[VIDEO])):
        put(kept, VIDEO, body)
    put(kept, OTHER, b"short")
    put(kept, OTHER, None)
    put(kept, SIDECAR, b"{}")

    done = restored(kept, in_place=True)

    assert contents(kept) == whole
    assert (done.restored, done.whole, done.exit_code) == (3, len(whole) - 3, 0)
    assert restored(kept, in_place=True).restored == 0


def test_by_default_objects_go_aside_and_what_stands_there_is_left_alone(
    kept: Pipeline, whole: dict[str, bytes]
):
    damaged = flipped(whole[VIDEO])
    put(kept, VIDEO, damaged)
    put(kept, OTHER, None)

    done = restored(kept)

    target, now = done.plan.target, contents(kept)
    aside = {key.removeprefix(target): body for key, body in now.items() if key.startswith(target)}
    assert {key: aside[key] for key in (VIDEO, OTHER)} == {
        key: whole[key] for key in (VIDEO, OTHER)
    }
    assert aside.keys() == {VIDEO, OTHER, "restore.json"}
    assert now[VIDEO] == damaged and OTHER not in now
    wrong = {one.key for one in verify_vault(kept.vault, quiet()).findings}
    assert wrong == {VIDEO, OTHER}


def test_an_interrupted_restore_goes_on_in_the_same_folder(
    kept: Pipeline, whole: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
):
    delete_objects(kept)
    copies, lock = [], threading.Lock()

    def copy_five(*given: Any, **named: Any) -> Any:
        with lock:
            if len(copies) == 5:
                raise KeyboardInterrupt
            copies.append(given)
        return copy_version(*given, **named)

    monkeypatch.setattr(placing, "copy_version", copy_five)
    with pytest.raises(KeyboardInterrupt):
        restored(kept)
    monkeypatch.undo()

    done = restored(kept)

    assert done.plan.is_begun
    assert (done.there, done.restored) == (5, len(whole) - 5)
    assert contents(kept).keys() - {f"{done.plan.target}restore.json"} == {
        f"{done.plan.target}{key}" for key in whole
    }
    assert not restored(kept, prefix="runs/").plan.is_begun


def test_what_nothing_is_left_of_is_named(kept: Pipeline, whole: dict[str, bytes]):
    forget(kept, VIDEO)
    forget(kept, OTHER)
    put(kept, OTHER, b"another")

    done = restored(kept, in_place=True)

    assert done.exit_code == 1
    assert (done.comparison.missing, done.comparison.different) == ([VIDEO], [OTHER])
    assert "verify --repair" in done.lost[VIDEO]
    assert "no other" in done.lost[OTHER] or "the one version" in done.lost[OTHER]
    assert (done.comparison.expected, done.comparison.found) == (len(whole), len(whole) - 1)


def test_the_replica_has_what_no_version_has(kept: Pipeline, whole: dict[str, bytes]):
    with pytest.raises(UsageError, match="replica_region"):
        restored(kept, from_replica=True)
    for key in (VIDEO, OTHER, SIDECAR):
        forget(kept, key)
    put(kept, OTHER, flipped(whole[OTHER]))

    kept.vault.replica_bucket = REPLICA
    done = restored(kept, from_replica=True, in_place=True)
    kept.vault.replica_bucket = None

    assert (done.restored, done.exit_code) == (3, 0)
    assert contents(kept) == whole


def test_without_the_table_the_sidecars_say_what_must_be_there(
    kept: Pipeline, whole: dict[str, bytes]
):
    before = items(kept)
    delete_objects(kept)
    delete_table(kept)

    done = restored(kept, in_place=True)

    assert done.plan.of_sidecars and done.exit_code == 0
    assert contents(kept) == whole
    plan = plan_table(kept.vault, Wanted(), None, in_place=True, now=datetime.now(UTC))
    assert restore_table(kept.vault, plan, quiet()).exit_code == 0
    assert items(kept) == before


def test_what_nothing_names_comes_back_by_its_prefix_alone(kept: Pipeline, whole: dict[str, bytes]):
    key = f"videos/{FOLDER}/unnamed.mp4"
    put(kept, key, b"a video")
    put(kept, key, None)

    assert restored(kept, in_place=True).restored == 0
    assert restored(kept, in_place=True, prefix=key).restored == 1
    assert contents(kept)[key] == b"a video"


def test_nothing_is_put_in_place_while_an_execution_runs(kept: Pipeline, whole: dict[str, bytes]):
    with kept.at_work() as name, pytest.raises(RestoreFailed, match=f"{name} is running"):
        restored(kept, in_place=True)


def test_a_large_object_is_copied_in_parts_with_its_kind(kept: Pipeline):
    s3, bucket, part = kept.aws.client("s3"), REPLICA, 5 * 1024 * 1024
    body = bytes(range(256)) * (12 * 4096)
    s3.put_object(Bucket=bucket, Key="large", Body=body, ContentType="video/mp4")
    (found,) = histories([s3.list_object_versions(Bucket=bucket, Prefix="large")])

    copy_version(s3, bucket, found.contents[0], bucket, "copy", at_once=part, part=part)

    copy = s3.get_object(Bucket=bucket, Key="copy")
    assert (copy["Body"].read() == body, copy["ContentType"]) == (True, "video/mp4")
