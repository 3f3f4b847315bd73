"""A season for the calendar: rows as the functions write them, and highlights of the ledger."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from gameday.calendar.reading import Asked, Calendar, Reading
from lambdas.highlights.season.season import Season
from tests.unit.fakes.sorted_table import SortedTable

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
WINTER = frozenset((11, 12, 1, 2, 3, 4))


class CalendarVault:
    """Makes days and games of a league, and reads their calendar."""

    def __init__(self, league: str = "NCAA"):
        self.league = league
        self.table = SortedTable()
        self.highlights: list[dict[str, Any]] = []

    def look(self, day: str, looked_at: str | None = "2026-01-19T14:30:00+00:00") -> None:
        """A day that was looked at; None: a look that came to nothing."""
        Season(self.table).note_league(self.league)
        row = {"pk": f"day#{self.league}", "sk": day, "league": self.league, "game_date": day}
        self.table.put_item(Item=row if looked_at is None else row | {"looked_at": looked_at})

    def game(self, day: str, id_: str, state: str, reason: str | None = None, **facts: Any) -> None:
        """A game of a day, which was looked at."""
        if ("day#" + self.league, day) not in self.table.items:
            self.look(day)
        row = {"pk": f"game#{self.league}", "sk": f"{day}#{id_}", "id": id_}
        row |= {"league": self.league, "game_date": day, "state": state, "closed": False}
        row |= {"home_team": f"Home {id_}", "away_team": f"Away {id_}"}
        row |= {} if reason is None else {"reason": reason}
        self.table.put_item(Item=row | facts)

    def highlight(self, day: str, id_: str, status: str, **facts: Any) -> None:
        """A highlight of a day, backed up; of the match `m<id_>` unless `facts` say another."""
        item = {
            "id": id_,
            "league": self.league,
            "game_date": day,
            "title": f"Highlights {id_}",
            "status": status,
            "updated_at": "2026-01-19T14:31:00.000000+00:00",
            "match_id": f"m{id_}",
            "home_team": f"Home {id_}",
            "away_team": f"Away {id_}",
        }
        item["backed_up"] = {"name": "a-backup", "updated_at": item["updated_at"]}
        item |= facts
        self.highlights.append({n: value for n, value in item.items() if value is not None})

    def reading(self, now: datetime = NOW, leagues: tuple[str, ...] = ()) -> Reading:
        asked = Asked(now, timedelta(days=3), WINTER, leagues)
        return Reading(Season(self.table), iter(self.highlights), asked)

    def calendar(self, now: datetime = NOW, season: int | None = None) -> Calendar:
        return self.reading(now).calendar(season)


def a_day(text: str) -> date:
    return date.fromisoformat(text)
