"""`gameday import`: an exported season read back into an empty vault.

The whole index is checked before anything is written. Then come the objects, each verified, then
the sidecars, and the ledger's items last; so an import that was interrupted left at most items
that are the season's own, and goes on from there.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from botocore.exceptions import ClientError
from rich.console import Console
from rich.text import Text

from gameday.deployment import deployed_for_import, embedded_aws
from gameday.place import Place
from gameday.progress import Progress
from gameday.request import UsageError
from gameday.season.checked import Season
from gameday.season.entries import ArchiveEntry, HighlightEntry, NotASeason, Wrong, entries
from gameday.season.folder import Folder, NotInFolder
from gameday.season.sending import PART, Sending
from gameday.season.taking_in import Source, incoming
from gameday.steps import Steps
from gameday.vault import Vault
from lambdas.highlights import sidecar
from lambdas.highlights.archive import Archive
from lambdas.highlights.comparison import Comparison, compare, digests
from lambdas.highlights.keys import RAW_ANSWER, RUN_RECORD
from lambdas.highlights.lasting import digest
from lambdas.table import Table

WORKERS = 4
T = TypeVar("T")


@dataclass
class Imported:
    """What came of an import. problems: what was not taken in, a sentence each.

    comparison: of the season's highlights with the ledger's. lacks: see `Season`.
    """

    written: int = 0
    there: int = 0
    problems: list[str] = field(default_factory=list)
    lacks: dict[str, list[str]] = field(default_factory=dict)
    comparison: Comparison = field(default_factory=lambda: Comparison(0, 0))

    @property
    def exit_code(self) -> int:
        """0: the whole season is in the vault. 1: something is not."""
        return 1 if self.problems or not self.comparison.is_equal else 0

    def as_json(self) -> dict[str, Any]:
        """As `--json` shows it."""
        return {
            "objects": {"written": self.written, "there": self.there},
            "problems": self.problems,
            "lacks": self.lacks,
            "comparison": self.comparison.as_json(),
            "ok": self.exit_code == 0,
        }


@contextmanager
def open_vault(place: Place, steps: Steps) -> Iterator[Vault]:
    """The vault of `place`; in an embedded AWS where none is deployed, a new one."""
    with ExitStack() as stack:
        if place.in_account:
            yield stack.enter_context(place.vault())
            return
        aws = stack.enter_context(embedded_aws(place.home, steps))
        yield Vault.deployed(aws) or deployed_for_import(place.home, aws, steps)


def require_empty(vault: Vault, season: Season) -> None:
    """Raise UsageError unless all that the ledger holds came from an import of `season`."""
    for item in vault.items():
        if season.digests.get(item["id"]) != digest(item):
            raise UsageError(
                f"the vault holds highlight {item['id']} already, and not as {season.folder.root} "
                "has it; a season is imported into an empty vault, such as another --home"
            )


def import_season(vault: Vault, season: Season, steps: Steps) -> Imported:
    """Take `season` into `vault`. Interrupted, it is continued by another call."""
    archive = Archive(vault.aws.client("s3"), vault.bucket)
    done = Imported(lacks=season.lacks)
    with steps.step("objects", "objects") as step:
        progress = Progress(step, season.bytes)
        sending = Sending(archive, season.folder, progress.add)
        failed = _send_all(season, sending, done)
        step.tell(f"{done.written:,} stored, {done.there:,} were there already")
    with steps.step("items", "ledger") as step:
        _write_items(vault, season, failed, done, step.tell)
    with steps.step("compare", "comparison") as step:
        step.tell("reading the ledger")
        done.comparison = compare(season.digests, digests(vault.items()).items())
        step.tell(done.comparison.in_words("highlights"))
    return done


def print_import(done: Imported, console: Console) -> None:
    """What came of it, for a person."""
    for problem in done.problems:
        console.print(Text(f"  not imported: {problem}", "red"), soft_wrap=True)
    originals = sum("video" in parts for parts in done.lacks.values())
    others = sum(parts != ["video"] for parts in done.lacks.values())
    if originals:
        console.print(f"{originals:,} highlights come without their original, as exported.")
    if others:
        console.print(f"{others:,} come without a clip or a picture; a run makes them again.")
    if done.exit_code:
        console.print("Mend or export again what is named, then run the same command again.")
    else:
        console.print("Everything is in the vault; the next run of each day makes a backup.")


def _send_all(season: Season, sending: Sending, done: Imported) -> set[str]:
    """Send every object; the ids of highlights of which one could not be."""
    failed: set[str] = set()

    def send(entry: HighlightEntry | ArchiveEntry) -> list[bool]:
        if isinstance(entry, ArchiveEntry):
            return [sending.send(_archive_source(entry, season.folder))]
        found = incoming(entry, season.folder)
        sent = [sending.send(source) for source in found.sources]
        body = sidecar.render(found.item)
        return [*sent, sending.send_bytes(sidecar.key_of(found.item), body, sidecar.CONTENT_TYPE)]

    for entry, result in _side_by_side(send, _right(season)):
        try:
            sent = result()
        except (Wrong, NotInFolder) as error:
            done.problems.append(str(error))
            if isinstance(entry, HighlightEntry):
                failed.add(entry.id)
        else:
            done.written += sum(sent)
            done.there += len(sent) - sum(sent)
    return failed


def _write_items(
    vault: Vault, season: Season, failed: set[str], done: Imported, tell: Callable[[str], None]
) -> None:
    table = Table(vault.aws.client("dynamodb"), vault.table)
    count = 0

    def write(entry: HighlightEntry) -> bool:
        item = incoming(entry, season.folder).item
        try:
            table.put_item(Item=item, ConditionExpression="attribute_not_exists(id)")
        except table.conflict:
            return False
        return True

    wanted = (
        entry
        for entry in _right(season)
        if isinstance(entry, HighlightEntry) and entry.id not in failed
    )
    for entry, result in _side_by_side(write, wanted):
        try:
            count += result()
        except Wrong as error:
            done.problems.append(str(error))
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise
            done.problems.append(f"highlight {entry.id}: {error.response['Error']['Message']}")
        tell(f"{count:,} written")


def _right(season: Season) -> Iterator[HighlightEntry | ArchiveEntry]:
    """The entries once more, which were all found right."""
    for entry in entries(season.folder):
        if isinstance(entry, Wrong):
            raise NotASeason([str(entry)], season.folder.root)
        yield entry


def _archive_source(entry: ArchiveEntry, folder: Folder) -> Source:
    """A raw answer or run record that is what its key says. Raises Wrong."""
    if answer := RAW_ANSWER.fullmatch(entry.key):
        if not entry.file.checksum.startswith(f"sha256:{answer[1]}"):
            raise Wrong(f"{entry.file.path} does not have the checksum in its key")
    elif RUN_RECORD.fullmatch(entry.key):
        try:
            record = json.loads(folder.read(entry.file.path, PART))
        except NotInFolder as error:
            raise Wrong(f"{entry.file.path!r} {error}") from None
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise Wrong(f"{entry.file.path} is no run record")
    return Source(entry.key, "application/json", entry.file)


def _side_by_side(
    work: Callable[[T], Any], given: Iterable[T]
) -> Iterator[tuple[T, Callable[[], Any]]]:
    """Each of `given` with what came of it, some at a time, in the order in which they end."""
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="import") as pool:
        running: dict[Future, T] = {}
        try:
            for one in given:
                running[pool.submit(work, one)] = one
                if len(running) >= 2 * WORKERS:
                    yield from _ended(running)
            while running:
                yield from _ended(running)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ended(running: dict[Future, T]) -> Iterator[tuple[T, Callable[[], Any]]]:
    for future in wait(running, return_when=FIRST_COMPLETED).done:
        yield running.pop(future), future.result
