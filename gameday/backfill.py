"""`gameday backfill`: plans a range of days, starts LookBack for it, and follows it to its end."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from gameday import backfill_plan
from gameday.backfill_plan import Plan, Typical
from gameday.backfill_range import days_asked
from gameday.backfill_watch import watch
from gameday.kept import NothingKept
from gameday.request import UsageError
from gameday.steps import Steps
from gameday.vault import Execution, Vault
from lambdas.highlights.season import due
from lambdas.highlights.season.usage import Usage
from lambdas.look_back_settings import LookBackSettings
from lambdas.table import Table


@dataclass(frozen=True)
class Asked:
    """The options that say which days; see `days_asked`. leagues: all that are followed if none."""

    first: str | None
    last: str | None
    recent: str | None
    leagues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Result:
    """A backfill of one league that has ended. days: what was said of each, by its date."""

    plan: Plan
    execution: Execution | None
    summary: str
    days: dict[str, str]

    @property
    def exit_code(self) -> int:
        """0: every day that was due was looked at. 1: a rerun can mend what failed."""
        return 0 if self.execution is None or self.execution.status == "SUCCEEDED" else 1

    def as_json(self) -> dict[str, Any]:
        """The result as one JSON object."""
        execution = self.execution
        return {
            "league": self.plan.league,
            "execution": execution.arn.rsplit(":", 1)[-1] if execution else None,
            "succeeded": self.exit_code == 0,
            "summary": self.summary,
            "plan": self.plan.as_json(),
            "days": self.days,
        }


def plans(vault: Vault, asked: Asked, now: datetime) -> list[Plan]:
    """What each league's backfill would do. Raises UsageError, and NothingKept without LookBack."""
    settings = _settings(vault)
    rules = settings.rules
    today = now.astimezone(ZoneInfo(settings.time_zone)).date()
    first, last = days_asked(asked.first, asked.last, asked.recent, rules.calendar, today)
    leagues = asked.leagues or settings.leagues
    unknown = [league for league in leagues if league not in settings.leagues]
    if unknown:
        raise UsageError(
            f"--league {unknown[0]!r} is not followed; followed are {', '.join(settings.leagues)}"
        )
    table = Table(vault.aws.client("dynamodb"), vault.season_table)
    season = vault.season
    used = Usage(table).day(now.astimezone(UTC).date())
    calls, calls_a_day = backfill_plan.calls_of(
        used, rules.provider_calls_per_day, rules.kept_back, now
    )
    typical = Typical.of(vault.items(), int(vault.environment().get("LIMIT", 0)))
    found = []
    for league in leagues:
        known = {date.fromisoformat(one["sk"]): one for one in season.days(league, first, last)}
        days = due.days_of_range(known, first=first, last=last, now=now)
        games: dict[str, int] = {}
        for game in season.games(league, first, last):
            if date.fromisoformat(game["game_date"]) in days:
                games[game["game_date"]] = games.get(game["game_date"], 0) + 1
        found.append(
            backfill_plan.plan(
                league,
                first,
                last,
                due=len(days),
                games=games,
                typical=typical,
                calls=calls,
                calls_a_day=calls_a_day,
            )
        )
    return found


def backfill(vault: Vault, plan: Plan, steps: Steps, *, in_account: bool) -> Result:
    """Carry `plan` out; one that is under way already is joined.

    Interrupted, it stops the execution; what is kept stays, and a rerun continues. In an account
    that cannot be watched any more, since AWS does not answer, it goes on by itself.
    """
    if not plan.days:
        return Result(plan, None, "every day is done", {})
    steps.say(f"{plan.league} · {plan.first} to {plan.last}")
    arn = _under_way(vault, plan) or _start(vault, plan)
    try:
        days = watch(vault, arn, plan, steps, in_account=in_account)
    except BaseException as error:
        if not (in_account and isinstance(error, Exception)):
            vault.stop(arn)
            steps.say(
                "  stopped; what is kept stays, and the same command goes on with the days left"
            )
        raise
    return Result(plan, vault.execution(arn), _summary(vault, arn), days)


def _settings(vault: Vault) -> LookBackSettings:
    environment = vault.environment("WEEKDAYS") if vault.look_back else {}
    if not environment:
        raise NothingKept(
            "this vault was deployed before there was a backfill; deploy this version first: "
            "make deploy, or gameday run on this machine"
        )
    return LookBackSettings.from_env(environment)


def _input(plan: Plan) -> dict[str, str]:
    return {"league": plan.league, "from": str(plan.first), "to": str(plan.last)}


def _start(vault: Vault, plan: Plan) -> str:
    name = f"backfill-{plan.first}-{plan.last}-{datetime.now(UTC):%Y%m%dT%H%M%S}"
    started = vault.aws.client("stepfunctions").start_execution(
        stateMachineArn=vault.look_back,
        name=f"{name}-{secrets.token_hex(2)}",
        input=json.dumps(_input(plan)),
    )
    return started["executionArn"]


def _under_way(vault: Vault, plan: Plan) -> str | None:
    """An execution that does the same at this moment."""
    states = vault.aws.client("stepfunctions")
    for arn in _running(states, vault.look_back):
        if json.loads(states.describe_execution(executionArn=arn)["input"]) == _input(plan):
            return arn
    return None


def _running(states: Any, machine: str) -> Iterator[str]:
    pages = states.get_paginator("list_executions")
    for page in pages.paginate(stateMachineArn=machine, statusFilter="RUNNING"):
        yield from (one["executionArn"] for one in page["executions"])


def _summary(vault: Vault, arn: str) -> str:
    """What the execution says of itself."""
    found = vault.aws.client("stepfunctions").describe_execution(executionArn=arn)
    if found["status"] == "SUCCEEDED":
        return json.loads(found["output"])["summary"]
    return vault.execution(arn).message
