"""The price file: what AWS charges for a unit of each thing that this product uses."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True)
class Price:
    """What one `unit` of a service costs.

    free: units a month that every account has for nothing. read: the day for which the source
    quotes the price; None when a price, long published, was not read again. source: where the
    figure was read.
    """

    service: str
    unit: str
    dollars: float
    source: str
    free: float = 0.0
    read: date | None = None


@dataclass(frozen=True)
class PriceList:
    """The prices of a region by name, in the order of the file; collected: when."""

    region: str
    collected: date
    prices: dict[str, Price]


def read_prices(path: Path = FILE) -> PriceList:
    """The price file. Raises OSError, tomllib.TOMLDecodeError and KeyError."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    prices = {name: _price(entry) for name, entry in found["prices"].items()}
    return PriceList(found["region"], found["collected"], prices)


def _price(entry: dict[str, Any]) -> Price:
    entry = dict(entry)
    dollars = entry.pop("dollars") / entry.pop("per", 1)
    return Price(dollars=dollars, **entry)
