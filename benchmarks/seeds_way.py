"""The pipeline that the vault replaces, re-created small: three scripts, one after the other.

    python -m benchmarks.seeds_way fetch      one query; its JSON to S3; put_item per record
    python -m benchmarks.seeds_way process    each URL into memory, from there to S3
    python -m benchmarks.seeds_way transcode  a MediaConvert job per video, not waited for

It follows the description at https://github.com/alahl1/SportsDataBackup. In its favour, and so
that both sides see the same clips, it mends what would stop theirs: it asks for the game day in
the league's time zone, goes on after a URL that fails, leaves out a URL that leads off this
machine, which theirs would store as `video/mp4`, and makes a job for each video instead of for the
first one only.

The third script needs no requests, so that only the first two import it.

Between two of the scripts theirs sleeps for a minute. Nothing sleeps here: `game_day.py`, which
measures this, adds the minutes.
"""

import json
import os
import sys
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

INPUT_KEY = "highlights/basketball_highlights.json"
VIDEOS = "videos/"
PROCESSED_VIDEOS = "processed_videos/"
TIMEOUT = 30


def fetch() -> None:
    """The provider's answer to one query, into the bucket and the table."""
    import requests

    answer = requests.get(
        os.environ["API_URL"],
        headers={"x-rapidapi-key": os.environ["RAPIDAPI_KEY"]},
        params={
            "date": os.environ["DATE"],
            "timezone": os.environ["TIME_ZONE"],
            "leagueName": os.environ["LEAGUE_NAME"],
            "limit": os.environ["LIMIT"],
        },
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    highlights = answer.json()
    _save_to_bucket(highlights)
    table = boto3.resource("dynamodb").Table(os.environ["DYNAMODB_TABLE"])
    for record in highlights["data"]:
        item = record | {
            "id": str(record.get("id") or record["url"]),
            "fetch_date": datetime.now(UTC).strftime("%Y-%m-%d"),
        }
        table.put_item(Item=item)


def _save_to_bucket(highlights: dict[str, Any]) -> None:
    s3, bucket = boto3.client("s3"), os.environ["S3_BUCKET_NAME"]
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError:
        s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=INPUT_KEY, Body=json.dumps(highlights))


def process() -> None:
    """Every video of the saved answer, into the bucket."""
    import requests

    s3, bucket = boto3.client("s3"), os.environ["S3_BUCKET_NAME"]
    highlights = json.load(s3.get_object(Bucket=bucket, Key=INPUT_KEY)["Body"])
    for index, record in enumerate(highlights["data"]):
        if urlsplit(record["url"]).hostname != "127.0.0.1":
            continue
        response = requests.get(record["url"], stream=True, timeout=TIMEOUT)
        if response.ok:
            s3.put_object(
                Bucket=bucket,
                Key=f"{VIDEOS}highlight_{index}.mp4",
                Body=BytesIO(response.content),
                ContentType="video/mp4",
            )


def transcode() -> None:
    """A job for every video in the bucket."""
    s3, bucket = boto3.client("s3"), os.environ["S3_BUCKET_NAME"]
    mediaconvert = boto3.client("mediaconvert")
    for video in s3.list_objects_v2(Bucket=bucket, Prefix=VIDEOS).get("Contents", []):
        mediaconvert.create_job(
            Role=os.environ["MEDIACONVERT_ROLE_ARN"],
            Settings=_job_settings(f"s3://{bucket}/{video['Key']}", bucket),
            AccelerationSettings={"Mode": "DISABLED"},
            StatusUpdateInterval="SECONDS_60",
        )


def _job_settings(source: str, bucket: str) -> dict[str, Any]:
    """MP4 with H.264 Main at 5 Mbit/s CBR and AAC at 64 kbit/s, stereo, 48 kHz."""
    h264 = {
        "RateControlMode": "CBR",
        "Bitrate": 5_000_000,
        "CodecProfile": "MAIN",
        "QualityTuningLevel": "SINGLE_PASS",
        "FramerateControl": "INITIALIZE_FROM_SOURCE",
    }
    aac = {"Bitrate": 64_000, "CodingMode": "CODING_MODE_2_0", "SampleRate": 48_000}
    output = {
        "ContainerSettings": {"Container": "MP4"},
        "VideoDescription": {"CodecSettings": {"Codec": "H_264", "H264Settings": h264}},
        "AudioDescriptions": [
            {
                "AudioSourceName": "Audio Selector 1",
                "CodecSettings": {"Codec": "AAC", "AacSettings": aac},
            }
        ],
    }
    destination = {"Destination": f"s3://{bucket}/{PROCESSED_VIDEOS}"}
    return {
        "Inputs": [
            {
                "FileInput": source,
                "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}},
            }
        ],
        "OutputGroups": [
            {
                "OutputGroupSettings": {
                    "Type": "FILE_GROUP_SETTINGS",
                    "FileGroupSettings": destination,
                },
                "Outputs": [output],
            }
        ],
    }


SCRIPTS = {"fetch": fetch, "process": process, "transcode": transcode}

if __name__ == "__main__":
    SCRIPTS[sys.argv[1]]()
