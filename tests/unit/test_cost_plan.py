"""A season's price by its settings, before anything is deployed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gameday.commands.cost import cost
from gameday.cost.months import Month, Season
from gameday.cost.plan import Workload, months_of
from gameday.cost.planned import next_season, planned, read_settings
from gameday.cost.standing import Standing
from gameday.costs import Usage, dollars_of
from gameday.request import UsageError
from stacks.settings import Settings

SEASON = Season(Month(2026, 11), Month(2027, 4))
STANDING = Standing(Usage(secret_months=1, alarm_months=10, dashboard_months=1), schedules=2)


def season_of(days: int = 150, lines: int = 360, ready: float = 1.0, **settings: object) -> float:
    """What a season's work costs, without what watches over it."""
    found = plan_of(days, lines, ready, **settings)
    watching = ("alarm_months", "dashboard_months", "metric_months", "log_gigabytes")
    used = found.whole.usage
    return dollars_of({name: one for name, one in used.items() if name not in watching})


def plan_of(days: int = 150, lines: int = 360, ready: float = 1.0, **settings: object):
    chosen = Settings(**settings)
    load = Workload.of(chosen, SEASON, clips=10, minutes=1.5, days=days, lines=lines, ready=ready)
    return planned(chosen, SEASON, load, STANDING)


@pytest.mark.parametrize("lines", [360, 720])
def test_a_season_costs_less_than_the_same_work_in_a_container(lines: int):
    containers = plan_of(lines=lines).containers.dollars

    assert season_of(lines=lines) < containers
    assert season_of(lines=lines, transcode="when_needed") < containers / 3


def test_transcoding_is_paid_by_the_minute_and_hd_twice():
    assert plan_of().whole.usage["normalized_minutes"] == pytest.approx(150 * 10 * 1.5)
    assert plan_of(lines=720).whole.usage["normalized_minutes"] == pytest.approx(4500)
    half = plan_of(ready=0.5, transcode="when_needed").whole.usage["normalized_minutes"]
    assert half == pytest.approx(150 * 10 * 1.5 / 2)


def test_a_constant_bitrate_costs_storage_and_no_more_minutes():
    constant, matched = plan_of(transcode_profile="cbr-5mbps"), plan_of()

    assert constant.whole.usage["normalized_minutes"] == matched.whole.usage["normalized_minutes"]
    assert constant.afterwards.dollars > matched.afterwards.dollars


@pytest.mark.parametrize(
    "settings",
    [
        {"leagues": ("NCAA", "NBA")},
        {"table_exports": "daily"},
        {"drill_schedule": "weekly"},
        {"log_retention_days": 3653},
        {"replica_region": "eu-west-1"},
        {"aws_backup_days": 35},
        {"replica_region": "eu-west-1", "aws_backup_days": 35},
    ],
)
def test_what_is_switched_on_is_paid_for(settings: dict):
    assert plan_of(**settings).whole.dollars > plan_of().whole.dollars


def test_months_cost_more_the_more_is_kept():
    chosen = Settings()
    load = Workload.of(chosen, SEASON)
    dollars = [dollars_of(used) for _, used in months_of(chosen, SEASON, load, STANDING)]

    assert dollars == sorted(dollars)
    assert len(dollars) == 6
    assert load.game_days == 181
    assert load.clips == chosen.limit


def test_in_summer_the_next_season_is_planned():
    settings = Settings()

    assert next_season(settings, SEASON.start.date()) == SEASON
    assert next_season(settings, SEASON.end.date()) == Season(Month(2027, 11), Month(2028, 4))


def test_settings_are_those_of_the_file_with_what_is_given_laid_over(tmp_path: Path):
    file = tmp_path / "mine.json"
    for content in ({"limit": 7}, {"context": {"limit": 7}}):
        file.write_text(json.dumps(content))

        settings, context = read_settings(file, ["leagues=NCAA,NBA"])

        assert (settings.limit, settings.leagues) == (7, ("NCAA", "NBA"))
        assert context == {"limit": 7, "leagues": "NCAA,NBA"}


def test_all_problems_are_told_at_once(tmp_path: Path):
    file = tmp_path / "mine.json"
    file.write_text('{"limit": 99}')

    with pytest.raises(UsageError) as raised:
        read_settings(file, ["transcode=never", "replica_lock_days=5"])

    for name in ("limit", "transcode", "replica_lock_days"):
        assert name in str(raised.value)


@pytest.mark.parametrize("content", ["no JSON", "[1]", '{"context": 5}', "[" * 100_000])
def test_a_file_that_holds_no_settings_is_refused(tmp_path: Path, content: str):
    file = tmp_path / "mine.json"
    file.write_text(content)

    with pytest.raises(UsageError, match="mine.json"):
        read_settings(file, [])


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path):
    with pytest.raises(UsageError, match="absent.json cannot be read: No such file"):
        read_settings(tmp_path / "absent.json", [])


@pytest.mark.parametrize("option", ["--minutes", "--megabits", "--ready"])
def test_what_is_no_number_is_refused(option: str):
    refused = CliRunner().invoke(cost, ["--plan", option, "nan"])

    assert (refused.exit_code, "is not a number" in refused.output) == (2, True)


def test_a_setting_without_a_value_is_refused():
    with pytest.raises(UsageError, match="name=value"):
        read_settings(None, ["limit"])
