from dataclasses import fields

import pytest

from gameday.costs import PRICES, Rendition, Usage, costs, normalized_minutes, total

TEN_HD_CLIPS = Usage(
    renditions=[Rendition(1280, 720, seconds=90)] * 10,
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
        ("S3", "PUT requests"): pytest.approx(0.00055),
        ("S3", "GET requests"): pytest.approx(0.000016),
        ("DynamoDB", "write request units"): pytest.approx(0.0000375),
        ("DynamoDB", "read request units"): pytest.approx(0.0000075),
        ("DynamoDB", "GB-months of backup"): pytest.approx(0.0001),
        ("Secrets Manager", "secret-months"): pytest.approx(0.01333, abs=5e-6),
    }
    assert round(total(costs(TEN_HD_CLIPS)), 3) == 0.243


def test_a_run_that_did_nothing_costs_nothing():
    assert total(costs(Usage())) == 0


def test_every_quantity_of_a_run_is_on_the_bill():
    measured = {field.name for field in fields(Usage)} - {"renditions"}
    assert PRICES.keys() == {"normalized_minutes", *measured}


@pytest.mark.parametrize(
    ("rendition", "minutes"),
    [
        (Rendition(640, 360, seconds=90), 1.5),
        (Rendition(1278, 718, seconds=60), 1),
        (Rendition(1280, 720, seconds=60), 2),
        (Rendition(1920, 1080, seconds=60), 2),
        (Rendition(3840, 2160, seconds=60), 4),
        (Rendition(360, 640, seconds=60), 1),
        (Rendition(720, 1280, seconds=60), 2),
        (Rendition(640, 360, seconds=60, frames_per_second=60), 2),
        (Rendition(1280, 720, seconds=60, frames_per_second=29.97), 2),
    ],
)
def test_resolution_and_frame_rate_multiply_the_minutes(rendition, minutes):
    assert normalized_minutes(rendition) == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("seconds", "billed"), [(0.5, 10), (3, 10), (10, 10), (10.01, 11), (44.2, 45)]
)
def test_whole_seconds_are_billed_and_at_least_ten(seconds, billed):
    assert normalized_minutes(Rendition(640, 360, seconds)) == pytest.approx(billed / 60)
