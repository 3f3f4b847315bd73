"""Bills and plans as tables for a person."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gameday.cost import plan
from gameday.cost.bill import Bill, Charged
from gameday.cost.months import Month
from gameday.cost.planned import Planned
from gameday.costs import PRICE_LIST, by_service, costs
from gameday.wording import moment_in_words

CONTAINERS = "one Fargate task a day that keeps the same clips and watches over nothing."
FREE = "¹ each month and for good, in an account that uses nothing else."
LEAST_SHOWN = 0.00005  # dollars


def print_bill(bill: Bill, console: Console) -> None:
    """What was paid, or would have been, by service; and what the forecast rests on."""
    columns = {
        "last run": bill.last_run,
        _named(Month.of(bill.now.date())): bill.month,
        "season so far": bill.so_far,
        "forecast": bill.forecast,
    }
    _print(columns, _below(bill), console)


def print_plan(found: Planned, console: Console) -> None:
    """What a season will cost by service, what comes after it, and what it rests on."""
    first, last = found.season.months[0], found.season.months[-1]
    columns = {
        "season": found.whole,
        f"{first.start:%B}": found.months[first],
        f"{last.start:%B}": found.months[last],
        "a month after": found.afterwards,
        "containers²": found.containers,
    }
    _print(columns, _assumed(found), console)


def services_table(columns: Mapping[str, Charged]) -> Table:
    """Dollars by service, a column for each time, and what is free of it."""
    shown = {name: by_service(costs(one.usage)) for name, one in columns.items()}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("", no_wrap=True)
    for name in columns:
        table.add_column(name, justify="right", no_wrap=True)
    services = dict.fromkeys(service for found in shown.values() for service in found)
    for service in services:
        dollars = [found.get(service, 0.0) for found in shown.values()]
        if max(dollars) >= LEAST_SHOWN:
            table.add_row(service, *(money(one) for one in dollars))
    table.add_row("together", *(money(one.dollars) for one in columns.values()), style="bold")
    table.add_row("of that free¹", *(money(one.free) for one in columns.values()), style="dim")
    return table


def money(dollars: float) -> str:
    """`$12.34`, `$0.0089` of what is less than a dollar, and a dash of nothing."""
    if dollars < LEAST_SHOWN:
        return "–"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def _print(columns: Mapping[str, Charged | None], lines: list[str], console: Console) -> None:
    console.print(
        f"Prices of {PRICE_LIST.region}, collected on {PRICE_LIST.collected}, without free tiers."
    )
    console.print(services_table({name: one for name, one in columns.items() if one is not None}))
    for line in (FREE, *lines):
        console.print(Text(line), soft_wrap=True)


def _below(bill: Bill) -> list[str]:
    rate, lines = bill.rate, [""]
    if bill.last_run is not None:
        lines.append(f"The last run reported on {moment_in_words(bill.last_run_at)}.")
    if rate.left:
        lines.append(
            f"The forecast is for the season to the end of {_named(bill.season.last)}, and takes "
            f"the {rate.left:.0f} days left to be like the {rate.days:.0f} since {rate.since}: "
            f"{rate.clips:.1f} clips, {rate.minutes:.1f} normalized minutes and "
            f"{rate.gigabytes:.3f} GB a day."
        )
    lines.append(
        f"Whatever is kept then costs {money(bill.afterwards.dollars)} a month while nothing is "
        "played."
    )
    return lines


def _assumed(found: Planned) -> list[str]:
    load, settings = found.load, found.settings
    size = plan.archive_gigabytes(settings, load)
    season = f"{_named(found.season.first)} to {_named(found.season.last)}"
    clips = (
        f"For {_leagues(load.leagues)}, {load.game_days} game days from {season}, each with "
        f"{load.clips} clips of {load.seconds / 60:g} min in {load.lines} lines at "
        f"{load.megabits:g} Mbit/s: {load.all_clips:,} clips, {size:,.1f} GB. All of them can be "
        "downloaded, and each game day is looked at twice."
    )
    lines = ["² " + CONTAINERS, "", clips]
    if settings.transcode == "when_needed":
        every = load.all_clips * load.minutes_of_clip
        price = PRICE_LIST.prices["normalized_minutes"].dollars
        lines.append(
            f"{load.ready:.0%} of the videos are taken to need no transcoding (--ready); were "
            f"none so, MediaConvert would cost {money(every * price)}."
        )
    return lines


def _leagues(number: int) -> str:
    return "1 league" if number == 1 else f"{number} leagues"


def _named(month: Month) -> str:
    return f"{month.start:%B %Y}"
