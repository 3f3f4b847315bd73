"""Which days LookBack looks at next, from what is known of the season and what calls are left."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime

from botocore.exceptions import ClientError

from lambdas import clients
from lambdas.executions import is_running
from lambdas.highlights.archive import Archive
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.keys import days_key, results_prefix
from lambdas.highlights.ledger import moment
from lambdas.highlights.season.asked import Backfill, asked_of
from lambdas.highlights.season.look_back import LookBack
from lambdas.highlights.season.progress import Outcome, Progress, outcomes_of, result_files
from lambdas.highlights.season.rounds import Step, tolerated
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
    look_back = LookBack(
        asked,
        settings.rules,
        season=Season(season),
        usage=Usage(season),
        is_running=_is_running,
    )
    started = datetime.fromisoformat(event["started"])
    choice = look_back.choose(progress, stopped=ended.get("Error"), started=started, now=now)
    following, days = choice.next.step, choice.next.days
    logger.info("days chosen", next=following, days=len(days), summary=choice.summary)
    if following is Step.RUN:
        number += 1
        _write_days(settings.bucket_name, asked.league, days, execution, number)
    return {
        "league": asked.league,
        "next": following,
        "round": number,
        "days_key": days_key(execution, number),
        "results_prefix": results_prefix(execution, number),
        "tolerated": tolerated(len(days)),
        "quiet": isinstance(asked, Backfill),
        "wait_until": moment(choice.next.until or now),
        "progress": choice.progress.state(),
        "ended": {},
        "succeeded": choice.succeeded,
        "summary": choice.summary,
    }


def _is_running(execution: str) -> bool | None:
    """Whether an execution of GameDay is under way, None where nobody tells.

    The role may not ask about executions of a state machine that is no more, as after the pipeline
    was deleted and deployed again. Such a day is looked at; its lock has the last word.
    """
    try:
        return is_running(execution)
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDeniedException":
            raise
        return None


def _write_days(
    bucket: str, league: str, days: Sequence[date], execution: str, number: int
) -> None:
    """The round's days, one for each child, where the Map Run reads them.

    A child's name follows from the execution and its day, so that a start that is tried again is
    no second one. A file that is there was written by an earlier try of this very call, and names
    the days that the Map Run may have begun with.
    """
    token = hashlib.sha256(execution.encode()).hexdigest()[:12]
    rows = []
    for day in days:
        slug = GameDay(league, day).folder.partition("/")[0][:LONGEST_SLUG]
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
            for file in result_files(objects.read(key).decode()):
                entries += json.loads(objects.read(file))
    return outcomes_of(entries)
