"""AWS Elemental MediaConvert, served by ffmpeg.

Jobs are created, listed and cancelled through MediaConvert's HTTP API and through Step Functions.
They read and write S3 with the role they are given, end with MediaConvert's error codes, and emit
its events. A setting that is not implemented is refused; `settings.py` lists what is.

Jobs and their work last as long as the service: the state of the embedded AWS does not hold them.
"""

from gameday.embedded import clock
from gameday.embedded.mediaconvert.service import LIMITS, Host, Limits, MediaConvert

__all__ = ["Limits", "MediaConvert", "register"]


def register(aws: Host, limits: Limits = LIMITS) -> MediaConvert:
    """Add MediaConvert to an embedded AWS, and start it; `stop` ends what it runs.

    Raises:
        EmulatorChanged: the emulator is not the one this was written against.
    """
    from ministack import app
    from ministack.core import router
    from ministack.services import stepfunctions

    from gameday.embedded.mediaconvert import integration
    from gameday.embedded.mediaconvert.api import Api

    integration.apply()
    service = MediaConvert(aws, limits, clock.time)
    # The router spends seconds on services it has no patterns of.
    router.SERVICE_PATTERNS["mediaconvert"] = {"host_patterns": [r"mediaconvert\."]}
    app.SERVICE_HANDLERS["mediaconvert"] = Api(service).handle
    stepfunctions._SERVICE_DISPATCH[integration.RESOURCE] = integration.CreateJobTask(service)
    service.start()
    return service
