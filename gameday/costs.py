"""What a usage of AWS costs: quantities times the prices of the price file.

Without taxes and volume discounts, and without free tiers unless that is said.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gameday.prices import read_prices

PRICE_LIST = read_prices()
PRICES = PRICE_LIST.prices


class Usage(dict[str, float]):
    """How much is used of what, by the names of the price file: `Usage(s3_puts=2)`.

    Two are added with `+`, and one is multiplied with `*`. What is not named is not used.
    """

    def __add__(self, other: Mapping[str, float]) -> "Usage":
        names = self.keys() | other.keys()
        return Usage({name: self.get(name, 0.0) + other.get(name, 0.0) for name in names})

    def __mul__(self, times: float) -> "Usage":
        return Usage({name: quantity * times for name, quantity in self.items()})

    @classmethod
    def sum(cls, usages: Iterable["Usage"]) -> "Usage":
        """All of them together."""
        whole = cls()
        for usage in usages:
            for name, quantity in usage.items():
                whole[name] = whole.get(name, 0.0) + quantity
        return whole


@dataclass(frozen=True)
class Cost:
    """One line of the bill. `dollars` is exact; round it only to show it."""

    service: str
    quantity: float
    unit: str
    dollars: float


def costs(usage: Mapping[str, float]) -> list[Cost]:
    """The bill, a line per price, in the order of the price file; KeyError for an unknown name."""
    unknown = usage.keys() - PRICES.keys()
    if unknown:
        raise KeyError(f"no price is known for {', '.join(sorted(unknown))}")
    return [
        Cost(price.service, usage[name], price.unit, usage[name] * price.dollars)
        for name, price in PRICES.items()
        if name in usage
    ]


def dollars_of(usage: Mapping[str, float]) -> float:
    """What a usage costs altogether."""
    return total(costs(usage))


def free_dollars(usage_of_month: Mapping[str, float]) -> float:
    """How much of a month's bill an account that uses nothing else does not pay."""
    return sum(
        min(quantity, PRICES[name].free) * PRICES[name].dollars
        for name, quantity in usage_of_month.items()
    )


def by_service(lines: Iterable[Cost]) -> dict[str, float]:
    """Dollars by service, in the order of the lines."""
    dollars: defaultdict[str, float] = defaultdict(float)
    for line in lines:
        dollars[line.service] += line.dollars
    return dict(dollars)


def total(lines: Sequence[Cost]) -> float:
    """The sum of a bill in dollars."""
    return sum(line.dollars for line in lines)


def transfer_dollars(size: int) -> float:
    """What so many bytes cost on their way out of AWS; nothing inside of one region."""
    return size / 1e9 * PRICES["gigabytes_to_internet"].dollars
