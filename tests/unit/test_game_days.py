"""The schedule, followed day by day over calendars, covers each game day of the season once."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.game_day import GameDay, game_day_of
from stacks.game_days import MONTHS, WEEKDAYS, CronFields, later, run_schedule
from stacks.setting_values import EARLIEST_RUN, LATEST_RUN, MOST_DAYS_AFTER

days = st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)
months = st.lists(st.sampled_from(MONTHS), min_size=1, unique=True)
run_times = st.times(EARLIEST_RUN, LATEST_RUN).map(lambda t: t.replace(second=0, microsecond=0))
offsets = st.integers(1, MOST_DAYS_AFTER)
zones = st.sampled_from(["America/New_York", "Pacific/Auckland", "Europe/London", "Asia/Kolkata"])
some_day = st.dates(date(2025, 1, 1), date(2032, 12, 31))


def runs_on(fields: CronFields, day: date) -> bool:
    """Whether a scheduler that reads the cron fields runs on `day`."""
    return WEEKDAYS[day.weekday()] in fields.week_day.split(",") and (
        fields.month == "*" or MONTHS[day.month - 1] in fields.month.split(",")
    )


def scheduled_input(day: date, fields: CronFields, zone: str, days_after: int) -> dict:
    """What the scheduler hands over when it runs on `day`: the moment, in UTC."""
    local = datetime.combine(day, time(int(fields.hour), int(fields.minute)), ZoneInfo(zone))
    moment = local.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"league": "NCAA", "scheduled_time": moment, "days_after": days_after}


@given(days, months, run_times, offsets, zones, some_day)
def test_every_game_day_of_the_season_gets_its_run(
    game_days, season, run_time, days_after, zone, game_date
):
    fields = run_schedule(game_days, season, run_time, days_after)
    is_game_day = WEEKDAYS[game_date.weekday()] in game_days
    in_season = MONTHS[game_date.month - 1] in season
    run_day = game_date + timedelta(days=days_after)

    if is_game_day and in_season:
        assert runs_on(fields, run_day)


@given(days, months, run_times, offsets, zones, some_day)
def test_every_run_is_about_a_game_day(game_days, season, run_time, days_after, zone, run_day):
    fields = run_schedule(game_days, season, run_time, days_after)
    if not runs_on(fields, run_day):
        return

    found = game_day_of(scheduled_input(run_day, fields, zone, days_after), zone)

    assert found == GameDay("NCAA", run_day - timedelta(days=days_after))
    assert WEEKDAYS[found.date.weekday()] in game_days


def test_a_run_on_the_day_the_clocks_change_is_about_the_day_before():
    fields = run_schedule(["SAT"], ["MAR", "NOV"], time(9, 30), 1)
    for clocks_change in (date(2026, 3, 8), date(2026, 11, 1)):
        given_input = scheduled_input(clocks_change, fields, "America/New_York", 1)
        found = game_day_of(given_input, "America/New_York")

        assert runs_on(fields, clocks_change)
        assert found.date == clocks_change - timedelta(days=1)


def test_days_are_listed_by_name_so_that_no_range_wraps():
    fields = run_schedule(["TUE", "WED", "THU", "FRI", "SAT", "SUN"], ["NOV", "APR"], time(9, 5), 1)

    assert fields == CronFields("5", "9", "APR,MAY,NOV,DEC", "MON,WED,THU,FRI,SAT,SUN")


def test_a_whole_year_needs_no_list_of_months():
    assert run_schedule(["MON"], MONTHS, time(9, 0), 1).month == "*"


@given(run_times)
def test_the_later_run_is_on_the_same_day(run_time):
    assert later(run_time, 30) > run_time
