"""A vault's bill: by month, so far, and by forecast."""

from datetime import UTC, date, datetime

import pytest

from gameday.cost.bill import bill_of
from gameday.cost.ledger import Measured, made_on
from gameday.cost.months import Growth, Month, Season, days_played
from gameday.cost.standing import Standing
from gameday.costs import Usage, dollars_of
from gameday.meter import Work, usage_of_work
from stacks.settings import Settings

WINTER = ("NOV", "DEC", "JAN", "FEB", "MAR", "APR")
SEASON = Season(Month(2026, 11), Month(2027, 4))
NOVEMBER, DECEMBER = SEASON.months[:2]


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 1), Month(2026, 11), Month(2027, 4)),
        (date(2027, 1, 31), Month(2026, 11), Month(2027, 4)),
        (date(2027, 4, 30), Month(2026, 11), Month(2027, 4)),
        (date(2027, 5, 1), Month(2026, 11), Month(2027, 4)),
        (date(2027, 10, 31), Month(2026, 11), Month(2027, 4)),
    ],
)
def test_a_season_goes_over_new_year_and_counts_until_the_next_one(today, first, last):
    assert Season.around(WINTER, today) == Season(first, last)


def test_a_league_that_plays_all_year_has_seasons_of_calendar_years():
    every_month = [f"{datetime(2026, n, 1):%b}".upper() for n in range(1, 13)]

    assert Season.around(every_month, date(2026, 7, 1)) == Season(Month(2026, 1), Month(2026, 12))


def test_men_and_women_together_play_every_day():
    settings = Settings()

    assert days_played(SEASON, settings.mens_game_days) == 155
    assert days_played(SEASON, {*settings.mens_game_days, *settings.womens_game_days}) == 181


def test_what_is_kept_is_paid_for_from_its_day_on():
    kept = Growth()
    kept.add(date(2026, 11, 16), 10e9)
    kept.add(date(2026, 12, 1), 1e9)

    assert kept.gigabyte_months(NOVEMBER, SEASON.end) == pytest.approx(5)
    assert kept.gigabyte_months(DECEMBER, SEASON.end) == pytest.approx(11)
    assert kept.gigabyte_months(DECEMBER, datetime(2026, 12, 1, tzinfo=UTC)) == 0


def measured() -> Measured:
    """A vault after ten days: a gigabyte, six minutes and four clips on each."""
    found = Measured(standing=Standing(Usage(alarm_months=12, secret_months=1)))
    for day in range(1, 11):
        found.objects.add(date(2026, 11, day), 1e9)
        found.tables.add(date(2026, 11, day), 1e6)
        found.clips[date(2026, 11, day)] = 4
        found.minutes[NOVEMBER] += 6
        found.runs[NOVEMBER] += usage_of_work(Work(known=4, renditions=4))
    return found


NOW = datetime(2026, 11, 11, tzinfo=UTC)


def test_the_forecast_takes_the_days_left_to_be_like_those_that_were():
    bill = bill_of(measured(), SEASON, NOW)

    assert bill.so_far.usage["normalized_minutes"] == 60
    assert (bill.rate.days, bill.rate.left) == (10, 171)
    assert (bill.rate.clips, bill.rate.minutes) == (4, 6)
    assert bill.forecast.usage["normalized_minutes"] == pytest.approx(6 * 181)
    assert bill.forecast.usage["secret_months"] == pytest.approx(6, rel=0.01)
    # 181 GB, that come evenly in six months, are there for three of them on average.
    assert bill.forecast.usage["object_gigabyte_months"] == pytest.approx(181 * 3, rel=0.02)
    assert bill.afterwards.usage["object_gigabyte_months"] == pytest.approx(181)


def test_a_month_that_goes_on_is_paid_for_as_far_as_it_has_gone():
    bill = bill_of(measured(), SEASON, NOW)

    assert bill.month.usage["secret_months"] == pytest.approx(1 / 3)
    assert bill.month.dollars == bill.so_far.dollars == pytest.approx(dollars_of(bill.month.usage))
    assert 0 < bill.month.free < bill.month.dollars


def test_a_season_that_is_over_is_forecast_as_it_was():
    bill = bill_of(measured(), SEASON, datetime(2027, 6, 1, tzinfo=UTC))

    assert bill.rate.left == 0
    assert bill.forecast.usage["normalized_minutes"] == 60
    assert bill.month.usage["normalized_minutes"] == 0
    assert bill.month.usage["object_gigabyte_months"] == 0


def test_a_vault_that_began_late_is_not_thought_to_be_idle_before():
    found = Measured()
    found.objects.add(date(2027, 4, 20), 1e9)
    found.minutes[Month(2027, 4)] = 30

    bill = bill_of(found, SEASON, datetime(2027, 4, 21, tzinfo=UTC))

    assert bill.rate.since == "2027-04-20"
    assert bill.forecast.usage["normalized_minutes"] == pytest.approx(30 * 11)


def test_a_rendition_is_of_the_day_that_it_says_else_of_its_videos():
    item = {"updated_at": "2026-11-03T00:00:00+00:00", "rendition": {}}

    assert made_on(item) == date(2026, 11, 3)
    item["video"] = {"stored_at": "2026-11-02T00:00:00+00:00"}
    assert made_on(item) == date(2026, 11, 2)
    item["rendition"]["made_at"] = "2026-11-01T23:59:00+00:00"
    assert made_on(item) == date(2026, 11, 1)


def test_a_second_region_is_paid_for_as_well():
    alone, both = measured(), measured()
    both.is_replicated = True

    one, two = (bill_of(found, SEASON, NOW) for found in (alone, both))

    for time in ("so_far", "forecast", "afterwards"):
        used = getattr(two, time).usage
        assert used["replica_gigabyte_months"] == pytest.approx(used["object_gigabyte_months"])
        assert getattr(two, time).dollars > getattr(one, time).dollars
    assert two.so_far.usage["gigabytes_between_regions"] == pytest.approx(10)
    assert two.forecast.usage["gigabytes_between_regions"] == pytest.approx(181)
