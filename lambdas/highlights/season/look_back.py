"""What LookBack does next, from what the season table knows: its rules, put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lambdas.highlights.season import due
from lambdas.highlights.season.asked import Backfill, Scheduled
from lambdas.highlights.season.caps import Caps
from lambdas.highlights.season.lock import OUTLIVED
from lambdas.highlights.season.progress import Progress
from lambdas.highlights.season.rounds import (
    Calls,
    Next,
    Step,
    kept_back,
    next_step,
    room_again,
    summary,
)
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.usage import Usage


@dataclass(frozen=True)
class Rules:
    """The settings of looking back; what each means stands in `stacks/settings.py`.

    leagues: how many are followed. calendar: when games are played, men's and women's.
    """

    leagues: int
    look_back_days: int
    provider_calls_per_day: int
    caps: Caps
    calendar: due.Calendar

    @property
    def kept_back(self) -> int:
        """Provider calls of a day that a backfill leaves to the scheduled looks."""
        return kept_back(self.provider_calls_per_day, self.leagues, self.look_back_days)


@dataclass(frozen=True)
class Choice:
    """What is done next, how far it is then, and that in a sentence."""

    next: Next
    progress: Progress
    summary: str
    succeeded: bool


class LookBack:
    """One execution's view of the season. is_running: tells of an execution's ARN."""

    def __init__(
        self,
        asked: Scheduled | Backfill,
        rules: Rules,
        *,
        season: Season,
        usage: Usage,
        is_running: Callable[[str], bool | None],
    ):
        self._asked = asked
        self._rules = rules
        self._season = season
        self._usage = usage
        self._is_running = is_running

    def choose(
        self, progress: Progress, *, stopped: str | None, started: datetime, now: datetime
    ) -> Choice:
        """What to do next.

        stopped: the error by which the last round was stopped. started: when the execution was.
        """
        used = self._usage.day(now.date())
        room_at = room_again(used, self._usage.month(f"{now:%Y-%m}"), self._rules.caps, now)
        known = self._known()
        found = self._due(known, room_at is None, now)
        in_use = {day for day in found if day in known and self._is_in_use(known[day], now)}
        paused = [day for day in found if day in known and due.is_paused(known[day])]
        left = [day for day in found if day not in in_use and progress.may_try(day)]
        is_backfill = isinstance(self._asked, Backfill)
        if stopped:
            chosen = Next(Step.DONE, left=len(left))
        else:
            chosen = next_step(
                due.in_order(left, progress.failed_days),
                self._calls(used, now),
                may_wait=is_backfill,
                started=started,
                now=now,
            )
            if chosen.step is Step.DONE and is_backfill and progress.may_wait_for_room(len(paused)):
                chosen = Next(Step.WAIT, until=room_at or now)
                progress = progress.waiting_for_room(paused)
        said = summary(
            chosen,
            progress,
            in_use=len(in_use),
            paused=len(paused),
            closed=sum("closed_at" in item for item in known.values()),
            stopped=stopped,
        )
        return Choice(chosen, progress, said, succeeded=not progress.failed and not stopped)

    def _known(self) -> dict[date, dict[str, Any]]:
        """What is known of the days that may be due, by date."""
        asked = self._asked
        if isinstance(asked, Backfill):
            first, last = asked.first, asked.last
        else:
            first, last = due.first_of_interest(asked.today), asked.today
        items = self._season.days(asked.league, first, last)
        return {date.fromisoformat(item["game_date"]): item for item in items}

    def _due(self, known: Mapping[date, dict[str, Any]], room: bool, now: datetime) -> list[date]:
        asked = self._asked
        if isinstance(asked, Backfill):
            return due.days_of_range(known, first=asked.first, last=asked.last, now=now)
        return due.due_days(
            known,
            today=asked.today,
            look_back_days=self._rules.look_back_days,
            calendar=self._rules.calendar,
            room=room,
            now=now,
        )

    def _calls(self, used: Mapping[str, Any], now: datetime) -> Calls:
        held = self._rules.kept_back if isinstance(self._asked, Backfill) else 0
        return Calls.of(used, self._rules.provider_calls_per_day, held, now)

    def _is_in_use(self, day: Mapping[str, Any], now: datetime) -> bool:
        """Whether another execution works on the day right now."""
        if not due.is_held(day) or now - datetime.fromisoformat(day["lock_taken_at"]) > OUTLIVED:
            return False
        return bool(self._is_running(day["lock_holder"]))
