"""Every request to the provider is allowed before it is made, and its answer's quota is kept."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.highlights.errors import ProviderBudgetSpent, ProviderQuotaExceeded
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.provider import Provider
from tests.unit.test_provider import URL, FakeHttp, page, row

DAY = GameDay("NCAA", date(2026, 1, 10))
LIMIT, LEFT = "x-ratelimit-requests-limit", "x-ratelimit-requests-remaining"


class Meter:
    """Allows `most` requests and keeps what it is told."""

    def __init__(self, most: int = 99):
        self.most = most
        self.told: list[tuple[int | None, int | None]] = []

    def before_call(self) -> None:
        if not self.most:
            raise ProviderBudgetSpent("spent")
        self.most -= 1

    def after_call(self, limit: int | None, left: int | None) -> None:
        self.told.append((limit, left))

    def used_up(self) -> datetime:
        self.most = 0
        return datetime(2026, 2, 1, tzinfo=UTC)


def listing(http: FakeHttp, meter: Meter, limit: int = 3) -> None:
    Provider(http, URL, "", "the-key", meter).list_highlights(DAY, "America/New_York", limit)


def test_each_page_is_one_request_and_none_is_made_beyond_the_budget():
    http = FakeHttp(page([row(1)], 9), page([row(2)], 9))

    with pytest.raises(ProviderBudgetSpent):
        listing(http, Meter(most=1))
    assert len(http.requests) == 1


def test_the_quota_of_each_answer_is_kept():
    meter = Meter()
    listing(FakeHttp(page([], 0, **{LIMIT: "100", LEFT: "87"})), meter)

    assert meter.told == [(100, 87)]


@given(
    limit=st.text("0123456789-+._eE ٣", max_size=12),
    left=st.text("0123456789-+._eE ٣", max_size=12),
)
def test_no_header_is_believed_that_is_no_plain_number(limit: str, left: str):
    meter = Meter()
    listing(FakeHttp(page([], 0, **{LIMIT: limit, LEFT: left})), meter)

    ((told_limit, told_left),) = meter.told
    assert told_limit is None or 0 < told_limit < 10**9
    assert told_left is None or 0 <= told_left < 10**9
    if not left.strip().isascii() or not left.strip().isdigit():
        assert told_left is None


def test_a_daily_refusal_stops_the_day_and_says_when_it_goes_on():
    meter = Meter()
    http = FakeHttp((429, b'{"message": "You have exceeded the DAILY quota"}', {}))

    with pytest.raises(ProviderQuotaExceeded, match="goes on at 2026-02-01 00:00 UTC"):
        listing(http, meter)
    with pytest.raises(ProviderBudgetSpent):
        listing(http, meter)
    assert len(http.requests) == 1
