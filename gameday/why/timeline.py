"""What happened to a game or a highlight, in one line of time, from all that is known of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from gameday import wording
from gameday.why.evidence import Evidence
from lambdas.highlights.ledger import is_backed_up, moment
from lambdas.highlights.season.games import LONGEST_GAME
from lambdas.highlights.season.story import Told, without_secrets

ORDER = ("look", *Told, "game", "run", "closed")

Item = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """Something that happened. at: ISO 8601, or a date alone where no more is known.

    what: a short word, see `Told`, and besides: game, look, run, backed-up, closed. says: a line
    for a person. highlight: whose it is, None for what is the game's or the day's. facts: the same
    for a program.
    """

    at: str
    what: str
    says: str
    highlight: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def timeline(evidence: Evidence) -> list[Entry]:
    """The entries in order; nothing in them may let somebody in where a URL leads."""
    entries = [*_of_game(evidence), *_of_runs(evidence)]
    for id_, item in evidence.highlights.items():
        lines = list(evidence.stories.get(id_, ()))
        entries += [entry for line in lines for entry in _of_line(id_, line)]
        entries += _of_item(item, {line["what"] for line in lines}, evidence)
    return sorted(entries, key=_place)


def _place(entry: Entry) -> tuple[str, int, str]:
    """By the second, since MediaConvert says no more; then in the order in which things come about."""
    rank = ORDER.index(entry.what) if entry.what in ORDER else len(ORDER)
    return entry.at[:19], rank, entry.at


def _of_game(evidence: Evidence) -> Iterator[Entry]:
    """The game's start, the day's first look, and what became of them."""
    game, day = evidence.game or {}, evidence.day or {}
    if starts := game.get("starts_at"):
        state = game.get("provider_state")
        hours = round(LONGEST_GAME.total_seconds() / 3600)
        said = f"; the provider calls it {state!r}" if state else ""
        yield Entry(
            starts,
            "game",
            without_secrets(f"the game begins, to be over within {hours} hours{said}"),
        )
    if looked := day.get("first_looked_at"):
        yield Entry(looked, "look", "the provider is asked about this day for the first time")
    if settled := game.get("settled_at"):
        reason = f": {game['reason']}" if game.get("reason") else ""
        words = wording.GAME_STATES.get(game["state"], game["state"])
        yield Entry(settled, "game", without_secrets(f"the game is settled as {words}{reason}"))
    if closed := day.get("closed_at"):
        yield Entry(closed, "closed", "nothing of this day is left to look for")


def _of_runs(evidence: Evidence) -> Iterator[Entry]:
    """What each execution reported of the highlights, or of the game where there are none."""
    for record in evidence.records:
        counts = record["counts"]
        said = [f"{counts['found']} listed by the provider, {counts['new']} new"]
        said += [
            _reported(one, evidence)
            for one in record["highlights"]
            if one["id"] in evidence.highlights
        ]
        said += [
            f"the game is {wording.GAME_STATES.get(one['state'], one['state'])}"
            for one in record.get("games") or ()
            if one["id"] == evidence.target.game and not evidence.highlights
        ]
        words = f"run {record['execution']}: {'; '.join(said)}"
        facts = {"execution": record["execution"], "found": counts["found"], "new": counts["new"]}
        yield Entry(record["reported_at"], "run", without_secrets(words), facts=facts)
    for one in evidence.ended:
        words = f"run {one.name} ended as {one.status} without a report"
        if one.error:
            words += f": {one.error}: {one.message}"
        facts = {"execution": one.name, "status": one.status, "error": one.error}
        yield Entry(one.ended or one.began, "run", without_secrets(words), facts=facts)


def _reported(highlight: Item, evidence: Evidence) -> str:
    name = "it" if len(evidence.highlights) == 1 else f"highlight {highlight['id']}"
    status = wording.STATUSES[highlight["status"]].lower()
    reason = highlight["reason"] if highlight["status"] != "playable" else None
    return f"{name} is {status}" + (f", {reason}" if reason else "")


def _of_line(id_: str, line: Item) -> Iterator[Entry]:
    """A line of the story; a job's is two: when it was asked for, and what came of it."""
    facts = {n: value for n, value in line.items() if n not in ("at", "what")}
    if asked := line.get("asked_at"):
        says = f"transcoding is asked for: MediaConvert job {line['job']}"
        job = {"job": line["job"], "execution": line["execution"]}
        yield Entry(asked, Told.JOB_ASKED, says, id_, job)
    says = _SAYS.get(line["what"], _of_unknown)(line)
    yield Entry(line["at"], line["what"], without_secrets(says), id_, facts)


def _listed(line: Item) -> str:
    parts = [line.get("type"), line.get("source"), line.get("url")]
    known = ", ".join(one for one in parts if one)
    answers = str(line.get("answers", "")).split()
    kept = f"; the raw answer is {' or '.join(answers)}" if answers else ""
    return f"listed by the provider: {known or 'without a URL'}{kept}"


