"""Which days LookBack looks at next, from what is known of the season and what calls are left."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from botocore.exceptions import ClientError

from lambdas import clients
from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import days_key, results_prefix
from lambdas.highlights.ledger import moment
from lambdas.highlights.season import due
from lambdas.highlights.season.asked import Backfill, Scheduled, asked_of
from lambdas.highlights.season.progress import Outcome, Progress, outcomes_of, result_files
from lambdas.highlights.season.rounds import (
    Calls,
    Next,
    Step,
    kept_back,
    next_step,
    room_again,
    summary,
    tolerated,
)
from lambdas.highlights.season.season import Season
from lambdas.highlights.season.usage import Usage
from lambdas.look_back_settings import LookBackSettings
from lambdas.objects import Objects
from lambdas.step import Context, Event, logger, step

LONGEST_SLUG = 40  # characters of a league in an execution's name, which may have 80


@step
def handler(event: Event, _: Context) -> Event:
    """`{"input", "execution", "started", "round", "progress", "ended"}` to the next round.

    ended: what came of the round's Map Run; `{}` before the first and after a wait, and
    `{"Error", "Cause"}` of one that was stopped, as one is in which too many days fail.
    Of the answer `next` is `run`, `wait` or `done`, and `round`, `progress` and `ended` go into
    the next call.
    """
    settings, now = LookBackSettings.from_env(), datetime.now(UTC)
    asked = asked_of(event["input"], settings.time_zone, now)
    logger.append_keys(league=asked.league)
    execution, number, ended = event["execution"], event["round"], event["ended"]
    progress = Progress.of(event["progress"])
    if ended:
        progress = progress.after(_outcomes(settings.bucket_name, execution, number))
    season = clients.table(settings.season_table)
    usage = Usage(season)
    used, used_in_month = usage.day(now.date()), usage.month(f"{now:%Y-%m}")
    room_at = room_again(used, used_in_month, settings.caps, now)
    known = _known(asked, Season(season))
    due_now = _due(asked, known, settings, room_at is None, now)
    in_use = {day for day in due_now if day in known and _is_in_use(known[day])}
    paused = [day for day in due_now if day in known and due.is_paused(known[day])]
    left = [day for day in due_now if day not in in_use and progress.may_try(day)]
    if "Error" in ended:
        chosen = Next(Step.DONE, left=len(left))
    else:
        chosen = next_step(
            due.in_order(left, progress.failed_days),
            _calls(asked, used, settings, now),
            may_wait=isinstance(asked, Backfill),
            started=datetime.fromisoformat(event["started"]),
            now=now,
        )
        may_wait = isinstance(asked, Backfill) and progress.may_wait_for_room(len(paused))
        if chosen.step is Step.DONE and may_wait:
            chosen = Next(Step.WAIT, until=room_at or now)
            progress = progress.waiting_for_room(paused)
    number += chosen.step is Step.RUN
    said = summary(
        chosen,
        progress,
        in_use=len(in_use),
        paused=len(paused),
        closed=sum("closed_at" in item for item in known.values()),
        stopped=ended.get("Error"),
    )
    logger.info("days chosen", next=chosen.step, days=len(chosen.days), summary=said)
    if chosen.step is Step.RUN:
        _write_days(settings.bucket_name, asked, chosen.days, execution, number)
    return {
        "league": asked.league,
        "next": chosen.step,
        "round": number,
        "days_key": days_key(execution, number),
        "results_prefix": results_prefix(execution, number),
        "tolerated": tolerated(len(chosen.days)),
        "quiet": isinstance(asked, Backfill),
        "wait_until": moment(chosen.until or now),
        "progress": progress.state(),
        "ended": {},
        "succeeded": not progress.failed and "Error" not in ended,
        "summary": said,
    }


def _known(asked: Scheduled | Backfill, season: Season) -> dict[date, dict[str, Any]]:
    """What is known of the days that may be due, by date."""
    if isinstance(asked, Backfill):
        first, last = asked.first, asked.last
    else:
        first, last = due.first_of_interest(asked.today), asked.today
    items = season.days(asked.league, first, last)
    return {date.fromisoformat(item["game_date"]): item for item in items}


def _due(
    asked: Scheduled | Backfill,
    known: Mapping[date, dict[str, Any]],
    settings: LookBackSettings,
    room: bool,
    now: datetime,
) -> list[date]:
    if isinstance(asked, Backfill):
        return due.days_of_range(known, first=asked.first, last=asked.last, now=now)
    return due.due_days(
        known,
        today=asked.today,
        look_back_days=settings.look_back_days,
        calendar=settings.calendar,
        room=room,
        now=now,
    )


def _calls(
    asked: Scheduled | Backfill, used: Mapping[str, Any], settings: LookBackSettings, now: datetime
) -> Calls:
    budget, held = settings.provider_calls_per_day, 0
    if isinstance(asked, Backfill):
        held = kept_back(budget, len(settings.leagues), settings.look_back_days)
    return Calls.of(used, budget, held, now)


def _is_in_use(item: Mapping[str, Any]) -> bool:
    """Whether another execution works on the day right now."""
    if not due.is_held(item):
        return False
    try:
        found = clients.step_functions().describe_execution(executionArn=item["lock_holder"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
            raise
        return False
    return found["status"] == "RUNNING"


def _write_days(
    bucket: str, asked: Scheduled | Backfill, days: Sequence[date], execution: str, number: int
) -> None:
    """The round's days, one for each child, where the Map Run reads them.

    A child's name follows from the execution and its day, so that a start that is tried again is
    no second one. A file that is there was written by an earlier try of this very call, and names
    the days that the Map Run may have begun with.
    """
    token = hashlib.sha256(execution.encode()).hexdigest()[:12]
    rows = []
    for day in days:
        slug = GameDay(asked.league, day).folder.partition("/")[0][:LONGEST_SLUG]
        name = f"{day.isoformat()}-{slug}-{token}-{number}"
        rows.append({"date": day.isoformat(), "name": name})
    body = json.dumps(rows).encode()
    Archive(clients.s3(), bucket).put_once(days_key(execution, number), body, "application/json")


def _outcomes(bucket: str, execution: str, number: int) -> list[Outcome]:
    """What came of the days of a round, from the files that Step Functions wrote of it."""
    objects = Objects(clients.s3(), bucket)
    keys = list(objects.keys(results_prefix(execution, number)))
    entries = []
    for key in keys:
        if key.endswith("/manifest.json"):
            for file in result_files(json.loads(objects.read(key))):
                entries += json.loads(objects.read(file))
    return outcomes_of(entries)
