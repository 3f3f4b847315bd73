"""Holds a vault against the truth of the season that it lived through."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gameday.simulation import truth
from gameday.simulation.calendar import LEAGUE
from gameday.simulation.season import Season
from gameday.simulation.truth import CALLED_OFF, GameTruth
from gameday.status import read
from gameday.steps import Steps
from gameday.vault import Vault
from gameday.verify import verify_vault
from lambdas.highlights.highlight import Status
from lambdas.highlights.keys import SIDECAR
from lambdas.highlights.season.games import GameState

# What holds a video, a rendition or a thumbnail of a highlight; each has one key and one version.
ONCE = ("videos/", "processed_videos/", "thumbnails/")


@dataclass(frozen=True)
class Difference:
    """Something that is not as it should be: a game, a highlight, an object or a job."""

    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.what}: {self.found}, not {self.expected}"


@dataclass(frozen=True)
class Checked:
    """What came of it. games, highlights: how many are as they should be, by state or status.

    objects, bytes: in the archive. jobs: of MediaConvert, by status.
    """

    differences: list[Difference]
    games: Mapping[str, int]
    highlights: Mapping[str, int]
    objects: int
    bytes: int
    jobs: Mapping[str, int]


def check(season: Season, vault: Vault, steps: Steps, look_back_days: int) -> Checked:
    """Compare game by game and highlight by highlight, and verify every object."""
    games = truth.games(season.games, season.ends, look_back_days)
    rows = truth.highlights(season.games, season.ends)
    first, last = season.first, max(game.fixture.day for game in season.games)
    kept_games = {item["id"]: item for item in vault.season.games(LEAGUE, first, last)}
    items = {item["id"]: item for item in vault.items()}
    jobs = Counter(job["Status"] for job in _jobs(vault))
    verified = verify_vault(vault, steps)
    playable = sum(status is Status.PLAYABLE for status in rows.values())
    differences = [
        *_of_games(games, kept_games),
        *_of_highlights(rows, items),
        *_of_calendar(games, vault),
        *_written_twice(vault),
        *(Difference(one.key, "as the ledger says", str(one.problem)) for one in verified.wrong),
    ]
    if sum(jobs.values()) != playable:
        differences.append(Difference("jobs", f"one for each of {playable} clips", str(dict(jobs))))
    return Checked(
        differences,
        games=Counter(item["state"] for item in kept_games.values()),
        highlights=Counter(item["status"] for item in items.values()),
        objects=verified.objects,
        bytes=verified.bytes,
        jobs=jobs,
    )


def _of_games(
    expected: Mapping[str, GameTruth], found: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for game_id in sorted(expected.keys() | found.keys()):
        want, item = expected.get(game_id), found.get(game_id)
        wanted = _said(want.day, want.state, want.reason) if want else "no such game"
        if item is None:
            yield Difference(f"game {game_id}", wanted, "no such game")
            continue
        reason = item.get("reason") or ""
        if want is None or (
            (item["game_date"], item["state"]) != (want.day.isoformat(), want.state)
            or want.reason not in reason
        ):
            given = _said(item["game_date"], item["state"], reason)
            yield Difference(f"game {game_id}", wanted, given)


def _of_highlights(
    expected: Mapping[str, Status], found: Mapping[str, Mapping[str, Any]]
) -> Iterator[Difference]:
    for row_id in sorted(expected.keys() | found.keys()):
        wanted = str(expected.get(row_id, "unknown"))
        item = found.get(row_id, {"status": "unknown"})
        if item["status"] != wanted:
            said = f"{item['status']} ({item.get('reason', 'no reason')})"
            yield Difference(f"highlight {row_id}", wanted, said)


def _of_calendar(expected: Mapping[str, GameTruth], vault: Vault) -> Iterator[Difference]:
    """What `gameday status` and its page show of each day; called-off games are counted apart."""
    wanted: dict[date, Counter[GameState]] = {}
    for one in expected.values():
        wanted.setdefault(one.day, Counter())[one.state] += one.reason != CALLED_OFF
    (shown,) = read(vault, vault.now()).calendar().leagues
    for day in sorted(wanted.keys() | shown.days.keys()):
        want = +wanted.get(day, Counter())
        found = +shown.days[day].games if day in shown.days else Counter()
        if want != found:
            yield Difference(f"the calendar's {day}", str(dict(want)), str(dict(found)))


def _written_twice(vault: Vault) -> Iterator[Difference]:
    """Objects of highlights with more than one version: something was done twice."""
    pages = vault.aws.client("s3").get_paginator("list_object_versions")
    versions = Counter(
        entry["Key"]
        for prefix in ONCE
        for page in pages.paginate(Bucket=vault.bucket, Prefix=prefix)
        for entry in page.get("Versions", [])
        if not SIDECAR.fullmatch(entry["Key"])
    )
    for key, count in versions.items():
        if count > 1:
            yield Difference(key, "written once", f"written {count} times")


def _jobs(vault: Vault) -> Iterator[dict[str, Any]]:
    pages = vault.aws.client("mediaconvert").get_paginator("list_jobs").paginate()
    return (job for page in pages for job in page["Jobs"])


def _said(day: object, state: str, reason: str) -> str:
    return f"{day} {state}" + (f" ({reason})" if reason else "")
