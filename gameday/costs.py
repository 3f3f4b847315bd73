"""What a run would have cost on AWS: metered quantities times published prices.

Without free tiers, volume discounts, taxes and the monthly price of what stays in S3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil


@dataclass(frozen=True)
class Price:
    """What one `unit` of a service costs. `source` is where the figure was read."""

    service: str
    unit: str
    dollars: float
    source: str


PRICES_REGION = "us-east-1"
PRICES_COLLECTED = date(2026, 11, 20)
PRICES = {
    "normalized_minutes": Price(
        "MediaConvert",
        "normalized minutes",
        0.0075,
        "https://aws.amazon.com/mediaconvert/pricing/: Basic tier, first 100,000 a month; "
        "quoted at dev.classmethod.jp for us-east-2 after the change of 2024-09-17",
    ),
    "lambda_gigabyte_seconds": Price(
        "Lambda",
        "GB-seconds (arm64)",
        0.0000133334,
        "https://aws.amazon.com/lambda/pricing/: long published, not read again",
    ),
    "lambda_requests": Price(
        "Lambda",
        "requests",
        0.20 / 1e6,
        "https://aws.amazon.com/lambda/pricing/: long published, not read again",
    ),
    "state_transitions": Price(
        "Step Functions",
        "state transitions",
        0.025 / 1e3,
        "https://aws.amazon.com/step-functions/pricing/: Standard workflows; retries count",
    ),
    "s3_puts": Price(
        "S3",
        "PUT requests",
        0.005 / 1e3,
        "https://aws.amazon.com/s3/pricing/: long published, not read again",
    ),
    "s3_gets": Price(
        "S3",
        "GET requests",
        0.0004 / 1e3,
        "https://aws.amazon.com/s3/pricing/: long published, not read again",
    ),
    "dynamodb_writes": Price(
        "DynamoDB",
        "write request units",
        0.625 / 1e6,
        "https://aws.amazon.com/dynamodb/pricing/on-demand/: since 2024-11-01",
    ),
    "dynamodb_reads": Price(
        "DynamoDB",
        "read request units",
        0.125 / 1e6,
        "https://aws.amazon.com/dynamodb/pricing/on-demand/: since 2024-11-01",
    ),
    "backup_gigabyte_months": Price(
        "DynamoDB",
        "GB-months of backup",
        0.10,
        "quoted at finops.com.py/services/dynamodb/backups: warm on-demand backup",
    ),
    "secret_months": Price(
        "Secrets Manager",
        "secret-months",
        0.40,
        "https://aws.amazon.com/secrets-manager/pricing/: as read on 2026-09-20",
    ),
}

# What bringing things back costs, and keeping what came back; no run does that.
RESTORE_PRICES = {
    "restored_gigabytes": Price(
        "DynamoDB",
        "GB restored",
        0.15,
        "https://aws.amazon.com/dynamodb/pricing/on-demand/: from a backup or to a moment; long "
        "published, not read again",
    ),
    "table_gigabyte_months": Price(
        "DynamoDB",
        "GB-months of a table",
        0.25 + 0.20,
        "https://aws.amazon.com/dynamodb/pricing/on-demand/: storage, and point-in-time recovery "
        "as quoted at finops.com.py/services/dynamodb/backups",
    ),
    "object_gigabyte_months": Price(
        "S3",
        "GB-months of Standard storage",
        0.023,
        "https://aws.amazon.com/s3/pricing/: long published, not read again",
    ),
    "gigabytes_between_regions": Price(
        "S3",
        "GB from another region",
        0.02,
        "https://aws.amazon.com/s3/pricing/: data transfer; long published, not read again",
    ),
    "gigabytes_to_internet": Price(
        "S3",
        "GB to the internet",
        0.09,
        "https://aws.amazon.com/s3/pricing/: data transfer, first 10 TB a month; long published, "
        "not read again",
    ),
}

SHORTEST_BILLED_SECONDS = 10
HD_LINES, ABOVE_HD_LINES = 720, 1081
SD_MULTIPLIER, HD_MULTIPLIER, UHD_MULTIPLIER = 1, 2, 4
STANDARD_FRAME_RATE, HIGH_FRAME_RATE_MULTIPLIER = 30, 2


@dataclass(frozen=True)
class Rendition:
    """A video that MediaConvert made; width and height in pixels."""

    width: int
    height: int
    seconds: float
    frames_per_second: float = 30.0


@dataclass(frozen=True)
class Usage:
    """What a run used.

    renditions: videos of completed jobs; failed jobs are free. Thumbnails are not counted, since
        no price for them is known.
    lambda_gigabyte_seconds: memory in GB times billed seconds, initialisation included.
    backup_gigabyte_months: the backup's size in GB times the months it will be kept.
    secret_months: the run's share of a month of one secret.
    """

    renditions: Sequence[Rendition] = ()
    lambda_gigabyte_seconds: float = 0.0
    lambda_requests: int = 0
    state_transitions: int = 0
    s3_puts: int = 0
    s3_gets: int = 0
    dynamodb_writes: float = 0.0
    dynamodb_reads: float = 0.0
    backup_gigabyte_months: float = 0.0
    secret_months: float = 0.0


@dataclass(frozen=True)
class Cost:
    """One line of the bill. `dollars` is exact; round it only to show it."""

    service: str
    quantity: float
    unit: str
    dollars: float


def normalized_minutes(rendition: Rendition) -> float:
    """The minutes that MediaConvert's Basic tier bills for a rendition.

    Whole seconds, at least ten, times a multiplier: 1 below 720 lines, 2 up to 1080, 4 above;
    twice that above 30 frames a second. Lines are those of the shorter side, so that an upright
    video counts as one that lies. https://aws.amazon.com/mediaconvert/pricing/; the multipliers
    for more than 1080 lines and 30 frames are the ratios of its price list of 2021.
    """
    lines = min(rendition.width, rendition.height)
    if lines < HD_LINES:
        multiplier = SD_MULTIPLIER
    elif lines < ABOVE_HD_LINES:
        multiplier = HD_MULTIPLIER
    else:
        multiplier = UHD_MULTIPLIER
    if rendition.frames_per_second > STANDARD_FRAME_RATE:
        multiplier *= HIGH_FRAME_RATE_MULTIPLIER
    return max(ceil(rendition.seconds), SHORTEST_BILLED_SECONDS) / 60 * multiplier


def costs(usage: Usage) -> list[Cost]:
    """The bill of a run, a line per price, in the order of PRICES; unused services cost 0."""
    lines = []
    for name, price in PRICES.items():
        if name == "normalized_minutes":
            quantity = sum(normalized_minutes(rendition) for rendition in usage.renditions)
        else:
            quantity = getattr(usage, name)
        lines.append(Cost(price.service, quantity, price.unit, quantity * price.dollars))
    return lines


def total(lines: Sequence[Cost]) -> float:
    """The sum of a bill in dollars."""
    return sum(line.dollars for line in lines)


def transfer_dollars(size: int) -> float:
    """What so many bytes cost on their way out of AWS; nothing inside of one region."""
    return size / 1e9 * RESTORE_PRICES["gigabytes_to_internet"].dollars
