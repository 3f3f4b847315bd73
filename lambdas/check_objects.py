"""The drill's third step, called until it is done: objects read again, by size and checksum."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from lambdas import clients
from lambdas.drill_settings import DrillSettings
from lambdas.highlights.drill.objects import Checked, ObjectCheck, bytes_of
from lambdas.highlights.drill.picks import PARTS
from lambdas.highlights.findings import Part
from lambdas.highlights.ledger import Item, Ledger
from lambdas.objects import Objects
from lambdas.step import Context, Event, logger, step

SLOWEST = 20_000_000  # bytes a second that are read at least; measured were 50 to 88 million
TO_END = 30  # seconds for what comes after the last object

Work = Iterator[tuple[Any, Item, list[Part]]]


@step
def handler(event: Event, context: Context) -> Event:
    """`{"input", "sample", "objects", ...}` to what is to be the next call's `"objects"`.

    `{"done", "after", "which": "sample" | "all", "objects", "bytes", "wrong", "named"}`; the first
    call's is empty. `{"objects": "all"}` as the execution's input asks for every object that
    the ledger names; a call stops before its time is up, and the next one goes on.
    """
    settings = DrillSettings.from_env()
    ledger = Ledger(clients.table(settings.table_name))
    archive = Objects(clients.s3(), settings.bucket_name)
    so_far = dict(event["objects"])
    after = so_far.pop("after", None)
    which = "all" if event["input"].get("objects") == "all" else "sample"
    checked = Checked(**{name: so_far[name] for name in asdict(Checked()) if name in so_far})
    check = ObjectCheck(archive.stat, archive.chunks, lambda id_: ledger.read([id_]).get(id_))
    work = _all(settings, after) if which == "all" else _sample(event["sample"], ledger, after)
    is_first, done = True, True
    for place, item, parts in work:
        seconds = context.get_remaining_time_in_millis() / 1000 - TO_END
        if not is_first and bytes_of(item) / SLOWEST > seconds:
            done = False
            break
        check.check(item, parts, checked)
        after, is_first = place, False
    logger.info("objects checked", objects=checked.objects, wrong=checked.wrong, done=done)
    return {"done": done, "after": after, "which": which, **asdict(checked)}


def _all(settings: DrillSettings, after: str | None) -> Work:
    """Every item of the ledger with all its parts; the place is the item's id."""
    table = clients.table(settings.table_name)
    for item in table.scan(None if after is None else {"id": after}):
        yield item["id"], item, list(PARTS)


def _sample(sample: list[dict[str, str]], ledger: Ledger, after: int | None) -> Work:
    """The chosen objects by the items as they are now; the place is the number that are done."""
    done = after or 0
    for number, one in enumerate(sample[done:], done + 1):
        for item in ledger.read([one["id"]]).values():
            yield number, item, [Part(one["part"])]
