"""One execution at a time works on a league's game day.

The lock stands in the day's item and names the execution that holds it. It is released with the
day's report; of an execution that ended without one, the next asks Step Functions and takes over.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from lambdas.highlights.errors import DayInUse
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.ledger import moment
from lambdas.highlights.season.days import first_of
from lambdas.highlights.season.season import day_key

# After this Step Functions ends an execution, so a lock that is older belongs to none that runs.
LONGEST_EXECUTION = timedelta(hours=4)
OUTLIVED = LONGEST_EXECUTION + timedelta(minutes=15)
# Step Functions may not know an execution yet that began a moment ago.
SURELY_KNOWN = timedelta(seconds=10)


class DayLock:
    """The lock of a game day in `table`, a `lambdas.table.Table` of the season.

    is_running: tells of an execution's ARN whether it is under way, None where nobody knows it;
    asked only when it matters.
    """

    def __init__(self, table: Any, is_running: Callable[[str], bool | None]):
        self._table = table
        self._is_running = is_running

    def acquire(self, game_day: GameDay, holder: str, now: datetime) -> None:
        """Let the execution `holder` alone work on the day; it may hold the lock already.

        Raises DayInUse while another one does.
        """
        if self._take(game_day, holder, now, "attribute_not_exists(lock_holder)", {}):
            return
        day = self._table.get_item(day_key(game_day)) or {}
        other = day.get("lock_holder")
        if other is None or (other != holder and not self._has_ended(day, holder, now)):
            raise DayInUse(
                f"{game_day.league} {game_day.date} is being worked on by {_name(other)}; "
                "wait for its end, or stop it"
            )
        held = "lock_holder = :other AND lock_taken_at = :taken_at"
        values = {":other": other, ":taken_at": day["lock_taken_at"]}
        if not self._take(game_day, holder, now, held, values):
            raise DayInUse(
                f"{game_day.league} {game_day.date} was just taken up by another execution"
            )

    def _has_ended(self, day: dict[str, Any], holder: str, now: datetime) -> bool:
        held_for = now - datetime.fromisoformat(day["lock_taken_at"])
        # One of a state machine that was deleted, as with its stack, ended with that, and nobody may
        # be asked about it: the permission names the state machine that there is now.
        # https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html
        if held_for > OUTLIVED or _machine(day["lock_holder"]) != _machine(holder):
            return True
        running = self._is_running(day["lock_holder"])
        return held_for > SURELY_KNOWN if running is None else not running

    def _take(
        self,
        game_day: GameDay,
        holder: str,
        now: datetime,
        condition: str,
        values: dict[str, Any],
    ) -> bool:
        day = first_of(game_day)
        try:
            self._table.update_item(
                Key=day_key(game_day),
                UpdateExpression=(
                    "SET lock_holder = :holder, lock_taken_at = :now, "
                    "league = :league, game_date = :game_date"
                ),
                ConditionExpression=condition,
                ExpressionAttributeValues={
                    **values,
                    ":holder": holder,
                    ":now": moment(now),
                    ":league": day["league"],
                    ":game_date": day["game_date"],
                },
            )
        except self._table.conflict:
            return False
        return True


def _machine(execution: str) -> str:
    """What the ARNs of a state machine's executions have in common."""
    return execution.rpartition(":")[0]


def _name(execution: str | None) -> str:
    """An execution's name as a person sees it, of its ARN."""
    return f"the execution {execution.rsplit(':', 1)[-1]}" if execution else "another execution"
