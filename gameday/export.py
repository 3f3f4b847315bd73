"""A season as plain files, for a person to keep and use without this product.

What is whole in the folder stays: an export that was interrupted, or made again, goes on from
there. Each file appears whole or not at all, and the index comes last.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from shutil import disk_usage
from typing import Any

from botocore.exceptions import (
    ClientError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    ResponseStreamingError,
)
from urllib3.exceptions import HTTPError

from gameday import wording
from gameday.copies import CopyError, date_file, room_in
from gameday.costs import transfer_dollars
from gameday.progress import Progress
from gameday.season import layout, nfo, table
from gameday.season.copying import Copying, Wanted
from gameday.season.earlier import require_no_less, require_something
from gameday.season.exported import PAGE, Exported
from gameday.season.index import NAME, IndexWriter
from gameday.season.pages import Day, day_page, season_page, summary
from gameday.season.readme import README, about
from gameday.season.selection import DaySurvey, Selection, Survey
from gameday.season.written import WrittenFiles
from gameday.steps import Steps
from gameday.vault import Vault
from lambdas.highlights import sidecar
from lambdas.highlights.comparison import compare
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.lasting import digest, lasting
from lambdas.highlights.ledger import Item
from lambdas.highlights.verification import UnreadableObject

ONE_OBJECT = ("403", "404", "AccessDenied", "InvalidObjectState", "NoSuchKey")
STREAM_ERRORS = (
    CopyError,
    HTTPError,
    IncompleteReadError,
    FlexibleChecksumError,
    ResponseStreamingError,
    UnreadableObject,
)
TABLE = "metadata.csv"


def export_season(vault: Vault, folder: Path, selection: Selection, steps: Steps) -> Exported:
    """Put what `selection` names of `vault` into `folder`; see `layout` for the names.

    An object that cannot be read is named in what is returned, and the rest is exported. Raises
    UsageError, DiskFull, OSError and what AWS answers; what is in place by then stays.
    """
    with steps.step("survey", "survey") as step:
        survey = Survey.of(vault, selection)
        days = "1 game day" if len(survey.days) == 1 else f"{len(survey.days):,} game days"
        step.tell(f"{survey.highlights:,} highlights of {days}")
    require_something(survey)
    require_no_less(folder, survey)
    steps.say(_plan(survey, folder))
    with room_in(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with steps.step("export", "export") as step, Copying(vault) as copying:
            progress = Progress(step, survey.bytes)
            export = _Export(vault, folder, selection, survey, copying, progress)
            done = export.run()
            size = f", {wording.size_in_words(done.bytes)}" if done.written else ""
            step.tell(f"{done.written:,} files written{size}; {done.there:,} were there already")
    return done


def _plan(survey: Survey, folder: Path) -> str:
    size = wording.size_in_words(survey.bytes)
    plan = (
        f"{survey.files:,} files, {size}, and what describes them go to {folder}; "
        "what is there and whole stays"
    )
    if (transfer := transfer_dollars(survey.bytes)) >= 0.01:
        plan += f"; out of an AWS account they cost about ${transfer:,.2f}"
    nearest = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    free = disk_usage(nearest).free
    if free < survey.bytes:
        plan += f"; {wording.size_in_words(free)} are free there"
    return plan


class _Export:
    """One export under way."""

    def __init__(
        self,
        vault: Vault,
        folder: Path,
        selection: Selection,
        survey: Survey,
        copying: Copying,
        progress: Progress,
    ):
        self._vault, self._folder, self._selection = vault, folder, selection
        self._survey, self._copying, self._progress = survey, copying, progress
        self._library = layout.Library(folder, survey.leagues)
        self._done = Exported(folder)
        self._written = WrittenFiles(folder, self._done)
        self._described: set[str] = set()  # shows and seasons whose NFO files are written

    def run(self) -> Exported:
        """Export everything."""
        head = {
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            **self._selection.as_json(),
        }
        found: list[tuple[str, str]] = []
        days: list[Day] = []
        self._prepare()
        csv = self._folder / f".{TABLE}.part"
        try:
            with (
                IndexWriter(self._folder / NAME, head) as index,
                csv.open("w", encoding="utf-8", errors="replace", newline="") as rows,
            ):
                rows.write(table.heading())
                for day in self._survey.days:
                    items = self._items(day)
                    days.append(summary(day.game_day, items))
                    for entry, row in self._day(day.game_day, items):
                        index.add("highlights", entry)
                        rows.write(row)
                        found.append((entry["id"], entry["digest"]))
                for entry in self._archive():
                    index.add("archive", entry)
                for key, reason in self._done.left_out.items():
                    index.add("left_out", {"key": key, "reason": reason})
                rows.close()
                self._written.stand(csv, TABLE)
                self._written.write(season_page(days).encode(), PAGE)
                self._written.write(about(self._selection).encode(), README)
                self._done.highlights = len(found)
                index.finish(
                    {
                        "highlights": len(found),
                        "files": self._written.files,
                        "bytes": self._written.bytes,
                    }
                )
                self._written.count(index.written, NAME)
        finally:
            csv.unlink(missing_ok=True)
        self._done.comparison = compare(self._survey.digests, found)
        return self._done

    def _prepare(self) -> None:
        """Keep out of media libraries what is not for them."""
        for name in (layout.ORIGINALS, layout.ARCHIVE, layout.PAGES):
            if name != layout.ORIGINALS or self._selection.originals:
                # Jellyfin, Plex and Kodi, in this order.
                for ignore, text in ((".ignore", b""), (".plexignore", b"*\n"), (".nomedia", b"")):
                    self._written.write(text, f"{name}/{ignore}")
        ignored = f"{layout.ORIGINALS}/*\n{layout.ARCHIVE}/*\n{layout.PAGES}/*\n"
        self._written.write(ignored.encode(), ".plexignore")

    def _items(self, day: DaySurvey) -> list[Item]:
        """The day's items as they are now, in the order in which they are numbered."""
        items = self._vault.ledger.read(day.ids)
        return [items[id_] for id_ in day.ids if id_ in items]

    def _day(
        self, game_day: GameDay, items: Sequence[Item]
    ) -> Iterator[tuple[dict[str, Any], str]]:
        """Export a day; the index's entry and the table's row of each of its highlights."""
        places = self._library.places(game_day, items)
        moment = _noon(game_day.date)
        wanted = [one for item in items for one in self._objects(item, places[item["id"]])]
        copied = self._copy(wanted, moment)
        files: dict[str, dict[str, dict[str, Any]]] = {}
        for item in items:
            id_, place = item["id"], places[item["id"]]
            mine = files[id_] = copied.get(id_, {})
            if "thumbnail" in mine:
                # Kodi and Jellyfin know a picture by one name, Plex by the other.
                picture = (self._folder / mine["thumbnail"]["path"]).read_bytes()
                self._written.write(picture, place.path(layout.PICTURE), moment)
            if "rendition" in mine:
                document = nfo.episode_nfo(lasting(item), self._library.show(item["league"]), place)
                mine["nfo"] = self._written.write(document, place.path(layout.NFO), moment)
            body = sidecar.render(item)
            mine["sidecar"] = self._written.write(body, place.path(layout.FACTS), moment)
            yield self._entry(item, mine), table.row(lasting(item), place, mine)
        self._folders(game_day, items)
        page = day_page(game_day, items, files)
        self._written.write(page.encode("utf-8", "replace"), layout.page_path(game_day), moment)

    @staticmethod
    def _entry(item: Item, files: Mapping[str, Any]) -> dict[str, Any]:
        facts = {name: item.get(name) for name in ("id", "league", "game_date", "title", "status")}
        return {**facts, "digest": digest(item), "files": files}

    def _objects(self, item: Item, place: layout.Place) -> Iterator[Wanted]:
        """The objects of a highlight, and where each goes."""
        if "rendition" in item:
            yield Wanted(item["id"], "rendition", item["rendition"], place.path(layout.VIDEO))
        if "thumbnail" in item:
            thumbnail = place.path(layout.THUMBNAIL)
            yield Wanted(item["id"], "thumbnail", item["thumbnail"], thumbnail)
        if "video" in item and self._selection.originals:
            path = layout.original_path(_game_day(item), item["id"], item["video"]["key"])
            yield Wanted(item["id"], "video", item["video"], path)

    def _folders(self, game_day: GameDay, items: Sequence[Item]) -> None:
        """What media servers read of the show and the season."""
        season = self._library.season_folder(game_day)
        if season in self._described or all(one["status"] != Status.PLAYABLE for one in items):
            return
        show = self._library.show(game_day.league)
        if show not in self._described:
            self._written.write(nfo.show_nfo(show, game_day.league), f"{show}/tvshow.nfo")
        self._written.write(nfo.season_nfo(layout.season_of(game_day.date)), f"{season}/season.nfo")
        self._described |= {show, season}

    def _archive(self) -> Iterator[dict[str, Any]]:
        """Export raw answers and run records, which nothing but their keys and sizes tell of."""
        batch: list[Wanted] = []
        for stored in self._survey.answers_and_records(self._vault):
            facts = {"key": stored.key, "bytes": stored.bytes}
            batch.append(Wanted(stored.key, "archive", facts, layout.archive_path(stored.key)))
            if len(batch) == 100:
                yield from self._archive_batch(batch)
                batch = []
        yield from self._archive_batch(batch)

    def _archive_batch(self, batch: Sequence[Wanted]) -> Iterator[dict[str, Any]]:
        for key, found in self._copy(batch, None).items():
            facts = found["archive"]
            day = date.fromisoformat(key.split("/")[2])
            date_file(self._folder / facts["path"], _noon(day))
            yield {"key": key, **facts}

    def _copy(
        self, wanted: Sequence[Wanted], moment: float | None
    ) -> dict[str, dict[str, dict[str, Any]]]:
        """Copy objects side by side; the facts of each file that is whole, by owner and kind."""
        whole: dict[str, dict[str, dict[str, Any]]] = {}
        for one, result in self._copying.copy(wanted, self._folder, self._progress.add):
            try:
                written, facts = result()
            except STREAM_ERRORS as error:
                self._leave_out(one, str(error))
            except HTTPClientError as error:
                self._leave_out(one, f"it could not be read: {type(error).__name__}")
            except ClientError as error:
                if (code := error.response["Error"]["Code"]) not in ONE_OBJECT:
                    raise
                self._leave_out(one, f"S3 answers {code}")
            else:
                self._written.count(written, one.path, facts["bytes"])
                if moment is not None:
                    date_file(self._folder / one.path, moment)
                whole.setdefault(one.owner, {})[one.kind] = facts
        return whole

    def _leave_out(self, one: Wanted, reason: str) -> None:
        self._done.left_out[str(one.facts["key"])] = reason


def _game_day(item: Item) -> GameDay:
    return GameDay(item["league"], date.fromisoformat(item["game_date"]))


def _noon(day: date) -> float:
    """The middle of the day here, so that a file manager shows it in every season."""
    return datetime.combine(day, time(12)).timestamp()
