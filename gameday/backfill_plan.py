"""What a backfill is about to do and to cost, reckoned before it starts."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from gameday.cost.plan import usual_megabits
from gameday.costs import Usage, dollars_of
from gameday.meter import LOOK_BACK, Work, minutes_of, usage_of_work
from lambdas.highlights.season.rounds import CALLS_A_DAY, Calls

# A clip of which nothing is known yet: a minute and a half, as ESPN's own are, in its usual size.
USUAL_SECONDS, USUAL_LINES = 90, 360
# For each day: its child, and the two transitions of the Map Run around it.
CHILD = Usage(state_transitions=5, s3_puts=1)


@dataclass(frozen=True)
class Typical:
    """What a game day brings. clips: videos of a day. minutes: normalized; bytes: of both files.

    is_measured: whether that is what was kept so far, else it is assumed.
    """

    clips: float
    minutes: float
    bytes: float
    is_measured: bool

    @classmethod
    def of(cls, items: Iterable[Mapping[str, Any]], limit: int) -> "Typical":
        """From the highlights of a ledger. limit: the most that a day may have."""
        days, clips, minutes, size = set(), 0, 0.0, 0
        for item in items:
            days.add((item["league"], item["game_date"]))
            if "video" in item and "rendition" in item:
                clips += 1
                minutes += minutes_of(item["rendition"])
                size += int(item["video"]["bytes"]) + int(item["rendition"].get("bytes", 0))
        if clips:
            return cls(clips / len(days), minutes / clips, size / clips, True)
        made = usual_megabits(USUAL_LINES) * 1e6 / 8 * USUAL_SECONDS * 2
        return cls(limit, USUAL_SECONDS / 60, made, False)


@dataclass(frozen=True)
class Plan:
    """A backfill of one league. closed: days of the range that need no look.

    games: those that are known, which is of `days_with_games` days. days_needed: under the quota.
    """

    league: str
    first: date
    last: date
    days: int
    closed: int
    games: int
    days_with_games: int
    calls: int
    calls_now: int
    days_needed: int
    clips: int
    transcode_minutes: float
    gigabytes: float
    dollars: float
    dollars_a_month: float
    is_measured: bool

    def as_json(self) -> dict[str, Any]:
        """The plan, its days as ISO 8601."""
        return json.loads(json.dumps(asdict(self), default=str))


def plan(
    league: str,
    first: date,
    last: date,
    *,
    due: int,
    games: Mapping[str, int],
    typical: Typical,
    calls: Calls,
    calls_a_day: int,
) -> Plan:
    """The plan for `due` days of the range.

    games: how many are known of each day. calls: those that may be made now; calls_a_day: in a
    whole day, when only the backfill makes any.
    """
    clips = round(typical.clips * due)
    minutes = clips * typical.minutes
    used = usage_of_work(
        Work(
            known=clips,
            new=clips,
            tried=clips,
            stored=clips,
            renditions=clips,
            minutes=minutes,
            sidecars=clips,
            backup=True,
        )
    )
    gigabytes = clips * typical.bytes / 1e9
    return Plan(
        league=league,
        first=first,
        last=last,
        days=due,
        closed=(last - first).days + 1 - due,
        games=sum(games.values()),
        days_with_games=len(games),
        calls=due * CALLS_A_DAY,
        calls_now=calls.left,
        days_needed=days_needed(due, calls.left, calls_a_day),
        clips=clips,
        transcode_minutes=round(minutes, 1),
        gigabytes=round(gigabytes, 2),
        dollars=round(dollars_of(used + (LOOK_BACK + CHILD * due)), 2) if due else 0.0,
        dollars_a_month=round(dollars_of(Usage(object_gigabyte_months=gigabytes)), 3),
        is_measured=typical.is_measured,
    )


def days_needed(due: int, calls_now: int, calls_a_day: int) -> int:
    """Over how many days the calls for `due` days spread; today is the first."""
    left = due - (calls_now + 1) // CALLS_A_DAY
    each = max(1, (calls_a_day + 1) // CALLS_A_DAY)
    return 0 if not due else 1 + max(0, -(-left // each))


def print_plan(found: Plan, console: Console) -> None:
    """The plan in lines, for somebody who is then asked."""
    console.print(Text(f"{found.league} · {found.first} to {found.last}", "bold"), soft_wrap=True)
    for label, said in _lines(found):
        console.print(Text(f"  {label:<16}{said}"), soft_wrap=True)


def _lines(found: Plan) -> list[tuple[str, str]]:
    days = f"{found.days:,} to look at"
    if found.closed:
        days += f", {found.closed:,} done already"
    if not found.days:
        return [("days", days)]
    known = f"{found.games:,} known, of {found.days_with_games:,} of these days"
    basis = "by what was kept so far" if found.is_measured else "at most; clips of 90 s assumed"
    when = "today" if found.days_needed == 1 else f"{found.days_needed:,} days, for want of calls"
    return [
        ("days", days),
        ("games", known if found.days_with_games else "not known yet"),
        ("provider calls", f"about {found.calls:,}; {found.calls_now:,} may be made today"),
        ("clips", f"about {found.clips:,}, {basis}"),
        ("transcoding", f"about {found.transcode_minutes:,.0f} normalized minutes"),
        ("storage", f"about {found.gigabytes:,.2f} GB"),
        ("cost on AWS", f"about ${found.dollars:,.2f}, then ${found.dollars_a_month:,.3f} a month"),
        ("takes", when),
    ]


def calls_of(used: Mapping[str, Any], budget: int, held: int, now: datetime) -> tuple[Calls, int]:
    """The calls that may be made now, and those of a whole day."""
    limit = used.get("calls_limit")
    whole = budget if limit is None else min(budget, int(limit))
    return Calls.of(used, budget, held, now), max(1, whole - held)
