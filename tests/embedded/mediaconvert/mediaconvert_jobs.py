"""Job settings, and what the tests do in the embedded account."""

import copy
import json
import time
import uuid
from pathlib import Path
from typing import Any

from gameday.embedded.aws import EmbeddedAws
from gameday.embedded.mediaconvert import MediaConvert

ACCOUNT = "000000000000"
DEADLINE_SECONDS = 300

AUDIO = {
    "AudioSourceName": "Audio Selector 1",
    "CodecSettings": {
        "Codec": "AAC",
        "AacSettings": {"Bitrate": 64000, "CodingMode": "CODING_MODE_2_0", "SampleRate": 48000},
    },
}
H264 = {"RateControlMode": "QVBR", "MaxBitrate": 1_000_000}
CAPTURE = {"FramerateNumerator": 1, "FramerateDenominator": 1, "MaxCaptures": 1, "Quality": 80}


def video_output(h264: dict[str, Any] | None = None, **description: Any) -> dict[str, Any]:
    """An MP4 output with sound."""
    codec = {"Codec": "H_264", "H264Settings": h264 or dict(H264)}
    return {
        "ContainerSettings": {"Container": "MP4", "Mp4Settings": {}},
        "VideoDescription": {"CodecSettings": codec, **description},
        "AudioDescriptions": [copy.deepcopy(AUDIO)],
    }


def capture_output(capture: dict[str, Any] | None = None, **description: Any) -> dict[str, Any]:
    """An output of JPEG files."""
    codec = {"Codec": "FRAME_CAPTURE", "FrameCaptureSettings": capture or dict(CAPTURE)}
    return {
        "ContainerSettings": {"Container": "RAW"},
        "VideoDescription": {"CodecSettings": codec, **description},
    }


def settings_for(source: str, destination: str, *outputs: dict[str, Any]) -> dict[str, Any]:
    """Job settings with one file group."""
    group = {
        "Type": "FILE_GROUP_SETTINGS",
        "FileGroupSettings": {"Destination": destination},
    }
    return {
        "Inputs": [
            {
                "FileInput": source,
                "AudioSelectors": {"Audio Selector 1": {"DefaultSelection": "DEFAULT"}},
                "VideoSelector": {"Rotate": "AUTO"},
                "TimecodeSource": "ZEROBASED",
            }
        ],
        "OutputGroups": [
            {
                "Name": "File Group",
                "OutputGroupSettings": group,
                "Outputs": list(outputs) or [video_output()],
            }
        ],
    }


class Account:
    """What the tests do in the embedded account, as its administrator."""

    def __init__(self, aws: EmbeddedAws, service: MediaConvert) -> None:
        self.aws = aws
        self.service = service
        self.api = aws.client("mediaconvert")
        self.s3 = aws.client("s3")

    def bucket(self, versioned: bool = False) -> str:
        name = f"bucket-{uuid.uuid4()}"
        self.s3.create_bucket(Bucket=name)
        if versioned:
            self.s3.put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Enabled"}
            )
        return name

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
        return [item["Key"] for item in listed]

    def role(self, *statements: dict[str, Any], trusted: str = "mediaconvert") -> str:
        """A role that the service `trusted` may assume; each statement allows something."""
        name = f"role-{uuid.uuid4()}"
        trust = {"Principal": {"Service": f"{trusted}.amazonaws.com"}, "Action": "sts:AssumeRole"}
        iam = self.aws.client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="allowed", PolicyDocument=policy(*statements)
            )
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"

    def upload(self, path: Path, bucket: str) -> str:
        key = f"videos/{path.name}"
        self.s3.upload_file(str(path), bucket, key)
        return f"s3://{bucket}/{key}"

    def run(self, settings: dict[str, Any], role: str, **request: Any) -> dict[str, Any]:
        """The record of a job that has ended."""
        job = self.api.create_job(Role=role, Settings=settings, **request)["Job"]
        return self.ended(job["Id"])

    def ended(self, job_id: str) -> dict[str, Any]:
        assert self.service.job(job_id).wait(DEADLINE_SECONDS), f"job {job_id} did not end"
        return self.api.get_job(Id=job_id)["Job"]

    def listen(self) -> "JobEvents":
        return JobEvents(self.aws)


class JobEvents:
    """The job events from now on, which arrive in any order, as EventBridge's do."""

    def __init__(self, aws: EmbeddedAws) -> None:
        self._sqs, events = aws.client("sqs"), aws.client("events")
        self._seen: list[dict[str, Any]] = []
        name = f"events-{uuid.uuid4()}"
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        pattern = {"source": ["aws.mediaconvert"]}
        rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
        queue = f"arn:aws:sqs:{aws.region}:{ACCOUNT}:{name}"
        allowed = {
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
        }
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy(allowed)})
        events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": queue}])

    def next(self, status: str) -> dict[str, Any]:
        """The detail of the next event with the status; waits for it."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            for event in self._seen:
                if event["status"] == status:
                    self._seen.remove(event)
                    return event
            assert time.monotonic() < deadline, f"no event {status} arrived, but {self._seen}"
            received = self._sqs.receive_message(QueueUrl=self._url, WaitTimeSeconds=20)
            for message in received.get("Messages", []):
                self._seen.append(json.loads(message["Body"])["detail"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])


def policy(*statements: dict[str, Any]) -> str:
    allowing = [{"Effect": "Allow", **statement} for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": allowing})


def files_in(bucket: str) -> dict[str, Any]:
    """A statement that allows a job to list, read and write all objects of a bucket."""
    arn = f"arn:aws:s3:::{bucket}"
    actions = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    return {"Action": actions, "Resource": [arn, f"{arn}/*"]}
