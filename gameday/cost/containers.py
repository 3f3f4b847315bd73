"""What a container that is started once a day would cost for the same work: the other design.

One Fargate task a day runs three scripts one after the other, with a minute's sleep between two of
them, and makes a MediaConvert job at 5 Mbit/s for each video; its key is in Secrets Manager. In
its favour: it does everything once, as few of its kind do, its jobs follow the source's size, so
that they count as many minutes as ours, it has no NAT gateway, and its logs cost nothing.
https://github.com/alahl1/SportsDataBackup
"""

from collections.abc import Iterator

from gameday.cost.months import GIGABYTE, Month, Season
from gameday.cost.plan import CONSTANT_MEGABITS, ITEM, Workload
from gameday.costs import Usage

PROCESSORS, GIGABYTES = 0.5, 1.0  # TASK_CPU=512, TASK_MEMORY=1024
SLEEP_SECONDS = 2 * 60
START_SECONDS = 30  # by assumption: image and network, which are paid for
MEGABYTES_A_SECOND = 10  # by assumption, through the task's memory
IMAGE_GIGABYTES = 0.2  # by assumption: a slim Python image with boto3 and requests


def months_of(season: Season, load: Workload) -> Iterator[tuple[Month, Usage]]:
    """Each month of the season with its usage."""
    months, clips = season.months, load.all_clips
    rendition = CONSTANT_MEGABITS * 1e6 / 8 * load.seconds
    archive = clips * (load.source_bytes + rendition) / GIGABYTE
    table = clips * ITEM / GIGABYTE
    for index, month in enumerate(months):
        middle = (index + 0.5) / len(months)
        yield (
            month,
            Usage(
                normalized_minutes=clips * load.minutes_of_clip / len(months),
                s3_puts=(2 * clips + load.game_days) / len(months),
                s3_gets=clips / len(months),
                dynamodb_writes=clips * ITEM / 1_024 / len(months),
                object_gigabyte_months=archive * middle,
                table_gigabyte_months=table * middle,
                secret_months=1,
                image_gigabyte_months=IMAGE_GIGABYTES,
            )
            + _tasks(load) * (month.days * load.leagues),
        )


def _tasks(load: Workload) -> Usage:
    """One run of the task."""
    seconds = START_SECONDS + SLEEP_SECONDS
    seconds += load.clips * load.source_bytes / 1e6 / MEGABYTES_A_SECOND
    hours = seconds / 3_600
    return Usage(
        fargate_vcpu_hours=PROCESSORS * hours,
        fargate_gigabyte_hours=GIGABYTES * hours,
        public_address_hours=hours,
    )
