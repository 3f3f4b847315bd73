"""What goes wrong in an invented season, and on which mornings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from gameday.embedded.provider import Fault

API, CLIPS = "api", "clips"
OUTAGE_DAYS = 3
CALLS_BEFORE_QUOTA = 3  # of each kind, that somebody else leaves of a day's quota
MORNINGS_FOR_ONE = 7  # in a long season, one in so many has some trouble


class Trouble(StrEnum):
    """What is wrong on a day: with the provider, or with the key that a person put in."""

    BURST = "the first answers are 500, broken off by a reset, and 429 for too many in a second"
    ODD_ANSWERS = "the first answers have another shape, or are HTML pages"
    HALF_DOWN = "games are not listed (404), and the first requests for each clip fail"
    QUOTA = "somebody else used up nearly all requests of the day (429)"
    WRONG_KEY = "the secret holds a wrong key (401)"
    OUTAGE = "nothing answers, for three days"


_SEVERAL_TIMES = (Trouble.BURST, Trouble.ODD_ANSWERS, Trouble.HALF_DOWN, Trouble.QUOTA)
_FIRST_ANSWERS = {
    (API, Trouble.BURST): (Fault.SERVER_ERROR, Fault.RESET, Fault.PER_SECOND_LIMIT),
    (API, Trouble.ODD_ANSWERS): (Fault.WRONG_SHAPE, Fault.HTML_PAGE),
    (CLIPS, Trouble.HALF_DOWN): (Fault.SERVER_ERROR, Fault.RESET),
}


@dataclass(frozen=True)
class Weather:
    """troubles: of the days that have one. deployed: when a changed setting is deployed."""

    troubles: Mapping[date, Trouble]
    deployed: date

    def days_of(self, trouble: Trouble) -> list[date]:
        return sorted(day for day, one in self.troubles.items() if one is trouble)

    def fault(self, day: date, of: str, endpoint: str, number: int) -> Fault | None:
        """How the `number`th request of a day fails, counted from 1 for each endpoint and clip.

        of: API or CLIPS. endpoint: the last part of the path.
        """
        trouble = self.troubles.get(day)
        if trouble is Trouble.OUTAGE:
            return Fault.RESET
        if trouble is Trouble.QUOTA and of == API:
            return Fault.DAILY_QUOTA if number > CALLS_BEFORE_QUOTA else None
        if trouble is Trouble.HALF_DOWN and endpoint == "matches":
            return Fault.NOT_FOUND
        first = _FIRST_ANSWERS.get((of, trouble), ())
        return first[number - 1] if number <= len(first) else None


def weather(first: date, days: int, random: Random) -> Weather:
    """The weather of a season of `days` days from `first`; of a short one some trouble each day.

    The first morning's look and the last one's are fair.
    """
    mornings = [first + timedelta(days=number) for number in range(2, days)]
    troubles: dict[date, Trouble] = {}
    if len(mornings) > OUTAGE_DAYS:
        begin = len(mornings) // 3 + random.randint(0, len(mornings) // 8)
        troubles |= dict.fromkeys(mornings[begin : begin + OUTAGE_DAYS], Trouble.OUTAGE)
    others = [Trouble.WRONG_KEY, *_SEVERAL_TIMES]
    count = len(mornings) // MORNINGS_FOR_ONE - OUTAGE_DAYS - len(others)
    others += random.choices(_SEVERAL_TIMES, k=max(0, count))
    free = [day for day in mornings if day not in troubles]
    on = random.sample(free, min(len(others), len(free)))
    troubles |= dict(zip(on, others, strict=False))
    return Weather(troubles, deployed=first + timedelta(days=days // 2))
