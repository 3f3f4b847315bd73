"""What the function of LookBack is told by its environment, which its stack writes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from lambdas.highlights.season.caps import Caps
from lambdas.highlights.season.due import Calendar
from lambdas.settings import CAP_SETTINGS


@dataclass(frozen=True)
class LookBackSettings:
    """The settings of looking back; what each means stands in `stacks/settings.py`.

    calendar: when games are played, men's and women's.
    """

    season_table: str
    bucket_name: str
    time_zone: str
    leagues: tuple[str, ...]
    look_back_days: int
    provider_calls_per_day: int
    caps: Caps
    calendar: Calendar

    @classmethod
    def from_env(cls, environment: Mapping[str, str] = os.environ) -> "LookBackSettings":
        """The settings in `environment`; a missing one is a KeyError that names it."""
        return cls(
            season_table=environment["SEASON_TABLE"],
            bucket_name=environment["BUCKET_NAME"],
            time_zone=environment["TIME_ZONE"],
            leagues=tuple(environment["LEAGUES"].split(",")),
            look_back_days=int(environment["LOOK_BACK_DAYS"]),
            provider_calls_per_day=int(environment["PROVIDER_CALLS_PER_DAY"]),
            caps=Caps.of(**{name: int(environment[name.upper()]) for name in CAP_SETTINGS}),
            calendar=Calendar(_numbers(environment["WEEKDAYS"]), _numbers(environment["MONTHS"])),
        )


def _numbers(text: str) -> frozenset[int]:
    return frozenset(int(one) for one in text.split(","))
