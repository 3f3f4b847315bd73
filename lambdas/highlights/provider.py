"""Asks the Sport Highlights API for one league's game day.

The request and the answer follow the provider's documentation, and what client libraries
report of live answers: https://highlightly.net/documentation/basketball
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import urllib3

from lambdas.highlights.call_meter import UNMETERED, CallMeter
from lambdas.highlights.errors import (
    ProviderQuotaExceeded,
    ProviderRefusedKey,
    ProviderRefusedRequest,
    ProviderUnavailable,
    UnexpectedAnswer,
)
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.highlight import highlight_id, is_of_league, one_line

LARGEST_ANSWER = 2_000_000  # bytes; 40 rows are some 80 kB, and JSON takes 25 times its length
TIMEOUT = urllib3.Timeout(connect=10, read=30)
LARGEST_PAGE = 40  # rows; the provider refuses more
MOST_PAGES = 20
LARGEST_NUMBER = 10**9  # of rows or requests; what says more counts neither


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


@dataclass(frozen=True)
class Provider:
    """The provider's /highlights endpoint.

    http: a urllib3 pool manager. host: the RapidAPI host header, or "" without RapidAPI.
    meter: of what each request spends of the day's quota.
    """

    http: urllib3.PoolManager
    url: str
    host: str
    key: str
    meter: CallMeter = UNMETERED

    def list_highlights(self, game_day: GameDay, time_zone: str, limit: int) -> Listing:
        """The first `limit` different highlights of `game_day`, as many pages as that takes.

        Pages may repeat rows and hold rows of other leagues. Raises ProviderUnavailable,
        ProviderRefusedKey, ProviderQuotaExceeded, ProviderBudgetSpent, ProviderRefusedRequest,
        UnexpectedAnswer.
        """
        rows: dict[str, dict[str, Any]] = {}
        answers: list[bytes] = []
        offset, size, listed, calls_left = 0, limit, 0, None
        while len(answers) < MOST_PAGES:
            body, calls_left = self._page(game_day, time_zone, size, offset)
            page, total = _read_page(body)
            answers.append(body)
            identified = [(row_id, row) for row in page if (row_id := highlight_id(row))]
            if page and not identified:
                raise UnexpectedAnswer(
                    "the provider's highlights have neither id nor url; check provider_url"
                )
            for row_id, row in identified:
                if is_of_league(row, game_day.league):
                    rows.setdefault(row_id, row)
            offset += len(page)
            listed = offset if total is None else total
            is_last = len(page) < size if total is None else offset >= total
            if not page or is_last or len(rows) >= limit:
                break
            size = LARGEST_PAGE  # the first page was not enough, and each one costs a call
        return Listing(list(rows.values())[:limit], answers, listed, calls_left)

    def _page(
        self, game_day: GameDay, time_zone: str, limit: int, offset: int
    ) -> tuple[bytes, int | None]:
        fields = {
            "leagueName": game_day.league,
            "date": game_day.date.isoformat(),
            "timezone": time_zone,
            "limit": str(limit),
            "offset": str(offset),
        }
        return self._get(self.url, fields)

    def _get(self, url: str, fields: dict[str, str]) -> tuple[bytes, int | None]:
        """The body of one answer, and the requests left of the day; every request goes here."""
        headers = {"x-rapidapi-key": self.key, "accept": "application/json"}
        if self.host:
            headers["x-rapidapi-host"] = self.host
        self.meter.before_call()
        try:
            answer = self.http.request(
                "GET",
                url,
                fields=fields,
                headers=headers,
                timeout=TIMEOUT,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                body = answer.read(LARGEST_ANSWER + 1)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            raise ProviderUnavailable(
                f"the provider at {self._name} could not be reached: {_why(error)}"
            ) from error
        self._check_status(answer.status, body)
        if len(body) > LARGEST_ANSWER:
            raise UnexpectedAnswer(f"the provider's answer is over {LARGEST_ANSWER:,} bytes")
        limit, left = _quota(answer.headers)
        self.meter.after_call(limit, left)
        return body, left

    @property
    def _name(self) -> str:
        return urllib3.util.parse_url(self.url).netloc or self.url

    def _check_status(self, status: int, body: bytes) -> None:
        if status == 200:
            return
        said = _message(body, self.key)
        if status == 401:
            raise ProviderRefusedKey(
                f"the provider at {self._name} refused the key ({said}); put a valid key "
                "into the provider secret"
            )
        if status == 403:
            raise ProviderRefusedKey(
                f"the provider at {self._name} refused the request ({said}); subscribe the key "
                "to this API, or put another into the provider secret"
            )
        if status == 429 and any(word in said.lower() for word in ("daily", "quota", "breached")):
            goes_on = self.meter.used_up()
            when = "run again tomorrow" if goes_on is None else f"it goes on at {_minute(goes_on)}"
            raise ProviderQuotaExceeded(
                f"the provider's requests of the day are used up ({said}); {when}, "
                "or at once with a larger plan"
            )
        if status in (408, 425, 429) or status >= 500:
            raise ProviderUnavailable(f"the provider at {self._name} answered {status} ({said})")
        if 300 <= status < 400:
            raise UnexpectedAnswer(
                f"the provider at {self._name} redirects ({status}), and the key is not sent "
                "elsewhere; set provider_url to the final address"
            )
        raise ProviderRefusedRequest(
            f"the provider at {self._name} refused the request with {status} ({said}); "
            "check provider_url and the league's name"
        )


def _read_page(body: bytes) -> tuple[list[dict[str, Any]], int | None]:
    """The rows of one answer and how many the provider says there are in all, if it does."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise UnexpectedAnswer("the provider's answer is not JSON; check provider_url") from None
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswer(
            'the provider\'s answer has no "data" list of highlights; check provider_url'
        )
    pagination = answer.get("pagination")
    total = _number(pagination.get("totalCount")) if isinstance(pagination, dict) else None
    return rows, total


def _number(value: Any) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return max(0, number) if number <= LARGEST_NUMBER else None


def _quota(headers: Mapping[str, str]) -> tuple[int | None, int | None]:
    """The requests of a day, and those left of them, where an answer's headers tell credibly."""
    limit, left = (
        int(text) if re.fullmatch("[0-9]{1,9}", text := headers.get(name, "").strip()) else None
        for name in ("x-ratelimit-requests-limit", "x-ratelimit-requests-remaining")
    )
    return (None, None) if limit == 0 else (limit, left)


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _message(body: bytes, key: str) -> str:
    """What a refusal says, in at most 200 characters on one line, without the key."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = body[:1_000].decode("utf-8", "replace")
    if isinstance(answer, dict):
        answer = answer.get("message") or answer.get("error")
    if isinstance(answer, list):
        answer = "; ".join(part for part in answer if isinstance(part, str))
    if not isinstance(answer, str) or "<" in answer:
        answer = ""
    line = one_line(answer.replace(key, "(the key)") if key else answer)
    return line[:200].rstrip() or "no reason given"


def _why(error: Exception) -> str:
    reason = error.__cause__ or error
    return f"{type(reason).__name__}: {str(reason).split(': ')[-1]}"[:200]
