"""A row of the table: what a URL answers, and what the archive must hold afterwards."""

import re
from dataclasses import dataclass

from tests.hostile.scripts import answer
from tests.hostile.server import Script

ATTEMPTS = 5  # one, and four retries
SECRET = "hunter2"  # stands in signed URLs and logins, and nowhere that is shown


@dataclass(frozen=True)
class Case:
    """A URL of a game day, and what becomes of its highlight; none leaves an upload open.

    status, reason: of the highlight; reason is a pattern, and None where the video is kept.
    stores: the name of the file that stands in the bucket. requests: that the server saw, or the
    fewest and the most. path: below the case's. url: instead of one on the server.
    """

    name: str
    serve: Script
    status: str
    reason: str | None = None
    stores: str | None = None
    requests: int | tuple[int, int] = 1
    path: str = "clip.mp4"
    url: str = "{url}/{name}/{path}"

    @property
    def slug(self) -> str:
        """The name as a path."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", self.name).strip("-.")


def kept(
    name: str,
    serve: Script,
    stores: str = "clip.mp4",
    requests: int | tuple[int, int] = 1,
    path: str = "clip.mp4",
) -> Case:
    """A video that is stored, byte for byte."""
    return Case(name, serve, "playable", None, stores, requests, path)


def link(name: str, serve: Script, reason: str, requests: int = 1) -> Case:
    """A URL that leads to no file that is kept."""
    return Case(name, serve, "link_only", reason, None, requests)


def lost(
    name: str,
    serve: Script,
    reason: str,
    requests: int | tuple[int, int] = 1,
    path: str = "clip.mp4",
) -> Case:
    """A video that is not there, or no video."""
    return Case(name, serve, "unavailable", reason, None, requests, path)


def failed(
    name: str, serve: Script, reason: str, requests: int | tuple[int, int] = ATTEMPTS
) -> Case:
    """What a later run may mend. The runtime writes of such a function; its URL has a signature."""
    return Case(name, serve, "failed", reason, None, requests, f"clip.mp4?token={SECRET}")


def unasked(name: str, url: str, status: str, reason: str) -> Case:
    """A URL that gets no request."""
    return Case(name, answer("200 OK"), status, reason, None, 0, url=url)
