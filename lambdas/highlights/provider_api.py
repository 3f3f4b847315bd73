"""One request to the Sport Highlights API, and what its refusals mean.

The endpoints are siblings of /highlights, whose address is a setting:
https://highlightly.net/documentation/basketball
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
from lambdas.highlights.highlight import one_line

HIGHLIGHTS = "highlights"
LARGEST_ANSWER = 2_000_000  # bytes; 40 rows are some 80 kB, and JSON takes 25 times its length
TIMEOUT = urllib3.Timeout(connect=10, read=30)
LARGEST_NUMBER = 10**9  # of rows or requests; what says more counts neither


@dataclass(frozen=True)
class Answer:
    """A body as it came. calls_left: requests left of the day's quota, where the provider says."""

    body: bytes
    calls_left: int | None


@dataclass(frozen=True)
class Page:
    """rows: of one answer, each an object. total: how many there are in all, if it says so."""

    rows: list[dict[str, Any]]
    total: int | None


@dataclass(frozen=True)
class ProviderApi:
    """The API beside `url`, its /highlights endpoint.

    http: a urllib3 pool manager. host: the RapidAPI host header, or "" without RapidAPI.
    meter: of what each request spends of the day's quota.
    """

    http: urllib3.PoolManager
    url: str
    host: str
    key: str
    meter: CallMeter = UNMETERED

    def has(self, endpoint: str) -> bool:
        """Whether the address of `endpoint` is known, as it is beside one that ends alike."""
        return endpoint == HIGHLIGHTS or self.url.rstrip("/").endswith(f"/{HIGHLIGHTS}")

    def get(
        self, endpoint: str, fields: Mapping[str, str], timeout: urllib3.Timeout = TIMEOUT
    ) -> Answer:
        """The answer of `endpoint`, such as "highlights"; every request goes here.

        Raises ProviderUnavailable, ProviderRefusedKey, ProviderQuotaExceeded, ProviderBudgetSpent,
        ProviderRefusedRequest, UnexpectedAnswer.
        """
        headers = {"x-rapidapi-key": self.key, "accept": "application/json"}
        if self.host:
            headers["x-rapidapi-host"] = self.host
        self.meter.before_call()
        try:
            answer = self.http.request(
                "GET",
                self._address(endpoint),
                fields=fields,
                headers=headers,
                timeout=timeout,
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
        return Answer(body, left)

    def _address(self, endpoint: str) -> str:
        if endpoint == HIGHLIGHTS:
            return self.url
        return self.url.rstrip("/").removesuffix(HIGHLIGHTS) + endpoint

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


def read_page(body: bytes, what: str) -> Page:
    """One answer of many rows. what: they are, such as "highlights". Raises UnexpectedAnswer."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise UnexpectedAnswer("the provider's answer is not JSON; check provider_url") from None
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswer(
            f'the provider\'s answer has no "data" list of {what}; check provider_url'
        )
    pagination = answer.get("pagination")
    total = _number(pagination.get("totalCount")) if isinstance(pagination, dict) else None
    return Page(rows, total)


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
