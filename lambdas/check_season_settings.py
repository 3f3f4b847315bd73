"""What the watch over the season is told by its environment, which its stack writes."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from lambdas.highlights.season.watch import Schedule


@dataclass(frozen=True)
class CheckSeasonSettings:
    """look_back: the ARN of the state machine that looks. looks: when it is due to, at each league.

    schedules: what the names of the schedules begin with.
    """

    table_name: str
    season_table: str
    look_back: str
    leagues: tuple[str, ...]
    looks: tuple[Schedule, ...]
    schedules: str
    months: frozenset[int]
    zone: ZoneInfo
    provider_calls_per_day: int

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "CheckSeasonSettings":
        """The settings in `environment`; a missing one is a KeyError that names it."""
        return cls(
            table_name=environment["TABLE_NAME"],
            season_table=environment["SEASON_TABLE"],
            look_back=environment["LOOK_BACK_ARN"],
            leagues=tuple(environment["LEAGUES"].split(",")),
            looks=tuple(map(_schedule, json.loads(environment["LOOKS"]))),
            schedules=environment["SCHEDULES"],
            months=frozenset(map(int, environment["MONTHS"].split(","))),
            zone=ZoneInfo(environment["TIME_ZONE"]),
            provider_calls_per_day=int(environment["PROVIDER_CALLS_PER_DAY"]),
        )


def _schedule(one: Mapping[str, Any]) -> Schedule:
    """`{"at": "HH:MM", "weekdays": [0 to 6], "months": [1 to 12]}`."""
    return Schedule(
        time.fromisoformat(one["at"]),
        frozenset(one["weekdays"]),
        frozenset(one["months"]),
    )
