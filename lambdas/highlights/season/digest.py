"""What a person is told of a game day: a mail's subject and text, and whether it is worth one.

Neither has a title or a score: a highlight's title may say who won. The links let anybody in who has
them, so a digest is published and never logged or kept.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from lambdas.highlights.billing import DOLLARS_PER_MINUTE, Rendition, normalized_minutes
from lambdas.highlights.highlight import PAUSED, Status, highlight_id
from lambdas.highlights.season.games import GameState
from lambdas.highlights.transcoding import COPY

# Subjects of SNS are ASCII, on one line, of fewer than 100 characters.
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
LONGEST_SUBJECT = 99
LONGEST_REASON = 300  # characters; SNS takes 256 KiB, of which 40 links of 2 kB are the most

Record = Mapping[str, Any]
Link = Callable[[str], str]


@dataclass(frozen=True)
class Digest:
    """A mail. subject: without a line break, at most LONGEST_SUBJECT characters. body: plain text."""

    subject: str
    body: str


def is_news(record: Record, told: str | None) -> bool:
    """Whether `record`, of a run, says something that a person was not told yet.

    told: `fingerprint` of what was told last of the day. A day of which nothing is kept, missing or
    held back, such as one whose clips are all waited for, is none.
    """
    return any(_matters(record).values()) and fingerprint(record) != told


def fingerprint(record: Record) -> str:
    """Stands for what matters to a person in `record`, whatever run it was."""
    text = json.dumps(_matters(record), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def digest_of(record: Record, link: Link, until: datetime) -> Digest:
    """The mail about `record`. link: the URL of an object's key, which works until `until`."""
    games = _games(record)
    kept = [game for game in games if game.state == GameState.KEPT]
    missing = [game for game in games if game.state in _MISSING]
    waiting = [game for game in games if game not in kept and game not in missing]
    day = date.fromisoformat(record["game_date"])
    blocks = [
        f"{record['league']}, {day:%A} {day.day} {day:%B %Y}: {_counted(kept, missing, waiting)}.",
        *_block("Kept", (_with_links(game, link) for game in kept)),
        *_block("Missing", map(_with_reason, missing)),
        *_block("Not kept yet", map(_with_reason, waiting)),
        *_block("Paused", _paused(record)),
        "\n".join(_closing(record)),
    ]
    if kept:
        blocks.append(
            f"The links work until {until.astimezone(UTC):%Y-%m-%d %H:%M} UTC at the latest, and "
            "for whoever has them. AWS may end them hours earlier. Titles and scores are left out."
        )
    subject = f"{record['league']}, {day:%a} {day.day} {day:%b %Y}: "
    return Digest(
        _ascii(subject + _counted(kept, missing, waiting))[:LONGEST_SUBJECT],
        "\n\n".join(blocks) + "\n",
    )


@dataclass(frozen=True)
class _Game:
    """A game of the record, or the highlights that share two teams where no game is known."""

    name: str
    state: str
    reason: str | None
    clips: Sequence[Record]


_MISSING = (GameState.LINK_ONLY, GameState.UNAVAILABLE, GameState.FAILED)
_STATES = {
    Status.PLAYABLE: GameState.KEPT,
    Status.LINK_ONLY: GameState.LINK_ONLY,
    Status.UNAVAILABLE: GameState.UNAVAILABLE,
    PAUSED: GameState.WAITING,
}


def _games(record: Record) -> list[_Game]:
    """The games of the record in its order; and those that its highlights alone tell of."""
    by_game: dict[str, list[Record]] = {}
    for one in record["highlights"]:
        known = highlight_id({"id": one.get("match_id")})
        by_game.setdefault(known or _name(one["teams"]), []).append(one)
    games = []
    for game in record.get("games") or []:
        clips = _playable(by_game.pop(game["id"], []))
        name = _name([game["home_team"], game["away_team"]])
        games.append(_Game(name, game["state"], game["reason"], clips))
    for highlights in by_game.values():
        clips = _playable(highlights)
        first = (clips or highlights)[0]
        state = _STATES.get(first["status"], GameState.FAILED)
        games.append(_Game(_name(first["teams"]), state, first["reason"], clips))
    return games


def _matters(record: Record) -> dict[str, list[Any]]:
    """What a person is told of once: clips kept, games and highlights lost, work held back.

    Not what may change from one look to the next without a difference to anybody: a game's wait, the
    calls that are left, the name of a backup, or how long a cap still holds work back.
    """
    games, highlights = record.get("games") or [], record["highlights"]
    return {
        "kept": sorted(one["id"] for one in _playable(highlights)),
        "lost": sorted(
            [one["id"], one["status"], one["reason"]] for one in highlights if _is_lost(one)
        ),
        "games": sorted([one["id"], one["state"]] for one in games if one["state"] in _MISSING),
        "paused": ["work"] if _paused(record) else [],
        "broken": [part for part in ("sidecars", "backup") if "error" in record[part]],
    }


def _is_lost(highlight: Record) -> bool:
    return highlight["status"] not in (Status.PLAYABLE, Status.LINK_ONLY, PAUSED)


def _playable(highlights: Iterable[Record]) -> list[Record]:
    return [one for one in highlights if one["status"] == Status.PLAYABLE]


def _paused(record: Record) -> list[str]:
    """The sentences that say which kind of work waits, and until when."""
    return list((record.get("paused") or {}).get("reasons", []))


def _name(teams: Sequence[str | None]) -> str:
    return " vs. ".join(team for team in teams if team) or "A game of unknown teams"


def _counted(kept: Sequence[_Game], missing: Sequence[_Game], waiting: Sequence[_Game]) -> str:
    """`5 games kept, 1 missing, 2 not yet`."""
    parts = [f"{len(kept)} {'game' if len(kept) == 1 else 'games'} kept"]
    parts += [f"{len(missing)} missing"] if missing else []
    parts += [f"{len(waiting)} not yet"] if waiting else []
    return ", ".join(parts)


def _block(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A paragraph with a title; none without lines."""
    if found := list(lines):
        yield "\n".join([title, *(f"- {line}" for line in found)])


def _with_links(game: _Game, link: Link) -> str:
    links = (f"\n  {link(one['rendition']['key'])}" for one in game.clips)
    return game.name + "".join(links)


def _with_reason(game: _Game) -> str:
    reason = " ".join((game.reason or "no reason is known").split())
    return f"{game.name}: {reason[:LONGEST_REASON]}"


def _closing(record: Record) -> Iterator[str]:
    """The backup, the money and the calls, a line each."""
    backup = record["backup"]
    if "error" in backup:
        yield f"The backup failed, and the next run tries again: {backup['error'][:LONGEST_REASON]}"
    elif backup["created"]:
        yield "All of it is backed up."
    if "error" in record["sidecars"]:
        yield "The files beside the videos were not all written; the next run writes them."
    renditions = [one["rendition"] for one in record["highlights"] if one["rendition"]]
    minutes = sum(map(_billed_minutes, renditions))
    yield f"Transcoding for this day has cost about ${minutes * DOLLARS_PER_MINUTE:.2f}."
    if (left := record.get("provider_calls_left")) is not None:
        yield f"The provider allows {left:,} more calls today."


def _billed_minutes(rendition: Record) -> float:
    if rendition.get("made_by") == COPY:
        return 0.0
    width, height = rendition.get("width") or 0, rendition.get("height") or 0
    return normalized_minutes(Rendition(width, height, rendition.get("duration_seconds", 0)))


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode()
