"""The report of a simulated season, as Markdown: what was played, what came of it, what it took."""

import os
import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import mean, median

from gameday.cost.bill import Bill
from gameday.simulation.check import Checked
from gameday.simulation.drive import CHANGED, SETTINGS, Lived
from gameday.simulation.executions import Ended
from gameday.simulation.season import Season
from gameday.simulation.weather import Trouble
from gameday.simulation.world import Fate

MOST_DIFFERENCES = 40  # that are listed


def report(
    lived: Lived, checked: Checked, ended: Sequence[Ended], bill: Bill, seconds: float
) -> str:
    """The whole text. ended: every execution. seconds: of this machine's, altogether."""
    parts = [
        _introduction(lived, checked, seconds),
        _played(lived.season),
        _ledger(checked),
        _troubles(lived, ended),
        _work(lived, checked, ended),
        _costs(bill),
        _time(lived, seconds),
    ]
    return "\n\n".join(parts) + "\n"


def _introduction(lived: Lived, checked: Checked, seconds: float) -> str:
    season, wrong = lived.season, len(checked.differences)
    verdict = (
        "The ledger equals the truth, game by game and highlight by highlight; "
        "every object was read again and is what was stored."
        if not wrong
        else f"**{wrong} things differ from the truth**; they are listed below."
    )
    return f"""\
# A season, simulated

{season.days} invented days of basketball, {season.first:%-d %B %Y} to {season.last:%-d %B %Y}, on \
the embedded AWS, with nobody
watching: `python -m gameday.simulation --days {season.days} --seed {season.seed}`, which \
`make season` runs. Schedules
fired by the account's clock, which was set from one event to the next; the real functions ran
under their real roles. It took {_minutes(seconds)}.

{verdict}"""


def _played(season: Season) -> str:
    per_day = [len(games) for games in season.by_day().values()]
    fates = Counter(game.fate for game in season.games)
    rows = sum(len(game.rows) for game in season.games)
    lines = [[fate.value, fates[fate]] for fate in Fate if fates[fate]]
    return f"""\
## What was played

{len(season.games)} games on {len(per_day)} days, {min(per_day)} to {max(per_day)} on each, and \
{season.days - len(per_day)} days without; {rows} rows of clips. Verified clips
appeared 1 to 72 hours after the game.

{_table(["what became of the game's clips", "games"], lines)}"""


def _ledger(checked: Checked) -> str:
    states = [[_words(state), number] for state, number in sorted(checked.games.items())]
    rows = [[_words(status), number] for status, number in sorted(checked.highlights.items())]
    text = f"""\
## What the ledger says at its end

{_table(["games", ""], states)}

{_table(["highlights", ""], rows)}"""
    if checked.differences:
        listed = "\n".join(f"- {one}" for one in checked.differences[:MOST_DIFFERENCES])
        text += f"\n\nWhat differs from the truth:\n\n{listed}"
    return text


def _troubles(lived: Lived, ended: Iterable[Ended]) -> str:
    by_day: dict[date, list[Ended]] = {}
    for one in ended:
        by_day.setdefault(one.day, []).append(one)
    lines = []
    for trouble in Trouble:
        days = lived.season.weather.days_of(trouble)
        of_days = [one for day in days for one in by_day.get(day, []) if one.machine == "GameDay"]
        errors = Counter(one.error for one in of_days if one.status != "SUCCEEDED")
        requests = sum(n for (day, _), n in lived.provider.faults.items() if day in days)
        well = len(of_days) - errors.total()
        said = ", ".join(f"{number} {error}" for error, number in errors.most_common()) or "none"
        lines.append([trouble.value, len(days), requests, well, said])
    deployed = ", ".join(f"`{name}` became `{value}`" for name, value in CHANGED.items())
    table = _table(
        [
            "what went wrong",
            "mornings",
            "requests that failed",
            "days kept well",
            "days that failed",
        ],
        lines,
    )
    return f"""\
## What went wrong, and what came of it

A failed look leaves its day due, and the next morning's look takes it up again.

{table}

On {lived.season.weather.deployed:%-d %B %Y} a changed setting was deployed through CloudFormation: \
{deployed}."""


def _work(lived: Lived, checked: Checked, ended: Sequence[Ended]) -> str:
    calls = [lived.provider.calls[day] for day in _days(lived.season)]
    machines = Counter((one.machine, one.status) for one in ended)
    executions = "; ".join(
        f"{machine}: {_counted(machines, machine)}" for machine in ("LookBack", "GameDay", "Drill")
    )
    alarms = Counter(name for _, name, state in lived.mail.alarms if state == "ALARM")
    rang = ", ".join(f"{name} ({number})" for name, number in alarms.most_common())
    lines = [
        ["schedules that fired", f"{lived.fired}; {len(lived.refused)} reached nothing"],
        ["executions", executions],
        [
            "requests to the provider",
            f"{sum(calls):,}; {mean(calls):.1f} a day, at most {max(calls)}",
        ],
        ["transcoding jobs", ", ".join(f"{n} {status}" for status, n in checked.jobs.items())],
        ["objects in the archive", f"{checked.objects:,}, {checked.bytes / 1e6:,.0f} MB"],
        ["backups of the table kept", lived.vault.backups_kept()],
        ["mails with a day's digest", len(lived.mail.digests)],
        ["mails of alarms", f"{sum(alarms.values())}: {rang}" if alarms else 0],
    ]
    return f"## What it took\n\n{_table(['', ''], lines)}"


def _costs(bill: Bill) -> str:
    so_far = bill.so_far.as_json()
    lines = [[name, f"{dollars:,.2f}"] for name, dollars in so_far["services"].items() if dollars]
    lines.append(["altogether", f"{so_far['dollars']:,.2f}"])
    return f"""\
## What it would have cost

By `gameday cost`, with list prices; clips of a second are billed as ten.

{_table(["service", "US dollars"], lines)}"""


def _time(lived: Lived, seconds: float) -> str:
    days = sorted(lived.seconds.values())
    longest = max(lived.seconds, key=lambda day: lived.seconds[day])
    settings = ", ".join(f"`{name}` {value!r}" for name, value in SETTINGS.items())
    return f"""\
## How long it took

{_minutes(seconds)} on {os.cpu_count()} cores with Python {platform.python_version()}: \
{median(days):.1f} s for a day in the middle,
{lived.seconds[longest]:.1f} s for the longest, {longest:%-d %B %Y}. Settings that are not those \
of `cdk.json`: {settings},
and the provider's address."""


def _days(season: Season) -> list[date]:
    return [season.first + timedelta(days=number) for number in range(season.days + 1)]


def _counted(machines: Mapping[tuple[str, str], int], machine: str) -> str:
    found = {status: n for (name, status), n in machines.items() if name == machine}
    return ", ".join(f"{n} {status.lower()}" for status, n in sorted(found.items())[::-1]) or "none"


def _table(head: Sequence[object], lines: Iterable[Sequence[object]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(str(cell) for cell in row) + " |" for row in rows)


def _words(state: str) -> str:
    return state.replace("_", " ")


def _minutes(seconds: float) -> str:
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s" if seconds >= 60 else f"{seconds:.0f} s"
