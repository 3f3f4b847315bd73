"""A stand-in for the Sport Highlights API's basketball endpoints, and a host for its clips.

Parameters, envelope and headers are those of https://highlightly.net/documentation/basketball and
of answers that its clients saw; the texts of 401, 403 and 429 are RapidAPI's. Of the provider's
own refusals only "property … should not exist" is known word for word.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from enum import Enum
from itertools import chain, repeat
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import unquote

from gameday.embedded.loopback_server import Answer, Ending, LoopbackServer, Request
from gameday.embedded.provider_endpoints import ENDPOINTS, leagues_of, matches_of, with_repeats

API_PATH = "/basketball/"
HIGHLIGHTS_PATH = f"{API_PATH}highlights"
MATCHES_PATH = f"{API_PATH}matches"
MEDIA_PATH = "/media/"


def _json(status: int, body: object) -> Answer:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return Answer(status, json.dumps(body).encode(), headers)


def _message(status: int, text: str) -> Answer:
    return _json(status, {"message": text})


def _html(status: int, text: str) -> Answer:
    page = f"<!DOCTYPE html>\n<html><title>{text}</title><h1>{text}</h1></html>\n"
    return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


class Fault(Enum):
    """What can be made to go wrong: another answer, or the right one with a bad ending."""

    DAILY_QUOTA = _message(
        429,
        "You have exceeded the DAILY quota for Requests on your current plan, BASIC. Upgrade your "
        "plan at https://rapidapi.com/highlightly-api/api/sport-highlights-api",
    )
    PER_SECOND_LIMIT = _message(
        429,
        "You have exceeded the rate limit per second for your plan, BASIC, by the API provider",
    )
    NOT_SUBSCRIBED = _message(403, "You are not subscribed to this API.")
    NOT_FOUND = _html(404, "Not Found")
    SERVER_ERROR = _message(500, "Internal server error")
    WRONG_SHAPE = _json(200, {"highlights": []})
    HTML_PAGE = _html(200, "Sign in to continue")
    TRUNCATED = Ending.TRUNCATED
    RESET = Ending.RESET
    STALLED = Ending.STALLED
    TRICKLING = Ending.TRICKLING
    ENDLESS = Ending.ENDLESS


@dataclass(frozen=True)
class Media:
    """A file served under /media/; `bytes_per_second` slows it down."""

    path: Path
    content_type: str = "video/mp4"
    bytes_per_second: int | None = None


@dataclass(frozen=True)
class Redirect:
    """An address under /media/ that answers 302 to `location`."""

    location: str


class Provider(LoopbackServer):
    """The provider, serving while in its `with` block.

    highlights: the rows it knows, in the documented shape; may be changed at any time.
    key: the only x-rapidapi-key accepted.
    media: what is served under /media/, by the rest of the path; may be changed at any time.
    port: 0 for any free one. Raises OSError when it is taken.
    daily_quota: requests answered before 429; those refused for their key do not count.
    leaked_leagues: leagues whose rows come along whatever leagueName asks for, as was seen.
    repeat_rows: each page but the first begins with the last row of the one before; that pages
        share rows was seen too.

    url: of the endpoint. base_url: of the server. requests: all that arrived so far.
    """

    def __init__(
        self,
        highlights: Sequence[dict[str, Any]] = (),
        *,
        key: str,
        media: Mapping[str, Media | Redirect] | None = None,
        port: int = 0,
        daily_quota: int = 100,
        leaked_leagues: Collection[str] = (),
        repeat_rows: bool = False,
    ) -> None:
        super().__init__(self._answer, port)
        self.url = self.base_url + HIGHLIGHTS_PATH
        self.highlights = list(highlights)
        self.matches: list[dict[str, Any]] | None = None
        self.media = dict(media or {})
        self.requests: list[Request] = []
        self._key = key
        self._daily_quota, self._used = daily_quota, 0
        self._leaked_leagues, self._repeat_rows = leaked_leagues, repeat_rows
        self._faults: dict[str, Iterator[Fault]] = {}
        self._lock = Lock()

    def fail_next(
        self, fault: Fault, *, times: int | None = 1, path: str = HIGHLIGHTS_PATH
    ) -> None:
        """Make the next `times` requests for `path` fail, after failures set before.

        `times` None: every request from then on.
        """
        failures = repeat(fault) if times is None else repeat(fault, times)
        with self._lock:
            self._faults[path] = chain(self._faults.get(path, ()), failures)

    def forgive(self) -> None:
        """Forget the failures that were set and have not come to pass."""
        with self._lock:
            self._faults.clear()

    def _answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            fault = next(self._faults.get(request.path, iter(())), None)
        if request.path.startswith(MEDIA_PATH):
            answer = self._media_answer(unquote(request.path.removeprefix(MEDIA_PATH)))
        else:
            answer = self._api_answer(request)
        if fault is None:
            return answer
        if isinstance(fault.value, Ending):
            return replace(answer, ending=fault.value)
        return fault.value

    def _media_answer(self, name: str) -> Answer:
        media = self.media.get(name)
        if media is None:
            return Fault.NOT_FOUND.value
        if isinstance(media, Redirect):
            return Answer(302, headers={"Location": media.location})
        facts = media.path.stat()
        headers = {
            "Content-Type": media.content_type,
            "Accept-Ranges": "bytes",
            "ETag": f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"',
            "Last-Modified": formatdate(facts.st_mtime, usegmt=True),
        }
        return Answer(200, media.path, headers, media.bytes_per_second)

    def _api_answer(self, request: Request) -> Answer:
        if request.headers.get("x-rapidapi-key") != self._key:
            text = "Invalid API key. Go to https://docs.rapidapi.com/docs/keys for more info."
            return _message(401, text)
        if request.path.removeprefix(API_PATH) not in ENDPOINTS:
            return _message(404, f"Endpoint '{request.path}' does not exist")
        with self._lock:
            exhausted = self._used >= self._daily_quota
            self._used += not exhausted
            remaining = self._daily_quota - self._used
        answer = Fault.DAILY_QUOTA.value if exhausted else self._page(request)
        quota = {
            "x-ratelimit-requests-limit": str(self._daily_quota),
            "x-ratelimit-requests-remaining": str(remaining),
        }
        return replace(answer, headers={**answer.headers, **quota})

    def _page(self, request: Request) -> Answer:
        name = request.path.removeprefix(API_PATH)
        endpoint, query = ENDPOINTS[name], request.query
        problem = endpoint.problem(query)
        if problem:
            return _message(400, problem)
        limit, offset = endpoint.page(query)
        rows = endpoint.selected(self._rows(name), query, self._leaked_leagues)
        if self._repeat_rows:
            rows = with_repeats(rows, limit)
        plan = {"tier": "BASIC", "message": "Some results might be hidden with FREE tier"}
        pagination = {"totalCount": len(rows), "offset": offset, "limit": limit}
        data = rows[offset : offset + limit]
        return _json(200, {"data": data, "pagination": pagination, "plan": plan})

    def _rows(self, name: str) -> list[dict[str, Any]]:
        """Every row of the endpoint `name`."""
        if name == "highlights":
            return self.highlights
        matches = matches_of(self.highlights) if self.matches is None else self.matches
        return matches if name == "matches" else leagues_of(matches)
