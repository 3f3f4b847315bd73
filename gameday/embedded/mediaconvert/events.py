"""The events that EventBridge gets when a job's status changes.

https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_event_list.html
"""

import json
import logging
from typing import Any

from gameday.embedded import clock
from gameday.embedded.mediaconvert.jobs import Job
from gameday.embedded.mediaconvert.media import Media

log = logging.getLogger(__name__)

# ffmpeg's names of codecs as the service spells them.
_CODECS = {"h264": "H_264", "hevc": "H_265", "mpeg2video": "MPEG2", "vp9": "VP9", "aac": "AAC"}


def emit(job: Job, status: str, **detail: Any) -> None:
    """Put a "MediaConvert Job State Change" on the default bus; members are in camelCase."""
    from ministack.services import eventbridge

    account = job.settled("Arn").split(":")[4]
    event = {
        "Source": "aws.mediaconvert",
        "DetailType": "MediaConvert Job State Change",
        "Resources": [job.settled("Arn")],
        "Detail": json.dumps(
            {
                "timestamp": int(clock.time() * 1000),
                "accountId": account,
                "queue": job.settled("Queue"),
                "jobId": job.id,
                "status": status,
                "userMetadata": job.settled("UserMetadata"),
                **detail,
            }
        ),
    }
    try:
        eventbridge._put_events({"Entries": [event]}, allow_aws_source=True)
    except Exception:
        # As on AWS, a job does not depend on who listens.
        log.exception("the event %s of job %s was not delivered", status, job.id)


def input_information(location: str, media: Media) -> dict[str, Any]:
    """The detail of an INPUT_INFORMATION event."""
    video = [
        {
            "codec": _CODECS.get(stream.codec, stream.codec.upper()),
            "width": stream.width,
            "height": stream.height,
            "frameRate": round(float(stream.frame_rate or 0), 3),
            "interlaceMode": "INTERLACED" if stream.interlaced else "PROGRESSIVE",
            "sar": f"{stream.sample_aspect.numerator}:{stream.sample_aspect.denominator}",
        }
        for stream in media.videos
    ]
    audio = [
        {
            "codec": _CODECS.get(stream.codec, stream.codec.upper()),
            "sampleRate": stream.sample_rate,
        }
        for stream in media.audios
    ]
    return {"inputDetails": [{"id": 1, "uri": location, "video": video, "audio": audio}]}
