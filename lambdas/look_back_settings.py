"""What the function of LookBack is told by its environment, which its stack writes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.highlights.season.caps import Caps
from lambdas.highlights.season.due import Calendar
from lambdas.highlights.season.look_back import Rules
from lambdas.settings import CAP_SETTINGS


@dataclass(frozen=True)
class LookBackSettings:
    """The names and rules of looking back. leagues: all that are followed."""

    season_table: str
    bucket_name: str
    time_zone: str
    leagues: tuple[str, ...]
    rules: Rules

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "LookBackSettings":
        """The settings in `environment`; a missing one is a KeyError that names it."""
        leagues = tuple(environment["LEAGUES"].split(","))
        return cls(
            season_table=environment["SEASON_TABLE"],
            bucket_name=environment["BUCKET_NAME"],
            time_zone=environment["TIME_ZONE"],
            leagues=leagues,
            rules=Rules(
                leagues=len(leagues),
                look_back_days=int(environment["LOOK_BACK_DAYS"]),
                provider_calls_per_day=int(environment["PROVIDER_CALLS_PER_DAY"]),
                caps=Caps.of(**{name: int(environment[name.upper()]) for name in CAP_SETTINGS}),
                calendar=Calendar(
                    _numbers(environment["WEEKDAYS"]), _numbers(environment["MONTHS"])
                ),
            ),
        )


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(one) for one in text.split(","))
