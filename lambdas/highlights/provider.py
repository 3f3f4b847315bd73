"""Asks the Sport Highlights API for one league's game day: its highlights, and its games.

The requests and the answers follow the provider's documentation, and what client libraries
report of live answers: https://highlightly.net/documentation/basketball
"""

from dataclasses import dataclass
from typing import Any

import urllib3

from lambdas.highlights.call_meter import UNMETERED, CallMeter
from lambdas.highlights.errors import UnexpectedAnswer
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import highlight_id, is_of_league
from lambdas.highlights.provider_api import HIGHLIGHTS, ProviderApi, read_page
from lambdas.highlights.season.games import Game, is_on

LARGEST_PAGE = 40  # rows; the provider refuses more
LARGEST_MATCHES_PAGE = 100  # likewise
MOST_PAGES = 20
MOST_MATCH_PAGES = 5  # no league plays 500 games a day
# Less than for highlights: a run goes on without the games, and waits for nothing needlessly.
MATCHES_TIMEOUT = urllib3.Timeout(connect=5, read=10)


@dataclass(frozen=True)
class Listing:
    """What the provider lists for a game day.

    rows: different highlights of the league, at most the limit asked for.
    answers: the bodies as they came. listed: how many the provider says there are.
    calls_left: requests left of the day's quota, where the provider says so.
    """

    rows: list[dict[str, Any]]
    answers: list[bytes]
    listed: int
    calls_left: int | None


NOT_ASKED = Listing(rows=[], answers=[], listed=0, calls_left=None)


@dataclass(frozen=True)
class MatchListing:
    """The games that the provider lists for a game day, each once. answers: the bodies."""

    games: list[Game]
    answers: list[bytes]


class Provider:
    """The provider, by its /highlights endpoint; arguments as in `ProviderApi`."""

    def __init__(
        self,
        http: urllib3.PoolManager,
        url: str,
        host: str,
        key: str,
        meter: CallMeter = UNMETERED,
    ):
        self._api = ProviderApi(http, url, host, key, meter)

    def list_highlights(self, game_day: GameDay, time_zone: str, limit: int) -> Listing:
        """The first `limit` different highlights of `game_day`, as many pages as that takes.

        Pages may repeat rows and hold rows of other leagues. Raises what `ProviderApi.get` does.
        """
        rows: dict[str, dict[str, Any]] = {}
        answers: list[bytes] = []
        offset, size, listed, calls_left = 0, limit, 0, None
        while len(answers) < MOST_PAGES:
            asked = _fields(game_day, time_zone, size, offset)
            answer = self._api.get(HIGHLIGHTS, asked)
            page, calls_left = read_page(answer.body, "highlights"), answer.calls_left
            answers.append(answer.body)
            identified = [(row_id, row) for row in page.rows if (row_id := highlight_id(row))]
            if page.rows and not identified:
                raise UnexpectedAnswer(
                    "the provider's highlights have neither id nor url; check provider_url"
                )
            for row_id, row in identified:
                if is_of_league(row, game_day.league):
                    rows.setdefault(row_id, row)
            offset += len(page.rows)
            listed = offset if page.total is None else page.total
            is_last = len(page.rows) < size if page.total is None else offset >= page.total
            if not page.rows or is_last or len(rows) >= limit:
                break
            size = LARGEST_PAGE  # the first page was not enough, and each one costs a call
        return Listing(list(rows.values())[:limit], answers, listed, calls_left)

    @property
    def lists_games(self) -> bool:
        """Whether the address of /matches is known."""
        return self._api.has("matches")

    def list_games(self, game_day: GameDay, time_zone: str) -> MatchListing:
        """The games of `game_day`, all pages read; likewise."""
        games: dict[str, Game] = {}
        answers: list[bytes] = []
        offset, size = 0, LARGEST_MATCHES_PAGE
        while len(answers) < MOST_MATCH_PAGES:
            asked = _fields(game_day, time_zone, size, offset)
            answer = self._api.get("matches", asked, MATCHES_TIMEOUT)
            page = read_page(answer.body, "matches")
            answers.append(answer.body)
            known = [(row, game) for row in page.rows if (game := Game.from_match(row, game_day))]
            if page.rows and not known:
                raise UnexpectedAnswer("the provider's matches name no teams; check provider_url")
            for row, game in known:
                is_ours = is_of_league({"match": row}, game_day.league)
                if is_ours and is_on(row, game_day, time_zone):
                    games.setdefault(game.id, game)
            offset += len(page.rows)
            is_last = len(page.rows) < size if page.total is None else offset >= page.total
            if not page.rows or is_last:
                return MatchListing(list(games.values()), answers)
        raise UnexpectedAnswer(
            f"the provider lists more than {offset:,} games of {game_day.league} {game_day.date}"
        )


def _fields(game_day: GameDay, time_zone: str, limit: int, offset: int) -> dict[str, str]:
    return {
        "leagueName": game_day.league,
        "date": game_day.date.isoformat(),
        "timezone": time_zone,
        "limit": str(limit),
        "offset": str(offset),
    }
