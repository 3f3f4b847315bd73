"""The schedules, followed day by day over calendars, cover each game day of the season."""

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stacks.game_days import MONTHS, WEEKDAYS, CronFields, later, look_schedule, run_schedule
from stacks.setting_values import EARLIEST_RUN, LATEST_RUN, LONGEST_LOOK_BACK

days = st.lists(st.sampled_from(WEEKDAYS), min_size=1, unique=True)
months = st.lists(st.sampled_from(MONTHS), min_size=1, unique=True)
run_times = st.times(EARLIEST_RUN, LATEST_RUN).map(lambda t: t.replace(second=0, microsecond=0))
windows = st.integers(1, LONGEST_LOOK_BACK)
some_day = st.dates(date(2025, 1, 1), date(2032, 12, 31))


def runs_on(fields: CronFields, day: date) -> bool:
    """Whether a scheduler that reads the cron fields runs on `day`."""
    return WEEKDAYS[day.weekday()] in fields.week_day.split(",") and (
        fields.month == "*" or MONTHS[day.month - 1] in fields.month.split(",")
    )


@given(days, months, run_times, windows, some_day)
def test_every_game_day_of_the_season_is_looked_at_until_its_games_are_closed(
    game_days, season, run_time, look_back_days, game_date
):
    fields = look_schedule(game_days, season, run_time, look_back_days)
    if WEEKDAYS[game_date.weekday()] not in game_days or MONTHS[game_date.month - 1] not in season:
        return

    for days_after in range(1, look_back_days + 2):
        assert runs_on(fields, game_date + timedelta(days=days_after))


@given(days, run_times, windows, some_day)
def test_nobody_looks_when_no_game_can_be_open(game_days, run_time, look_back_days, day):
    fields = look_schedule(game_days, MONTHS, run_time, look_back_days)

    before = [day - timedelta(days=n) for n in range(1, look_back_days + 2)]
    can_be_open = any(WEEKDAYS[one.weekday()] in game_days for one in before)
    assert runs_on(fields, day) == can_be_open


def test_days_are_listed_by_name_so_that_no_range_wraps():
    fields = look_schedule(["SAT", "SUN"], ["NOV", "APR"], time(9, 5), 1)

    assert fields == CronFields("5", "9", "APR,MAY,NOV,DEC", "MON,TUE,SUN")
    exports = run_schedule(["MON"], ["NOV"], time(12, 0), 0)
    assert exports == CronFields("0", "12", "NOV,DEC", "MON")


def test_a_whole_year_needs_no_list_of_months():
    assert look_schedule(["MON"], MONTHS, time(9, 0), 1).month == "*"


@given(run_times)
def test_the_later_run_is_on_the_same_day(run_time):
    assert later(run_time, 30) > run_time
