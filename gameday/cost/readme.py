"""The README's tables of costs, reckoned from the price file and the templates.

python -m gameday.cost.readme writes them between their markers.
"""

import re
import textwrap
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from gameday.cost.bill import Charged
from gameday.cost.months import Season
from gameday.cost.plan import Workload, archive_gigabytes
from gameday.cost.planned import Planned, planned, standing_of
from gameday.cost.standing import Standing
from gameday.costs import PRICE_LIST, PRICES, Usage, by_service, costs, dollars_of
from gameday.synthesis import ROOT, project_context
from stacks.settings import Settings

README = ROOT / "README.md"
BEGIN, END = "<!-- costs: python -m gameday.cost.readme -->", "<!-- end of costs -->"
DAYS, CLIPS, MINUTES = 150, 10, 1.5
WIDTH = 105
WATCHING = ("CloudWatch", "SNS", "SQS", "X-Ray")
ROWS = {
    "MediaConvert": ("MediaConvert",),
    "Lambda, Step Functions, schedules; Fargate with address and image": (
        *("Lambda", "Step Functions", "EventBridge Scheduler"),
        *("Fargate", "VPC", "ECR"),
    ),
    "S3: requests, and what is stored meanwhile": ("S3",),
    "DynamoDB with backups, point-in-time recovery, exports and drills": ("DynamoDB",),
    "Secrets Manager": ("Secrets Manager",),
}


def text_of(standing: Standing) -> str:
    """What stands between the markers; standing: of the templates at the default settings."""
    always, needed = _planned(standing, 360), _planned(standing, 360, transcode="when_needed")
    in_hd, needed_in_hd = _planned(standing, 720), _planned(standing, 720, transcode="when_needed")
    columns = [always.whole, needed.whole, always.containers]
    of_hd = [in_hd.whole, needed_in_hd.whole, in_hd.containers]
    what = (
        f"A season of {DAYS} game days, each with {CLIPS} clips of {MINUTES * 60:g} seconds in 360 "
        f"lines, {PRICE_LIST.region}, prices as collected in [`gameday/prices.toml`]"
        f"(gameday/prices.toml) on {PRICE_LIST.collected}, which says where each is from:"
    )
    lines = [
        _wrapped(what),
        "",
        "| | `transcode: always` | `when_needed`, all videos ready | a container a day |",
        "|---|---:|---:|---:|",
        *(_row(name, [_of(one, services) for one in columns]) for name, services in ROWS.items()),
        _row("**The work**", [_work(one) for one in columns], bold=True),
        _row("CloudWatch, X-Ray, SNS: watching over it", [_of(one, WATCHING) for one in columns]),
        _row("**Together**", [one.dollars for one in columns], bold=True),
        _row("less what every account has free", [one.dollars - one.free for one in columns]),
        _row("The work, of clips in 720 lines", [_work(one) for one in of_hd]),
        "",
        *_sentences(standing, always, in_hd),
    ]
    return "\n".join(lines)


def write(text: str, readme: Path = README) -> None:
    """Put the text between the markers."""
    readme.write_text(replaced(readme.read_text(encoding="utf-8"), text), encoding="utf-8")


def replaced(readme: str, text: str) -> str:
    """The README with `text` between the markers."""
    pattern = f"{re.escape(BEGIN)}.*?{re.escape(END)}"
    return re.sub(pattern, lambda _: f"{BEGIN}\n{text}\n{END}", readme, flags=re.DOTALL)


def _planned(standing: Standing, lines: int, **settings: Any) -> Planned:
    chosen = Settings(**settings)
    season = Season.around(chosen.season_months, date(2026, 11, 21))
    load = Workload.of(chosen, season, clips=CLIPS, minutes=MINUTES, days=DAYS, lines=lines)
    return planned(chosen, season, load, standing)


def _sentences(standing: Standing, always: Planned, in_hd: Planned) -> list[str]:
    elsewhere = {"replica_region": "eu-west-1", "aws_backup_days": 35}
    copied = _planned(standing, 720, **elsewhere)
    once = copied.whole.dollars - in_hd.whole.dollars
    monthly = copied.afterwards.dollars - in_hd.afterwards.dollars
    size, hd_size = (archive_gigabytes(one.settings, one.load) for one in (always, in_hd))
    minutes = CLIPS * always.load.minutes_of_clip
    day = Usage(normalized_minutes=minutes)
    counted = standing.monthly
    alarms = counted["alarm_months"] + counted["composite_alarm_months"]
    game_day = (
        f"A game day is {CLIPS} × {MINUTES} min × ${PRICES['normalized_minutes'].dollars} = "
        f"**${dollars_of(day):.4f}** of transcoding, twice that of 720 lines and more; all else "
        "that a run does is less than a cent, and so is another look at a day that is done. What "
        f"is kept in the end, {size:.0f} GB ({hd_size:.0f} of 720 lines), costs "
        f"{_money(_of(always.afterwards, ('S3',)))} ({_money(_of(in_hd.afterwards, ('S3',)))}) a "
        f"month. Of the watching, {alarms:.0f} alarms and "
        f"{_dashboards(counted['dashboard_months'])} are "
        f"{_money(dollars_of(_watched(counted)))} a month, all year."
    )
    second = (
        "[A second place](#a-second-place), off by default, with 35 days of AWS Backup, adds "
        f"{_money(once)} in such a season of 720 lines and {_money(monthly)} a month afterwards. A "
        "lock costs nothing but what it keeps from being deleted."
    )
    reading = (
        "What reads every object on your machine costs its way there: `gameday export`, `verify` "
        f"and `restore objects` with `--aws`, of {hd_size:.0f} GB × "
        f"${PRICES['gigabytes_to_internet'].dollars} = "
        f"**{_money(hd_size * PRICES['gigabytes_to_internet'].dollars)}**, less what is free of "
        "each month's first 100 GB. On a machine in the vault's region it costs nothing."
    )
    return [_wrapped(game_day), "", _wrapped(second), "", _wrapped(reading)]


def _row(name: str, dollars: Sequence[float], *, bold: bool = False) -> str:
    mark = "**" if bold else ""
    return f"| {name} | " + " | ".join(f"{mark}{_money(one)}{mark}" for one in dollars) + " |"


def _of(charged: Charged, services: Sequence[str]) -> float:
    found = by_service(costs(charged.usage))
    return sum(found.get(service, 0.0) for service in services)


def _work(charged: Charged) -> float:
    return charged.dollars - _of(charged, WATCHING)


def _watched(monthly: Usage) -> Usage:
    names = ("alarm_months", "composite_alarm_months", "dashboard_months")
    return Usage({name: monthly[name] for name in names})


def _dashboards(number: float) -> str:
    return "a dashboard" if number == 1 else f"{number:.0f} dashboards"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _money(dollars: float) -> str:
    if not dollars:
        return "–"
    return f"${dollars:.4f}" if dollars < 0.005 else f"${dollars:,.2f}"


if __name__ == "__main__":
    write(text_of(standing_of(project_context())))
