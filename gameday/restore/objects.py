"""`gameday restore objects`: from earlier versions or the replica, aside or under their own keys."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from gameday.moments import stamp
from gameday.parallel import in_parallel
from gameday.protection import describe_table
from gameday.request import UsageError
from gameday.restore.object_plan import (
    Case,
    ObjectPlan,
    WantedObjects,
    case_of,
    without_history,
)
from gameday.restore.object_result import RestoredObjects
from gameday.restore.placing import Outcome, Placing, Settled
from gameday.restore.table import require_no_execution
from gameday.restore.versions import History, histories, joined
from gameday.steps import Step, Steps
from gameday.vault import Vault
from gameday.wording import size_in_words
from lambdas.highlights.errors import SidecarDamaged
from lambdas.highlights.expectations import Expectations, ExpectedObject
from lambdas.highlights.findings import Part
from lambdas.highlights.keys import RESTORED_FOLDER, SIDECAR
from lambdas.highlights.ledger import Item
from lambdas.highlights.sidecar import LARGEST, parse
from lambdas.objects import read_chunks

NOTE = "restore.json"  # in the folder of objects restored aside: what was asked for


class ObjectRestore:
    """One restore of the vault's objects."""

    def __init__(self, vault: Vault, wanted: WantedObjects, steps: Steps):
        self._vault, self._wanted, self._steps = vault, wanted, steps
        self._s3 = vault.aws.client("s3")
        self._source = vault.bucket
        if wanted.from_replica:
            if vault.replica_bucket is None:
                raise UsageError(
                    "this vault has no replica; the setting replica_region makes one, and from "
                    "then on what is stored is copied there"
                )
            self._source = vault.replica_bucket
        if wanted.in_place:
            require_no_execution(vault)
        self._expected: dict[str, ExpectedObject] = {}
        self._plan: ObjectPlan | None = None

    def plan(self, now: datetime) -> ObjectPlan:
        """What would be done; reads listings, and what the ledger or the sidecars expect."""
        target, is_begun = self._target(now)
        plan = ObjectPlan(self._wanted, self._vault.bucket, self._source, target, is_begun)
        with self._steps.step("survey", "survey") as step:
            if self._wanted.moment is None:
                step.tell("reading what is expected")
                plan.of_sidecars = not self._read_expectations()
            for case in self._cases(set()):
                plan.listed += 1
                if (current := case.history.current) is not None:
                    plan.listed_bytes += current.bytes
                if case.is_lost and not case.candidates:
                    plan.nothing_left += 1
                elif case.is_lost:
                    plan.lost += 1
                    plan.lost_bytes += case.candidates[0].bytes
                if plan.listed % 1000 == 0:
                    step.tell(f"{plan.listed:,} objects listed")
            step.tell(f"{plan.listed:,} objects, {plan.lost + plan.nothing_left:,} of them lost")
        self._plan = plan
        return plan

    def restore(self) -> RestoredObjects:
        """Do what was planned. Interrupted, another call with the same wish goes on."""
        assert self._plan is not None, "plan comes first"
        began, plan = time.monotonic(), self._plan
        done, seen = RestoredObjects(plan), set()
        if self._wanted.in_place:
            require_no_execution(self._vault)
        with self._steps.step("restore", "restore") as step:
            placing = Placing(
                self._s3,
                self._vault.bucket,
                self._source,
                plan.target,
                _Reading(step, done).add,
                _once(lambda: self._note(None)),
            )
            for _, one in in_parallel(placing.settle, self._cases(seen)):
                done.add(one)
            step.tell(done.in_words())
        for expected in without_history(self._expected, seen):
            done.add(Settled(expected.key, Outcome.MISSING, note=_nothing_left(expected)))
        if done.restored + done.there and not done.lost:
            self._note(datetime.now(UTC))
        done.seconds = time.monotonic() - began
        return done

    def _cases(self, seen: set[str]) -> Iterator[Case]:
        """Every object that is to be looked at, in order of keys; `seen` takes expected keys."""
        own = self._histories(self._vault.bucket)
        if self._wanted.from_replica:
            pairs = joined(own, self._histories(self._source))
        else:
            pairs = ((history, history) for history in own)
        for history, source in pairs:
            if history.key in self._expected:
                seen.add(history.key)
            if case := case_of(history, source, self._wanted, self._expected):
                yield case

    def _histories(self, bucket: str) -> Iterator[History]:
        pages = self._s3.get_paginator("list_object_versions")
        return histories(pages.paginate(Bucket=bucket, Prefix=self._wanted.prefix))

    def _read_expectations(self) -> bool:
        """What must be there by key; False when the sidecars had to say it, for want of a table."""
        described = describe_table(self._vault.aws.client("dynamodb"), self._vault.table)
        is_there = described is not None and described["TableStatus"] in ("ACTIVE", "UPDATING")
        items = self._vault.items() if is_there else self._items_of_sidecars()
        found = Expectations.of(items).objects
        prefix = self._wanted.prefix
        self._expected = {key: one for key, one in found.items() if key.startswith(prefix)}
        return is_there

    def _items_of_sidecars(self) -> Iterator[Item]:
        """What the newest readable version of each sidecar says."""
        pages = self._s3.get_paginator("list_object_versions")
        for history in histories(pages.paginate(Bucket=self._source, Prefix="videos/")):
            if SIDECAR.fullmatch(history.key):
                for version in history.contents:
                    if version.bytes > LARGEST:
                        continue
                    body = b"".join(read_chunks(self._s3, self._source, history.key, version.id))
                    try:
                        item = parse(body, history.key)
                    except SidecarDamaged:
                        continue
                    yield item
                    break

    def _target(self, now: datetime) -> tuple[str | None, bool]:
        """The folder into which objects go, and whether an interrupted restore began it."""
        if self._wanted.in_place:
            return None, False
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._vault.bucket, Prefix=RESTORED_FOLDER, Delimiter="/"
        )
        folders = [group["Prefix"] for page in pages for group in page.get("CommonPrefixes", [])]
        for folder in sorted(folders, reverse=True):
            note = self._read_note(folder)
            if note.get("wanted") == self._wanted.as_text() and note.get("ended_at") is None:
                return folder, True
        return f"{RESTORED_FOLDER}{stamp(now)}/", False

    def _read_note(self, folder: str) -> dict[str, Any]:
        try:
            found = json.load(self._vault.read_object(folder + NOTE))
        except (ClientError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _note(self, ended_at: datetime | None) -> None:
        """Say in the folder of objects restored aside what it is of, and whether all is in it."""
        if self._plan is None or self._plan.target is None:
            return
        note = {
            "wanted": self._wanted.as_text(),
            "from": self._source,
            "ended_at": ended_at and ended_at.isoformat(),
        }
        self._s3.put_object(
            Bucket=self._vault.bucket,
            Key=self._plan.target + NOTE,
            Body=json.dumps(note, indent=2).encode(),
            ContentType="application/json",
        )


def _once(work: Callable[[], None]) -> Callable[[], None]:
    """`work`, done by the first of all threads that call it; the others wait for that."""
    lock, is_done = threading.Lock(), False

    def call() -> None:
        nonlocal is_done
        with lock:
            if not is_done:
                work()
                is_done = True

    return call


class _Reading:
    """Tells a step how far a restore is, in objects and in bytes read, by several threads."""

    def __init__(self, step: Step, done: RestoredObjects):
        self._step, self._done = step, done
        self._bytes, self._said = 0, 0.0
        self._lock = threading.Lock()

    def add(self, size: int) -> None:
        with self._lock:
            self._bytes += size
            now = time.monotonic()
            if now - self._said < 0.2:
                return
            self._said = now
        self._step.tell(f"{self._done.in_words()}; {size_in_words(self._bytes)} read")


def _nothing_left(expected: ExpectedObject) -> str:
    if expected.part is Part.SIDECAR:
        return "no version of it is left; gameday verify --repair writes it from the ledger"
    if expected.highlight_id is not None:
        return "no version of it is left; gameday verify --repair asks the sources"
    return "no version of it is left"