def _broke_off(line: Item) -> str:
    came = wording.size_in_words(line["came"]) if line.get("came") else "nothing"
    return (
        f"the download broke off: {line['reason']} ({line.get('error', 'unknown error')})"
        f"{_answer(line)}; {came} came"
    )


def _stored(line: Item) -> str:
    return f"the video is stored: {_file(line)}{_answer(line)}"


def _not_kept(line: Item) -> str:
    kind = "only its link is kept" if line["what"] == Told.LINK_ONLY else "it cannot be kept"
    if "step" in line:
        return f"{kind}: {line.get('reason')}{_job(line)}"
    return f"{kind}: {line.get('reason')}{_answer(line)}"


def _transcoded(line: Item) -> str:
    length = line.get("duration_milliseconds")
    seconds = f", {wording.duration_in_words(length / 1000)} long" if length else ""
    picture = wording.picture_in_words(line)
    return (
        f"the rendition is kept: {_file(line)}, {picture or 'of unknown size'}{seconds}{_job(line)}"
    )


def _failed(line: Item) -> str:
    error = f" ({line['error']})" if line.get("error") else ""
    return f"{line.get('reason', 'it failed')}{error}{_job(line)}"


def _paused(line: Item) -> str:
    return f"it waits: {line.get('reason')}"


def _of_unknown(line: Item) -> str:
    return ", ".join(
        f"{name} {value}" for name, value in line.items() if name not in ("at", "what")
    )


_SAYS: dict[str, Callable[[Item], str]] = {
    Told.LISTED: _listed,
    Told.DOWNLOAD_ATTEMPT: _broke_off,
    Told.STORED: _stored,
    Told.LINK_ONLY: _not_kept,
    Told.UNAVAILABLE: _not_kept,
    Told.TRANSCODED: _transcoded,
    Told.FAILED: _failed,
    Told.PAUSED: _paused,
}


def _answer(line: Item) -> str:
    """Who was asked, and what the answer was, behind a semicolon; nothing the reason says already."""
    host, answered = line.get("host"), line.get("answered")
    if not host:
        return "; no host was asked"
    said = f"{host} answered {answered}" if answered else f"{host} did not answer"
    return "" if said in str(line.get("reason", "")) else f"; {said}"


def _file(line: Item) -> str:
    size = wording.size_in_words(int(line["bytes"])) if "bytes" in line else "of unknown size"
    return f"{line.get('key')}, {size}, {line.get('checksum', 'no checksum')}"


def _job(line: Item) -> str:
    return f"; MediaConvert job {line['job']}" if line.get("job") else ""


def _of_item(item: Item, told: set[str], evidence: Evidence) -> Iterator[Entry]:
    """What the ledger knows, as far as the story does not tell it; and the backup."""
    id_, video, rendition = item["id"], item.get("video"), item.get("rendition")
    if Told.LISTED not in told and "fetch_date" in item:
        yield Entry(item["fetch_date"], Told.LISTED, "listed by the provider", id_)
    if video is not None and "stored_at" in video and Told.STORED not in told:
        says = f"the video is stored: {_file(video)}"
        yield Entry(
            video["stored_at"], Told.STORED, says, id_, {"execution": video.get("execution")}
        )
    if rendition is not None and Told.TRANSCODED not in told:
        facts = {"execution": rendition.get("execution")}
        picture = wording.picture_in_words(rendition)
        says = f"the rendition is kept: {_file(rendition)}, {picture or 'of unknown size'}"
        yield Entry(_when(rendition, item, evidence.records), Told.TRANSCODED, says, id_, facts)
    if backed_up := item.get("backed_up"):
        yield _backed_up(item, backed_up["name"], evidence)


def _when(rendition: Item, item: Item, records: Sequence[Item]) -> str:
    """When the execution that made a rendition reported; else when the item last changed."""
    made_by = (
        one["reported_at"] for one in records if one["execution"] == rendition.get("execution")
    )
    return next(made_by, item["updated_at"])


def _backed_up(item: Item, name: str, evidence: Evidence) -> Entry:
    backup = next((one for one in evidence.backups if one.name == name), None)
    after = item["backed_up"]["updated_at"]
    later = [
        one
        for one in evidence.backups
        if moment(one.created_at.astimezone(UTC)) > after and one.name != name
    ]
    there = "which is there" if backup else "which rotation deleted since"
    others = {0: "no other backup holds", 1: "1 other backup holds"}
    says = f"backed up by {name}, {there}; {others.get(len(later), f'{len(later)} others hold')} it"
    if not is_backed_up(item):
        says += "; what changed since is in none yet"
    at = moment(backup.created_at.astimezone(UTC)) if backup else after
    return Entry(
        at, Told.BACKED_UP, says, item["id"], {"backup": name, "there": backup is not None}
    )
