"""Gathers what the vault knows of a game or a highlight; each thing is read once."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from gameday.vault import Execution, Vault
from gameday.why.target import Target
from lambdas.highlights.backups import Backup
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import rendition_key, sidecar_key, thumbnail_key
from lambdas.highlights.ledger import moment
from lambdas.highlights.season.games import Game
from lambdas.highlights.season.story import Story
from lambdas.table import Table

MOST_RECORDS = 60  # of a game day, the newest
MOST_EXECUTIONS = 20  # that did not live to report
LONGEST_ID = 64  # characters of a highlight's

Item = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """An execution of the game day that left no run record. began, ended: ISO 8601."""

    name: str
    status: str
    began: str
    ended: str | None
    error: str | None
    message: str


@dataclass(frozen=True)
class Evidence:
    """All that is known of `target`.

    highlights: the one meant, or those of the game, by id. game, day: rows of the season's table.
    stories: lines by highlight. records: run records of the day, oldest first. ended: executions
    without one. backups: those there are. sizes: of the objects found, by key.
    """

    target: Target
    highlights: dict[str, Item]
    game: Item | None = None
    day: Item | None = None
    stories: Mapping[str, Sequence[Item]] = field(default_factory=dict)
    records: Sequence[Item] = ()
    ended: Sequence[Ended] = ()
    backups: Sequence[Backup] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)


class KnownInVault:
    """Where `gameday.why.target` looks games and highlights up."""

    def __init__(self, vault: Vault):
        self._vault = vault

    def highlight(self, id_: str) -> Item | None:
        return self._vault.ledger.read([id_]).get(id_) if 0 < len(id_) <= LONGEST_ID else None

    def highlights(self) -> Iterable[Item]:
        return self._vault.items()

    def games(self) -> Iterator[Item]:
        if self._vault.season_table:
            season = self._vault.season
            for league in season.leagues():
                yield from season.games(league, date.min, date.max)


def gather(vault: Vault, target: Target) -> Evidence:
    """Everything that tells the story of `target`."""
    game_day = GameDay(target.league, target.date)
    items = _items(vault, target, game_day)
    records = _records(vault, game_day)
    game, day, stories = None, None, {}
    if vault.season_table:
        rows = vault.season.games(target.league, target.date, target.date)
        game = next((row for row in rows if row["id"] == target.game), None)
        day = vault.season.day(game_day)
        story = Story(Table(vault.aws.client("dynamodb"), vault.season_table))
        stories = {id_: story.read(id_) for id_ in items}
    return Evidence(
        target,
        items,
        game=game,
        day=day,
        stories=stories,
        records=records,
        ended=_ended(vault, game_day, {record["execution"] for record in records}),
        backups=vault.backups.ours(),
        sizes=_sizes(vault, game_day, items),
    )


def _items(vault: Vault, target: Target, game_day: GameDay) -> dict[str, Item]:
    if target.highlight is not None:
        return vault.ledger.read([target.highlight])
    found = vault.ledger.read(vault.ledger.ids_of(game_day))
    games = {id_: Game.from_highlight(item) for id_, item in found.items()}
    return {
        id_: item
        for id_, item in found.items()
        if (game := games[id_]) is not None and game.id == target.game
    }


def _records(vault: Vault, game_day: GameDay) -> list[Item]:
    keys = [one.key for one in vault.objects(f"runs/{game_day.folder}/")]
    found = (_json(vault, key) for key in keys)
    records = sorted(
        (one for one in found if isinstance(one, dict) and "reported_at" in one),
        key=lambda record: record["reported_at"],
    )
    return records[-MOST_RECORDS:]


def _json(vault: Vault, key: str) -> Any:
    try:
        return json.load(vault.read_object(key))
    except ValueError:  # `gameday verify` names a damaged record
        return None


def _sizes(vault: Vault, game_day: GameDay, items: Iterable[str]) -> dict[str, int]:
    """The size of each object that stands under a key of the highlights, by the key."""
    sizes = {}
    for id_ in items:
        for prefix in (
            sidecar_key(game_day, id_).removesuffix("json"),
            rendition_key(game_day, id_),
            thumbnail_key(game_day, id_),
        ):
            sizes |= {one.key: one.bytes for one in vault.objects(prefix)}
    return sizes


def _ended(vault: Vault, game_day: GameDay, reported: set[str]) -> list[Ended]:
    """The day's executions that ended without a record, oldest first, as far as AWS remembers.

    Executions are named after their game day, but for those that somebody starts in the console.
    """
    if not vault.state_machine:
        return []
    client = vault.aws.client("stepfunctions")
    pages = client.get_paginator("list_executions").paginate(stateMachineArn=vault.state_machine)
    day, first = game_day.date.isoformat(), datetime.combine(game_day.date, time.min, UTC)
    found: list[Ended] = []
    for page in pages:
        for one in page["executions"]:
            if one["startDate"] < first:
                return found[::-1]
            if day in one["name"] and one["name"] not in reported and one["status"] != "RUNNING":
                described = client.describe_execution(executionArn=one["executionArn"])
                if json.loads(described.get("input", "{}")).get("league") == game_day.league:
                    found.append(_as_ended(described))
        if len(found) >= MOST_EXECUTIONS:
            break
    return found[::-1]


def _as_ended(described: Item) -> Ended:
    stopped = described.get("stopDate")
    execution = Execution(
        described["executionArn"],
        described["status"],
        described.get("error"),
        described.get("cause"),
    )
    return Ended(
        described["name"],
        described["status"],
        moment(described["startDate"].astimezone(UTC)),
        None if stopped is None else moment(stopped.astimezone(UTC)),
        execution.error,
        execution.message,
    )
