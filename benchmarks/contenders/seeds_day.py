"""The sample day twice by the seeds' way, in an embedded AWS: how long, and what it asked for."""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.contenders.metered_aws import MeteredAws, job_statuses, metering
from benchmarks.processes import ROOT, environment
from gameday.embedded.provider import Provider
from gameday.embedded.sample import SAMPLE_KEY, SampleDay, serve_sample
from gameday.synthesis import project_context

SCRIPTS = ("fetch", "process", "transcode")
BUCKET = "seeds-highlights"
TABLE = "SportsHighlights"
ROLE = "MediaConvertRole"
POLL = 0.05  # seconds


def main(home: Path) -> None:
    """Print the figures of the first run and of the second."""
    with MeteredAws(home / "aws") as aws, serve_sample(home / "sample") as provider:
        settings = _settings(aws, provider)
        print(json.dumps({name: _run(aws, provider, settings) for name in ("first", "second")}))


def _run(aws: MeteredAws, provider: Provider, settings: dict[str, str]) -> dict[str, Any]:
    """seconds: of the pipeline. playable_seconds: until its jobs, which it leaves, are done."""
    with metering(aws, provider) as usage:
        began = time.monotonic()
        for script in SCRIPTS:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.seeds_way", script],
                cwd=ROOT,
                env=environment() | aws.environment() | settings,
                check=True,
            )
        seconds = time.monotonic() - began
        while (statuses := job_statuses(aws)) & {"SUBMITTED", "PROGRESSING"}:
            time.sleep(POLL)
        playable = time.monotonic() - began
    if statuses != {"COMPLETE"}:
        sys.exit(f"jobs ended as {', '.join(statuses)}")
    return {"seconds": seconds, "playable_seconds": playable, "usage": asdict(usage)}


def _settings(aws: MeteredAws, provider: Provider) -> dict[str, str]:
    """The settings that the pipeline takes from its environment, and what must be there before."""
    context = project_context()
    aws.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return {
        "API_URL": provider.url,
        "RAPIDAPI_KEY": SAMPLE_KEY,
        "DATE": SampleDay.game_date.isoformat(),
        "TIME_ZONE": SampleDay.time_zone,
        "LEAGUE_NAME": SampleDay.league,
        "LIMIT": str(context["limit"]),
        "S3_BUCKET_NAME": BUCKET,
        "DYNAMODB_TABLE": TABLE,
        "MEDIACONVERT_ROLE_ARN": _role(aws.client("iam")),
    }


def _role(iam: Any) -> str:
    """A role with which MediaConvert reads and writes the bucket."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "mediaconvert.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    objects = {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))["Role"]
    iam.put_role_policy(RoleName=ROLE, PolicyName="Objects", PolicyDocument=_policy(objects))
    return role["Arn"]


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
