"""A season by given settings, priced before it is deployed."""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gameday.cost import containers, plan
from gameday.cost.bill import Charged, charged, together
from gameday.cost.months import Month, Season
from gameday.cost.plan import Workload
from gameday.cost.standing import Standing, of_templates
from gameday.costs import PRICE_LIST
from gameday.request import ONE_PLACE, UsageError
from gameday.synthesis import assembly_for, project_context
from stacks.settings import Settings, SettingsError

# A place that a second region can be another of; nothing in it is asked for.
ACCOUNT = "111111111111"


@dataclass(frozen=True)
class Planned:
    """A season's price. containers: of the other design, for the same clips."""

    settings: Settings
    season: Season
    load: Workload
    whole: Charged
    months: dict[Month, Charged]
    afterwards: Charged
    containers: Charged

    def as_json(self) -> dict[str, Any]:
        """The plan as one JSON object."""
        return {
            "region": PRICE_LIST.region,
            "prices_collected": PRICE_LIST.collected.isoformat(),
            "season": {"first": str(self.season.first), "last": str(self.season.last)},
            "assumes": vars(self.load),
            "gigabytes": round(plan.archive_gigabytes(self.settings, self.load), 3),
            "whole": self.whole.as_json(),
            "months": {str(month): one.as_json() for month, one in self.months.items()},
            "a_month_afterwards": self.afterwards.as_json(),
            "containers": self.containers.as_json(),
        }


def read_settings(file: Path | None, given: Sequence[str]) -> tuple[Settings, dict[str, Any]]:
    """The settings of a file, else of `cdk.json`, with those of `name=value` laid over them.

    file: JSON, of settings by name or with them under `context` as `cdk.json` has them. Raises
    UsageError with every problem found.
    """
    context = project_context() if file is None else _context(file)
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"-c {pair}: got no value; expected name=value, such as limit=20")
        context[name.strip()] = value
    try:
        return Settings.from_context(context, ACCOUNT, PRICE_LIST.region), context
    except SettingsError as error:
        raise UsageError(str(error)) from None


def standing_of(context: Mapping[str, Any]) -> Standing:
    """What the templates of these settings would have standing; they are synthesised for it."""
    with tempfile.TemporaryDirectory() as folder:
        assembly = assembly_for(dict(context) | ONE_PLACE, Path(folder))
        return of_templates(templates(assembly))


def templates(assembly: Path) -> Iterator[dict[str, Any]]:
    """The templates of an assembly."""
    for file in sorted(assembly.glob("*.template.json")):
        yield json.loads(file.read_text())


def planned(settings: Settings, season: Season, load: Workload, standing: Standing) -> Planned:
    """The price of a season; standing: see `standing_of`."""
    months = {
        month: charged(used) for month, used in plan.months_of(settings, season, load, standing)
    }
    return Planned(
        settings=settings,
        season=season,
        load=load,
        whole=together(months.values()),
        months=months,
        afterwards=charged(plan.month_afterwards(settings, season, load, standing)),
        containers=together(charged(used) for _, used in containers.months_of(season, load)),
    )


def next_season(settings: Settings, today: date) -> Season:
    """The season that `today` is in, else the next one."""
    season = Season.around(settings.season_months, today)
    if season.last >= Month.of(today):
        return season
    month = Month.of(today)
    while not Season.around(settings.season_months, month.start.date()).last >= month:
        month = month.after()
    return Season.around(settings.season_months, month.start.date())


def _context(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no JSON: {error}") from None
    if isinstance(found, dict) and "context" in found:
        found = found["context"]
    if not isinstance(found, dict):
        raise UsageError(f"{file} holds no settings by name, as `context` of cdk.json does")
    return found
