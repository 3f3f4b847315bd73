"""The service itself: takes jobs, works on them, and knows what became of them."""

import heapq
import logging
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import boto3
import botocore.session
from botocore.config import Config

from gameday.embedded.mediaconvert import events, roles
from gameday.embedded.mediaconvert.errors import (
    BadRequest,
    Conflict,
    JobCanceled,
    JobFailed,
    NotFound,
)
from gameday.embedded.mediaconvert.jobs import Clock, Job, JobStore
from gameday.embedded.mediaconvert.model import SERVICE
from gameday.embedded.mediaconvert.rules import refuse_contradictions
from gameday.embedded.mediaconvert.settings import refuse_unknown
from gameday.embedded.mediaconvert.storage import Storage
from gameday.embedded.mediaconvert.transcoding import grouped, input_location, transcode

QUEUE = "Default"

# What a job may ask for besides its settings. MediaConvert's other members would change how it
# is queued, accelerated or built from a template.
_REQUEST_MEMBERS = {
    *("Role", "Settings", "Queue", "Priority", "ClientRequestToken", "UserMetadata", "Tags"),
    *("StatusUpdateInterval", "BillingTagsSource"),
}
_INERT_MEMBERS = {
    "AccelerationSettings": {"Mode": "DISABLED"},
    "SimulateReservedQueue": "DISABLED",
    "HopDestinations": [],
}

log = logging.getLogger(__name__)


class Host(Protocol):
    """What the service needs of the AWS account it is part of."""

    state_dir: Path
    endpoint_url: str
    region: str

    def client(self, service: str) -> Any: ...


@dataclass(frozen=True)
class Limits:
    """How many jobs run at once, and how many threads each encoder has."""

    jobs: int = 2
    threads: int = max(1, min(2, os.cpu_count() or 1))


LIMITS = Limits()


