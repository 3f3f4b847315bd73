"""The pages of an exported season: one that leads to its game days, and one for each of these."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from gameday.page import Media, environment, render_page
from gameday.season.layout import page_path, season_of
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import Status
from lambdas.highlights.run_record import count_statuses, shown_highlight

Files = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Day:
    """A game day as the season's page shows it. bytes: of its playable videos."""

    game_day: GameDay
    playable: int
    others: int
    bytes: int

    @property
    def page(self) -> str:
        return quote(page_path(self.game_day))


def day_page(
    game_day: GameDay, items: Sequence[Mapping[str, Any]], files: Mapping[str, Files]
) -> str:
    """The page of a game day; files: those of each highlight that were exported, by its id."""
    shown, media = [], {}
    for item in items:
        highlight = shown_highlight(item)
        names = files[item["id"]]
        if highlight["status"] == Status.PLAYABLE and "rendition" not in names:
            highlight |= {"status": "failed", "reason": "its video could not be exported"}
        elif highlight["status"] == Status.PLAYABLE:
            poster = names.get("thumbnail", {}).get("path")
            media[item["id"]] = Media(
                f"../../{quote(names['rendition']['path'])}",
                f"../../{quote(poster)}" if poster else "",
            )
        shown.append(highlight)
    record = {
        "league": game_day.league,
        "game_date": game_day.date.isoformat(),
        "counts": count_statuses(one["status"] for one in shown),
        "highlights": shown,
    }
    return render_page(record, media, season_page="../../index.html")


def summary(game_day: GameDay, items: Iterable[Mapping[str, Any]]) -> Day:
    """What the season's page says of a day."""
    items = list(items)
    statuses = Counter(item["status"] for item in items)
    playable = statuses[Status.PLAYABLE]
    size = sum(int(item["rendition"]["bytes"]) for item in items if "rendition" in item)
    return Day(game_day, playable, len(items) - playable, size)


def season_page(days: Iterable[Day]) -> str:
    """The page that leads to all days, newest season first."""
    groups: dict[tuple[int, str], list[Day]] = {}
    for day in days:
        key = (-season_of(day.game_day.date), day.game_day.league)
        groups.setdefault(key, []).append(day)
    template = environment().get_template("season.html")
    return template.render(
        groups=[
            (f"{league} {-year}–{(1 - year) % 100:02}", sorted(found, key=_by_date))
            for (year, league), found in sorted(groups.items())
        ]
    )


def _by_date(day: Day) -> str:
    return day.game_day.date.isoformat()
