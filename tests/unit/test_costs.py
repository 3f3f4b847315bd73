from datetime import date

import pytest

from gameday.costs import (
    PRICE_LIST,
    PRICES,
    Usage,
    by_service,
    costs,
    dollars_of,
    free_dollars,
    total,
)

TEN_HD_CLIPS = Usage(
    normalized_minutes=30,
    lambda_gigabyte_seconds=95,
    lambda_requests=18,
    state_transitions=105,
    s3_puts=110,
    s3_gets=40,
    dynamodb_writes=60,
    dynamodb_reads=60,
    backup_gigabyte_months=0.001,
    secret_months=1 / 30,
)


def test_a_game_day_of_ten_hd_clips_costs_a_quarter_of_a_dollar():
    dollars = {(line.service, line.unit): line.dollars for line in costs(TEN_HD_CLIPS)}
    assert dollars == {
        ("MediaConvert", "normalized minutes"): pytest.approx(0.225),
        ("Lambda", "GB-seconds (arm64)"): pytest.approx(0.00127, abs=5e-6),
        ("Lambda", "requests"): pytest.approx(0.0000036),
        ("Step Functions", "state transitions"): pytest.approx(0.002625),
        ("S3", "PUT, COPY and LIST requests"): pytest.approx(0.00055),
        ("S3", "GET requests"): pytest.approx(0.000016),
        ("DynamoDB", "write request units"): pytest.approx(0.0000375),
        ("DynamoDB", "read request units"): pytest.approx(0.0000075),
        ("DynamoDB", "GB-months of backup"): pytest.approx(0.0001),
        ("Secrets Manager", "secret-months"): pytest.approx(0.01333, abs=5e-6),
    }
    assert round(total(costs(TEN_HD_CLIPS)), 3) == 0.243
    assert sum(by_service(costs(TEN_HD_CLIPS)).values()) == pytest.approx(0.243, abs=5e-4)


def test_a_run_that_did_nothing_costs_nothing():
    assert dollars_of(Usage()) == 0


def test_what_has_no_price_is_not_taken_for_free():
    with pytest.raises(KeyError, match="coffee"):
        costs(Usage(coffee=1))


def test_usages_are_added_and_multiplied_name_by_name():
    both = Usage(s3_puts=1, s3_gets=2) + Usage(s3_puts=3)

    assert both == {"s3_puts": 4, "s3_gets": 2}
    assert both * 2.5 == {"s3_puts": 10, "s3_gets": 5}
    assert Usage.sum([both, both]) == both * 2


def test_what_is_free_is_no_more_than_what_is_used_and_no_more_than_is_given():
    assert free_dollars(Usage(dashboard_months=1)) == 3.0
    assert free_dollars(Usage(dashboard_months=5)) == 9.0
    assert free_dollars(Usage(normalized_minutes=5)) == 0.0


def test_every_price_says_where_it_is_from_and_none_is_of_a_later_day_than_the_file():
    assert PRICE_LIST.region == "us-east-1"
    for name, price in PRICES.items():
        assert price.source and price.unit and price.service and price.dollars > 0, name
        assert (price.read or date.min) <= PRICE_LIST.collected, name