class MediaConvert:
    """MediaConvert in one account and region at a time: the request's."""

    def __init__(self, host: Host, limits: Limits = LIMITS, clock: Clock = time.time) -> None:
        self._host = host
        self._limits = limits
        self.jobs = JobStore(clock)
        self._tags: dict[str, dict[str, str]] = {}
        self._scratch = host.state_dir / "scratch" / "mediaconvert"
        self._session = _session_of_its_own()
        self._queue = _Queue()
        self._workers = [
            threading.Thread(target=self._work, daemon=True, name=f"mediaconvert-{number}")
            for number in range(limits.jobs)
        ]

    def start(self) -> None:
        self._scratch.mkdir(parents=True, exist_ok=True)
        for worker in self._workers:
            worker.start()

    def stop(self) -> None:
        """Cancel the jobs that have not ended, and wait until nothing of them runs."""
        self._queue.close()
        for job in self.jobs.all():
            if not job.has_ended:
                self._cancel(job)
        for worker in self._workers:
            worker.join()

    def reset(self) -> None:
        """Forget every job."""
        for job in self.jobs.all():
            if not job.has_ended:
                self._cancel(job)
        self.jobs.clear()
        self._tags.clear()

    @property
    def endpoint_url(self) -> str:
        return self._host.endpoint_url

    @property
    def location(self) -> str:
        """What the ARNs of the request's account and region start with."""
        from ministack.core.responses import get_account_id, get_region

        return f"arn:aws:{SERVICE}:{get_region()}:{get_account_id()}"

    def queue_arn(self, queue: str | None = None) -> str:
        """The ARN of a queue that is named by its name or ARN; the default one if none is.

        Raises:
            NotFound: it is not the default queue, the only one here.
        """
        default = f"{self.location}:queues/{QUEUE}"
        if queue in (None, QUEUE, default):
            return default
        raise NotFound(f"Queue not found: {queue}")

    def queue(self) -> dict[str, Any]:
        """The default queue, spelled as the API model's `Queue`."""
        statuses = [job.status for job in self.jobs.all()]
        return {
            "Arn": self.queue_arn(),
            "Name": QUEUE,
            "Status": "ACTIVE",
            "Type": "SYSTEM",
            "PricingPlan": "ON_DEMAND",
            "ConcurrentJobs": self._limits.jobs,
            "SubmittedJobsCount": statuses.count("SUBMITTED"),
            "ProgressingJobsCount": statuses.count("PROGRESSING"),
        }

    def submit(self, request: dict[str, Any]) -> Job:
        """Take the job of a request that follows the service model; a stopped service cancels it.

        Raises:
            BadRequest: it asks for what cannot be, or what is not implemented here.
            NotFound: there is no such queue.
        """
        queue = self.queue_arn(request.get("Queue"))
        _refuse_members(request)
        refuse_unknown(request["Settings"])
        refuse_contradictions(request["Settings"])
        job, is_new = self.jobs.submit(request, self.location, queue)
        if is_new:
            self._tags[job.settled("Arn")] = request.get("Tags", {})
            if not self._queue.add(job):
                self._cancel(job)
        return job

    def job(self, job_id: str) -> Job:
        """Raises NotFound if there is no such job in the request's account and region."""
        return self.jobs.get(self.location, job_id)

    def tags(self, arn: str) -> dict[str, str]:
        """The tags a job was created with. Raises NotFound if there is no such job."""
        try:
            return self._tags[arn]
        except KeyError:
            raise NotFound(f"Resource not found: {arn}") from None

    def cancel(self, job_id: str) -> None:
        """Raises NotFound if there is no such job, Conflict if it has ended."""
        job = self.job(job_id)
        job.cancel()
        events.emit(job, "CANCELED")

    def _cancel(self, job: Job) -> None:
        try:
            job.cancel()
        except Conflict:
            # It has just ended by itself.
            return
        job.context.copy().run(events.emit, job, "CANCELED")

    def _work(self) -> None:
        while (job := self._queue.take()) is not None:
            job.context.copy().run(self._do, job)

    def _do(self, job: Job) -> None:
        try:
            job.start()
            events.emit(job, "PROGRESSING")
            job.enter_phase("PROBING")
            storage = self._storage(job)
            with tempfile.TemporaryDirectory(prefix=f"{job.id}-", dir=self._scratch) as folder:
                results = transcode(job, storage, Path(folder), self._limits.threads)
            try:
                job.complete([{"OutputDetails": items} for items in grouped(results, "detail")])
            except JobCanceled:
                storage.undo()
                raise
        except JobCanceled:
            return
        except JobFailed as failure:
            self._fail(job, failure.code, str(failure))
        except Exception as error:
            log.exception("job %s failed unexpectedly", job.id)
            self._fail(job, 1999, f"Unknown error: {error}")
        else:
            details = [
                {"outputDetails": items, "type": "FILE_GROUP"}
                for items in grouped(results, "event_detail")
            ]
            events.emit(
                job,
                "COMPLETE",
                outputGroupDetails=details,
                paddingInserted=0,
                blackVideoDetected=0,
            )

    def _fail(self, job: Job, code: int, message: str) -> None:
        try:
            job.fail(code, message)
        except JobCanceled:
            return
        events.emit(job, "ERROR", errorCode=code, errorMessage=message)

    def _storage(self, job: Job) -> Storage:
        credentials = roles.assume(
            job.settled("Role"), job.id, job.settled("Queue"), input_location(job)
        )
        role = self._session.client(
            "s3",
            region_name=self._host.region,
            endpoint_url=self._host.endpoint_url,
            config=Config(retries={"max_attempts": 1}, s3={"addressing_style": "path"}, proxies={}),
            **credentials,
        )
        return Storage(role, owner=self._host.client("s3"))


class _Queue:
    """Jobs that wait, those of higher priority first."""

    def __init__(self) -> None:
        self._jobs: list[Job] = []
        self._changed = threading.Condition()
        self._closed = False

    def add(self, job: Job) -> bool:
        """Whether the job can wait here, which it cannot once the queue is closed."""
        with self._changed:
            if not self._closed:
                heapq.heappush(self._jobs, job)
                self._changed.notify()
            return not self._closed

    def take(self) -> Job | None:
        """The next job, once there is one; None when the queue is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            return None if self._closed else heapq.heappop(self._jobs)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _refuse_members(request: dict[str, Any]) -> None:
    problems = [
        f"/{name[0].lower()}{name[1:]}: the embedded MediaConvert does not implement this"
        for name, value in request.items()
        if name not in _REQUEST_MEMBERS and _INERT_MEMBERS.get(name) != value
    ]
    if problems:
        raise BadRequest(problems)


def _session_of_its_own() -> boto3.Session:
    """A session that the profiles and settings files of this machine do not reach."""
    variables = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
    }
    return boto3.Session(botocore_session=botocore.session.Session(session_vars=variables))
