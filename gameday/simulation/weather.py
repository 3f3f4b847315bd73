"""What goes wrong in an invented season, and on which mornings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from gameday.embedded.provider import Fault

API, CLIPS = "api", "clips"
OUTAGE_DAYS = 3
CALLS_BEFORE_QUOTA = 1  # of each kind, that somebody else leaves of a day's quota
MORNINGS_FOR_ONE = 7  # in a long season, one in so many has some trouble


class Trouble(StrEnum):
    """What is wrong on a day: with the provider, or with the key that a person put in."""

    BURST = "the first answers are 500, broken off by a reset, and 429 for too many in a second"
    ODD_ANSWERS = "the first answers have another shape or are HTML; games are not listed (404)"
    CLIP_ERRORS = "the first requests for each clip are answered 500, or broken off"
    QUOTA = "somebody else used up nearly all requests of the day (429)"
    WRONG_KEY = "the secret holds a wrong key (401)"
    OUTAGE = "nothing answers, for three days"


_SEVERAL_TIMES = (Trouble.BURST, Trouble.ODD_ANSWERS, Trouble.CLIP_ERRORS, Trouble.QUOTA)
_FIRST_ANSWERS = {
    (API, Trouble.BURST): (Fault.SERVER_ERROR, Fault.RESET, Fault.PER_SECOND_LIMIT),
    (API, Trouble.ODD_ANSWERS): (Fault.WRONG_SHAPE, Fault.HTML_PAGE),
    (CLIPS, Trouble.CLIP_ERRORS): (Fault.SERVER_ERROR, Fault.RESET),
}

# The looks at a day of which one has to get through: who is never told of a game cannot know it.
LOOKS_AT_A_DAY = 4
ALLOWS_A_LOOK = (None, Trouble.CLIP_ERRORS)
TRIES = 100_000


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
        if trouble is Trouble.ODD_ANSWERS and endpoint == "matches":
            return Fault.NOT_FOUND
        first = _FIRST_ANSWERS.get((of, trouble), ())
        return first[number - 1] if number <= len(first) else None


def weather(first: date, days: int, random: Random) -> Weather:
    """The weather of a season of `days` days from `first`; of a short one some trouble each day.

    The first morning's look and the last one's are fair, and of each day one of its looks is.
    """
    mornings = [first + timedelta(days=number) for number in range(2, days)]
    for _ in range(TRIES):
        troubles = _troubles(mornings, random)
        if _is_bearable([troubles.get(day) for day in mornings]):
            break
    else:
        raise ValueError(f"{days} days are too few for every trouble")
    return Weather(troubles, deployed=first + timedelta(days=days // 2))


def _troubles(mornings: Sequence[date], random: Random) -> dict[date, Trouble]:
    troubles: dict[date, Trouble] = {}
    if len(mornings) > OUTAGE_DAYS:
        begin = len(mornings) // 3 + random.randint(0, len(mornings) // 8)
        troubles |= dict.fromkeys(mornings[begin : begin + OUTAGE_DAYS], Trouble.OUTAGE)
    others = [Trouble.WRONG_KEY, *_SEVERAL_TIMES]
    count = len(mornings) // MORNINGS_FOR_ONE - OUTAGE_DAYS - len(others)
    others += random.choices(_SEVERAL_TIMES, k=max(0, count))
    free = [day for day in mornings if day not in troubles]
    on = random.sample(free, min(len(others), len(free)))
    return troubles | dict(zip(on, others, strict=False))


def _is_bearable(mornings: Sequence[Trouble | None]) -> bool:
    """Whether no day has trouble at each of its looks."""
    return all(
        any(one in ALLOWS_A_LOOK for one in mornings[begin : begin + LOOKS_AT_A_DAY])
        for begin in range(len(mornings) - LOOKS_AT_A_DAY + 1)
    )
