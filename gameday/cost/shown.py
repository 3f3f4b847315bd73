"""A bill as a table for a person."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from gameday.cost.bill import Bill, Charged
from gameday.cost.months import Month
from gameday.costs import PRICE_LIST, by_service, costs
from gameday.wording import moment_in_words

LEAST_SHOWN = 0.00005  # dollars


def print_bill(bill: Bill, console: Console) -> None:
    """What was paid, or would have been, by service; and what the forecast rests on."""
    ends = bill.season.last
    columns = {
        "last run": bill.last_run,
        f"{_named(Month.of(bill.now.date()))}": bill.month,
        "season so far": bill.so_far,
        f"by the end of {_named(ends)}": bill.forecast,
    }
    console.print(
        f"Prices of {PRICE_LIST.region}, collected on {PRICE_LIST.collected}, without free tiers."
    )
    console.print(services_table({name: one for name, one in columns.items() if one is not None}))
    for line in _below(bill):
        console.print(Text(line), soft_wrap=True)


def services_table(columns: Mapping[str, Charged]) -> Table:
    """Dollars by service, a column for each time, and what is free of it."""
    shown = {name: by_service(costs(one.usage)) for name, one in columns.items()}
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    services = dict.fromkeys(service for found in shown.values() for service in found)
    for service in services:
        dollars = [found.get(service, 0.0) for found in shown.values()]
        if max(dollars) >= LEAST_SHOWN:
            table.add_row(service, *(money(one) for one in dollars))
    table.add_row("together", *(money(one.dollars) for one in columns.values()), style="bold")
    if any(one.free >= LEAST_SHOWN for one in columns.values()):
        table.add_row("of that free¹", *(money(one.free) for one in columns.values()), style="dim")
    return table


def money(dollars: float) -> str:
    """`$12.34`, `$0.0089` of what is less than a dollar, and a dash of nothing."""
    if dollars < LEAST_SHOWN:
        return "–"
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def _below(bill: Bill) -> list[str]:
    rate = bill.rate
    lines = [
        "¹ in an account that uses nothing else, each month and for good.",
        "",
    ]
    if bill.last_run is not None:
        lines.append(f"The last run reported on {moment_in_words(bill.last_run_at)}.")
    if rate.left:
        lines.append(
            f"The forecast takes the {rate.left:.0f} days left to be like the {rate.days:.0f} since "
            f"{rate.since}: {rate.clips:.1f} clips, {rate.minutes:.1f} normalized minutes and "
            f"{rate.gigabytes:.3f} GB a day."
        )
    lines.append(
        f"Whatever is kept then costs {money(bill.afterwards.dollars)} a month while nothing is "
        "played."
    )
    return lines


def _named(month: Month) -> str:
    return f"{month.start:%B %Y}"
