"""An archive with things wrong in it: each is found and named, and what a source has is mended."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from gameday.home import Home
from gameday.repair import Repair, repair
from gameday.steps import Steps
from gameday.verify import verify_place, verify_vault
from lambdas.highlights.findings import Finding
from tests.e2e.conftest import KEY, Pipeline
from tests.e2e.kept_day import put

FOLDER = "NCAA/2026-01-10"
VIDEO = f"videos/{FOLDER}/412380371.mp4"
SIDECAR = f"videos/{FOLDER}/412380302.json"
CLIP = "pine-hollow_480p30.mp4"


class Interrupted(Console):
    """Presses Ctrl-C as soon as a run begins."""

    def print(self, *objects: Any, **options: Any) -> None:
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def kept(kept_deployment: Pipeline) -> Pipeline:
    """A kept day that all tests share; each leaves it whole."""
    return kept_deployment


@pytest.fixture
def restored(kept: Pipeline) -> Iterator[Pipeline]:
    """The kept day, its objects put back after the test."""
    before = {one.key: contents(kept, one.key) for one in kept.vault.objects()}
    yield kept
    for one in kept.vault.objects():
        if one.key not in before:
            put(kept, one.key, None)
    for key, body in before.items():
        put(kept, key, body)


def contents(pipeline: Pipeline, key: str) -> bytes:
    return pipeline.vault.read_object(key).read()


def flipped(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


def quiet() -> Steps:
    return Steps(Console(quiet=True))


def found(pipeline: Pipeline) -> dict[str, str]:
    """The problem of each key at which something is wrong."""
    return {one.key: one.problem.value for one in verify_vault(pipeline.vault, quiet()).findings}


def repaired(
    pipeline: Pipeline, home: Path, findings: Iterable[Finding] | None = None
) -> dict[str, Repair]:
    """What became of each key at which something was wrong."""
    wrong = verify_vault(pipeline.vault, quiet()).findings if findings is None else findings
    repairs = repair(wrong, pipeline.vault, Home(home), quiet())
    return {finding.key: one for finding, one in repairs.items()}


def test_a_kept_day_has_nothing_wrong(kept: Pipeline):
    verification = verify_vault(kept.vault, quiet())

    assert (verification.findings, verification.exit_code) == ([], 0)
    assert verification.objects == len(kept.objects())
    assert verification.bytes == sum(one.bytes for one in kept.vault.objects())


@pytest.mark.parametrize(
    ("key", "change", "problem"),
    [
        (VIDEO, lambda body: None, "missing"),
        (VIDEO, flipped, "damaged"),
        (VIDEO, lambda body: body[:-1], "damaged"),
        (f"processed_videos/{FOLDER}/412380371.mp4", flipped, "damaged"),
        (f"thumbnails/{FOLDER}/412380371.0000000.jpg", lambda body: None, "missing"),
        (SIDECAR, lambda body: None, "missing"),
        (SIDECAR, flipped, "damaged"),
        ("highlights/", flipped, "damaged"),
        ("runs/", lambda body: body[:-2], "damaged"),
    ],
)
def test_each_kind_of_damage_is_found(restored: Pipeline, key: str, change, problem: str):
    key = next(restored.vault.objects(key)).key
    put(restored, key, change(contents(restored, key)))

    assert found(restored) == {key: problem}
    assert verify_vault(restored.vault, quiet()).exit_code == 1


def test_what_nothing_names_is_found(restored: Pipeline):
    key = f"videos/{FOLDER}/999.mp4"
    put(restored, key, b"whose is it")

    assert found(restored) == {key: "unknown"}
    assert verify_vault(restored.vault, quiet()).exit_code == 1


def test_an_upload_that_was_left_open_is_told_and_is_no_error_yet(kept: Pipeline):
    s3, target = kept.aws.client("s3"), {"Bucket": kept.vault.bucket, "Key": VIDEO}
    upload = s3.create_multipart_upload(**target)["UploadId"]

    verification = verify_vault(kept.vault, quiet())

    s3.abort_multipart_upload(**target, UploadId=upload)
    assert [one.problem for one in verification.findings] == ["unfinished"]
    assert verification.exit_code == 0


def test_what_the_sources_still_have_is_mended_and_nothing_else_is_touched(
    kept: Pipeline, tmp_path: Path
):
    before = {one.key: contents(kept, one.key) for one in kept.vault.objects()}
    damage = {
        VIDEO: None,
        f"videos/{FOLDER}/412380195.mp4": flipped,
        f"videos/{FOLDER}/412380217.mp4": lambda body: body[:2_000],
        f"processed_videos/{FOLDER}/412380217.mp4": flipped,
        f"processed_videos/{FOLDER}/412380240.mp4": lambda body: body[:2_000],
        f"thumbnails/{FOLDER}/412380263.0000000.jpg": None,
    }
    for key, change in damage.items():
        put(kept, key, change(before[key]) if change else None)
    asked, jobs = len(kept.provider.requests), len(kept.jobs())

    repairs = repaired(kept, tmp_path)

    assert {key: one.done for key, one in repairs.items()} == dict.fromkeys(damage, True)
    assert found(kept) == {}
    downloads = [one.path for one in kept.provider.requests[asked:] if "/media/" in one.path]
    assert len(set(downloads)) == 3
    assert len(kept.jobs()) == jobs + 3
    for key in damage:
        if key.startswith("videos/"):
            assert contents(kept, key) == before[key]
    for item in kept.items().values():
        assert item["status"] in ("playable", "link_only", "unavailable")
        assert not {"video_refused", "rendition_refused"} & item.keys()


def test_sidecars_are_written_from_the_ledger_without_a_run(kept: Pipeline, tmp_path: Path):
    """Missing ones too, as those of days that were kept before there were sidecars."""
    before = {one.key: contents(kept, one.key) for one in kept.vault.objects()}
    sidecars = [key for key in before if key.endswith(".json") and key.startswith("videos/")]
    for key in sidecars:
        put(kept, key, flipped(before[key]) if key == SIDECAR else None)
    runs = len(kept.executions())

    repairs = repaired(kept, tmp_path)

    assert {key: one.done for key, one in repairs.items()} == dict.fromkeys(sidecars, True)
    assert len(sidecars) == 7
    assert {key: contents(kept, key) for key in before} == before
    assert found(kept) == {}
    assert len(kept.executions()) == runs


def test_in_an_account_sidecars_alone_are_repaired_and_the_next_execution_does_the_rest(
    restored: Pipeline,
):
    put(restored, SIDECAR, None)
    put(restored, VIDEO, None)
    runs = len(restored.executions())
    account = SimpleNamespace(in_account=True, vault=lambda: nullcontext(restored.vault))

    result = verify_place(account, quiet(), mend=True)

    done = {finding.key: repair.done for finding, repair in result.repairs.items()}
    assert (done, result.exit_code) == ({SIDECAR: True, VIDEO: False}, 1)
    assert len(restored.executions()) == runs

    restored.run()
    assert found(restored) == {}


def test_a_video_whose_source_is_gone_stays_playable_and_says_why(kept: Pipeline, tmp_path: Path):
    put(kept, VIDEO, None)
    clip = kept.provider.media.pop(CLIP)

    gone = repaired(kept, tmp_path)[VIDEO]

    assert gone.done is False
    assert gone.note.startswith("not repaired: ") and "404" in gone.note
    assert found(kept) == {VIDEO: "missing"}
    item = kept.items()["412380371"]
    assert (item["status"], "404" in item["reason"]) == ("playable", True)

    kept.provider.media[CLIP] = clip
    assert repaired(kept, tmp_path)[VIDEO].done is True
    assert "reason" not in kept.items()["412380371"]


def test_a_provider_that_refuses_leaves_everything_playable(kept: Pipeline, tmp_path: Path):
    put(kept, VIDEO, None)
    kept.vault.set_provider_key("not-this-one")

    refused = repaired(kept, tmp_path)[VIDEO]

    kept.vault.set_provider_key(KEY)
    assert refused.done is False
    assert "key" in refused.note and "not-this-one" not in refused.note
    assert kept.items()["412380371"]["status"] == "playable"
    assert repaired(kept, tmp_path)[VIDEO].done is True


def test_a_highlight_that_changed_meanwhile_is_not_refused(kept: Pipeline):
    item = kept.items()["412380371"]
    stale = {**item, "updated_at": "2026-01-01T00:00:00.000000+00:00"}

    assert kept.vault.ledger.refuse_video(stale, None) is False
    assert kept.vault.ledger.refuse_playable(stale) is False
    assert kept.items()["412380371"] == item


def test_an_interrupted_repair_is_completed_by_the_next(kept: Pipeline, tmp_path: Path):
    put(kept, VIDEO, flipped(contents(kept, VIDEO)))
    findings = verify_vault(kept.vault, quiet()).findings
    with pytest.raises(KeyboardInterrupt):
        repair(findings, kept.vault, Home(tmp_path), Steps(Interrupted()))
    assert found(kept)[VIDEO] == "damaged"

    assert {one.done for one in repaired(kept, tmp_path).values()} == {True}
    assert found(kept) == {}
    assert kept.items()["412380371"]["status"] == "playable"


def test_what_an_unfinished_highlight_left_behind_is_taken_up(kept: Pipeline, tmp_path: Path):
    kept.aws.client("dynamodb").update_item(
        TableName=kept.vault.table,
        Key={"id": {"S": "412380371"}},
        UpdateExpression="SET #status = :failed REMOVE rendition, thumbnail",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":failed": {"S": "failed"}},
    )
    assert set(found(kept).values()) == {"unknown"}

    assert {one.done for one in repaired(kept, tmp_path).values()} == {True}
    assert found(kept) == {}


def test_what_no_source_has_is_left_alone(restored: Pipeline, tmp_path: Path):
    runs = len(restored.executions())
    for prefix in ("highlights/", "runs/"):
        put(restored, next(restored.vault.objects(prefix)).key, b"")
    put(restored, "videos/what-is-it.mp4", b"")

    assert repaired(restored, tmp_path) == {}
    assert len(restored.executions()) == runs
