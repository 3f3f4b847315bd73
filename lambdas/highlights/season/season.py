"""The season table's games and game days: read, written where they changed, never deleted.

A game that left its day is marked with `dropped_at` and `expires_at`, and is read no more; so no
function needs to be allowed to delete anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from lambdas.highlights.game_day import GameDay
from lambdas.highlights.ledger import moment
from lambdas.highlights.season.days import first_of
from lambdas.highlights.season.games import Game, GameState, Phase, Settled

KEPT_AFTER_DROP = timedelta(days=60)
MOVES_AT_MOST = timedelta(days=60)  # from the day under which a postponed game was listed
LEAGUES = "leagues"
LAST_OF_DAY = "#~"  # behind every id of a match

Item = dict[str, Any]


class Season:
    """Reads and writes games and days in `table`, a `lambdas.table.Table` of the season.

    Every write may be repeated, and is left out where it would change nothing.
    """

    def __init__(self, table: Any):
        self._table = table
        self._conflict = table.conflict

    def games(
        self, league: str, first: date, last: date, *, with_dropped: bool = False
    ) -> Iterator[Item]:
        """The items of the games from `first` to `last`, in order of their days."""
        found = self._between(f"game#{league}", first.isoformat(), last.isoformat() + LAST_OF_DAY)
        return (item for item in found if with_dropped or "dropped_at" not in item)

    def days(self, league: str, first: date, last: date) -> Iterator[Item]:
        """The items of the game days that were looked at, from `first` to `last`, in order."""
        return self._between(f"day#{league}", first.isoformat(), last.isoformat())

    def leagues(self) -> Iterator[str]:
        """The leagues of which a game day was ever looked at, in order of their names."""
        found = self._table.query(
            KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": LEAGUES}
        )
        return (item["sk"] for item in found)

    def note_league(self, league: str) -> None:
        """Note that the league is looked at."""
        self._table.put_item(Item={"pk": LEAGUES, "sk": league})

    def day(self, game_day: GameDay) -> Item | None:
        """The item of a game day; None before its first look."""
        return self._table.get_item(day_key(game_day))

    def postponed(self, game_day: GameDay) -> Iterator[Item]:
        """Games of other days that were postponed, and may be played on `game_day` instead."""
        first, last = game_day.date - MOVES_AT_MOST, game_day.date + MOVES_AT_MOST
        found = self._between(
            f"game#{game_day.league}",
            first.isoformat(),
            last.isoformat() + LAST_OF_DAY,
            FilterExpression="attribute_exists(postponed)",
        )
        here = game_day.date.isoformat()
        return (item for item in found if item["game_date"] != here and "dropped_at" not in item)

    def put_games(self, games: Sequence[Game], known: Mapping[str, Item], now: datetime) -> None:
        """Take over what the provider says of `games`. known: the day's items, by their ids.

        A fact that the provider no longer says stays as it was. A new game is expected.
        """
        for game in games:
            item = known.get(game.id, {})
            facts: Item = dict(game.facts())
            stale = [name for name in ("dropped_at", "expires_at", "unlisted_at") if name in item]
            if game.phase is Phase.POSTPONED:
                facts["postponed"] = True
            elif game.provider_state is not None and "postponed" in item:
                stale.append("postponed")
            changes = {name: value for name, value in facts.items() if item.get(name) != value}
            if changes or stale:
                changes["listed_at"] = moment(now)
                first = {"state": GameState.EXPECTED.value, "closed": False}
                self._write(game_key(game), changes, first=first, forget=stale)

    def note_unlisted(self, item: Item, now: datetime) -> None:
        """Note that the provider's list of the day lacks a game that it had before."""
        self._write(_key(item), {"unlisted_at": moment(now)}, condition="attribute_exists(pk)")

    def drop(self, item: Item, now: datetime) -> None:
        """Take a game off its day, since it is played on another or not at all."""
        gone = {"dropped_at": moment(now), "expires_at": int((now + KEPT_AFTER_DROP).timestamp())}
        self._write(_key(item), gone, condition="attribute_exists(pk)")

    def settle(self, item: Item, settled: Settled, now: datetime) -> None:
        """Write what became of a game. item: as it was read."""
        changes = {"state": settled.state.value, "reason": settled.reason, "closed": settled.closed}
        if all(item.get(name) == value for name, value in changes.items()):
            return
        forget = ["reason"] if changes["reason"] is None else []
        changes = {name: value for name, value in changes.items() if value is not None}
        changes["settled_at"] = moment(now)
        self._write(_key(item), changes, forget=forget, condition="attribute_exists(pk)")

    def note_look(self, game_day: GameDay, now: datetime, facts: Mapping[str, Any]) -> None:
        """Note that the provider was asked for the day's highlights, and `facts` of that look."""
        first = {"first_looked_at": moment(now), **first_of(game_day)}
        self._write(day_key(game_day), {"looked_at": moment(now), **facts}, first=first)

    def finish(
        self, game_day: GameDay, holder: str, facts: Mapping[str, Any], closed_at: str | None
    ) -> bool:
        """Note what the day came to and release its lock; False when `holder` has lost that.

        closed_at: None while there is something left to look for.
        """
        changes = dict(facts) if closed_at is None else {**facts, "closed_at": closed_at}
        forget = ["lock_holder", "lock_taken_at", *([] if closed_at else ["closed_at"])]
        return self._write(
            day_key(game_day),
            changes,
            forget=forget,
            condition="lock_holder = :holder",
            values={":holder": holder},
        )

    def note_told(self, game_day: GameDay, told: str, now: datetime) -> None:
        """Note what of a day a person was told, by its fingerprint; see `digest.py`."""
        changes = {"told": told, "told_at": moment(now)}
        self._write(day_key(game_day), changes, condition="attribute_exists(pk)")

    def _between(self, pk: str, first: str, last: str, **parameters: Any) -> Iterator[Item]:
        return self._table.query(
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={":pk": pk, ":first": first, ":last": last},
            ConsistentRead=True,
            **parameters,
        )

    def _write(
        self,
        key: Item,
        changes: Mapping[str, Any],
        *,
        first: Mapping[str, Any] | None = None,
        forget: Sequence[str] = (),
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> bool:
        """Change an item. first: attributes for one that lacks them. False: `condition` is not so."""
        first = {name: value for name, value in (first or {}).items() if name not in changes}
        names, given, clauses = {}, dict(values or {}), []
        for index, (name, value) in enumerate([*changes.items(), *first.items()]):
            names[f"#{index}"], given[f":{index}"] = name, value
            new = f"if_not_exists(#{index}, :{index})" if name in first else f":{index}"
            clauses.append(f"#{index} = {new}")
        expression = "SET " + ", ".join(clauses)
        if forget:
            names |= {f"#f{index}": name for index, name in enumerate(forget)}
            expression += " REMOVE " + ", ".join(f"#f{index}" for index in range(len(forget)))
        try:
            self._table.update_item(
                Key=key,
                UpdateExpression=expression,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=given,
                **({} if condition is None else {"ConditionExpression": condition}),
            )
        except self._conflict:
            return False
        return True


def game_key(game: Game) -> Item:
    """The key of a game's item."""
    return {"pk": f"game#{game.league}", "sk": f"{game.date.isoformat()}#{game.id}"}


def day_key(game_day: GameDay) -> Item:
    """The key of a game day's item."""
    return {"pk": f"day#{game_day.league}", "sk": game_day.date.isoformat()}


def _key(item: Mapping[str, Any]) -> Item:
    return {"pk": item["pk"], "sk": item["sk"]}
