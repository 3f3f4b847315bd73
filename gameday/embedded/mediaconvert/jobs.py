"""Jobs: their records, their life cycle, and the store that knows them all."""

import base64
import contextvars
import itertools
import secrets
import string
import threading
import time
from collections.abc import Callable
from typing import Any

from gameday.embedded.mediaconvert.errors import BadRequest, Conflict, JobCanceled, NotFound

PAGE_SIZE = 20

# https://docs.aws.amazon.com/mediaconvert/latest/apireference/idempotency.html
TOKEN_SECONDS = 60

_ID_CHARACTERS = string.ascii_lowercase + string.digits

Clock = Callable[[], float]


class Job:
    """A job and its record, which is spelled as the API model's `Job`.

    SUBMITTED, then PROGRESSING, then COMPLETE, ERROR or CANCELED. The last three are final, and
    whichever comes first wins.
    """

    def __init__(self, record: dict[str, Any], number: int, clock: Clock) -> None:
        self.id: str = record["Id"]
        self.number = number
        # Account and region of the request hold for everything done for the job.
        self.context = contextvars.copy_context()
        self._record = record
        self._clock = clock
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._stop: Callable[[], None] | None = None

    def __lt__(self, other: "Job") -> bool:
        """Whether the queue serves this job first: by priority, then by age."""
        return (-self.settled("Priority"), self.number) < (-other.settled("Priority"), other.number)

    def record(self) -> dict[str, Any]:
        """A copy of the record as of now."""
        with self._lock:
            return dict(self._record)

    def settled(self, name: str) -> Any:
        """A member of the record that never changes once the job is submitted."""
        return self._record[name]

    @property
    def status(self) -> str:
        return self._record["Status"]

    @property
    def has_ended(self) -> bool:
        return self._ended.is_set()

    def wait(self, seconds: float | None = None) -> bool:
        """Whether the job has ended within the time."""
        return self._ended.wait(seconds)

    def start(self) -> None:
        self._advance(
            Status="PROGRESSING",
            JobPercentComplete=0,
            Timing=self._record["Timing"] | {"StartTime": int(self._clock())},
        )

    def enter_phase(self, phase: str) -> None:
        """PROBING, TRANSCODING or UPLOADING."""
        self._advance(CurrentPhase=phase)

    def report_progress(self, percent: int) -> None:
        with self._lock:
            if not self.has_ended:
                self._record["JobPercentComplete"] = percent

    def stop_by(self, stop: Callable[[], None] | None) -> None:
        """Have `stop` called when the job is cancelled.

        Raises:
            JobCanceled: it is cancelled already.
        """
        with self._lock:
            self._require_wanted()
            self._stop = stop

    def complete(self, output_groups: list[dict[str, Any]]) -> None:
        """Raises JobCanceled if the job was cancelled before."""
        self._advance(Status="COMPLETE", JobPercentComplete=100, OutputGroupDetails=output_groups)

    def fail(self, code: int, message: str) -> None:
        """Raises JobCanceled if the job was cancelled before."""
        self._advance(Status="ERROR", ErrorCode=code, ErrorMessage=message)

    def cancel(self) -> None:
        """End the job at once.

        Raises:
            Conflict: it has ended already.
        """
        with self._lock:
            if self.has_ended:
                raise Conflict(f"Job {self.id} has ended already, as {self.status}.")
            self._set(Status="CANCELED")
            stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def _advance(self, **members: Any) -> None:
        with self._lock:
            self._require_wanted()
            self._set(**members)

    def _require_wanted(self) -> None:
        if self.has_ended:
            raise JobCanceled(self.id)

    def _set(self, **members: Any) -> None:
        self._record |= members
        if self.status in ("COMPLETE", "ERROR", "CANCELED"):
            self._record.pop("CurrentPhase", None)
            finished = {"FinishTime": int(self._clock())}
            self._record["Timing"] = self._record["Timing"] | finished
            self._ended.set()


class JobStore:
    """All jobs since the start, each account's and region's apart."""

    def __init__(self, clock: Clock = time.time) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._tokens: dict[tuple[str, str], tuple[float, Job]] = {}
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def submit(self, request: dict[str, Any], location: str, queue: str) -> tuple[Job, bool]:
        """The job of a request, and whether it is new.

        `location` starts the ARNs of the account's jobs in a region, `queue` is an ARN. A client
        request token that was used within the last minute gives the job it was used for.
        """
        token = request.get("ClientRequestToken", "")
        with self._lock:
            now = self._clock()
            self._tokens = {
                key: (used, job)
                for key, (used, job) in self._tokens.items()
                if now - used < TOKEN_SECONDS
            }
            if token and (location, token) in self._tokens:
                return self._tokens[location, token][1], False
            job = Job(self._record(request, location, queue, now), next(self._numbers), self._clock)
            self._jobs[job.settled("Arn")] = job
            if token:
                self._tokens[location, token] = now, job
            return job, True

    def get(self, location: str, job_id: str) -> Job:
        """Raises NotFound if the account has no such job in the region."""
        try:
            return self._jobs[f"{location}:jobs/{job_id}"]
        except KeyError:
            raise NotFound(f"Job with id: [{job_id}] was not found") from None

    def page(
        self,
        location: str,
        *,
        queue: str | None = None,
        status: str | None = None,
        order: str = "DESCENDING",
        size: int = PAGE_SIZE,
        token: str | None = None,
    ) -> tuple[list[Job], str | None]:
        """Up to `size` jobs by age, newest first unless ASCENDING, and the next page's token.

        Raises:
            BadRequest: the token is not one of this store's.
        """
        newest_first = order != "ASCENDING"
        after = _number_of(token) if token else None
        found = [
            job
            for job in sorted(self.all(), key=lambda job: job.number, reverse=newest_first)
            if job.settled("Arn").startswith(f"{location}:jobs/")
            and (queue is None or job.settled("Queue") == queue)
            and (status is None or job.status == status)
            and (after is None or (job.number < after if newest_first else job.number > after))
        ]
        more = len(found) > size
        return found[:size], _token_of(found[size - 1]) if more else None

    def all(self) -> list[Job]:
        return list(self._jobs.values())

    def clear(self) -> None:
        with self._lock:
            self._jobs.clear()
            self._tokens.clear()

    def _record(
        self, request: dict[str, Any], location: str, queue: str, now: float
    ) -> dict[str, Any]:
        suffix = "".join(secrets.choice(_ID_CHARACTERS) for _ in range(6))
        job_id = f"{int(now * 1000)}-{suffix}"
        record = {
            "Id": job_id,
            "Arn": f"{location}:jobs/{job_id}",
            "Status": "SUBMITTED",
            "CreatedAt": int(now),
            "Timing": {"SubmitTime": int(now)},
            "Queue": queue,
            "Role": request["Role"],
            "Settings": request["Settings"],
            "Priority": request.get("Priority", 0),
            "UserMetadata": request.get("UserMetadata", {}),
            "StatusUpdateInterval": request.get("StatusUpdateInterval", "SECONDS_60"),
            "BillingTagsSource": request.get("BillingTagsSource", "JOB"),
            "AccelerationSettings": {"Mode": "DISABLED"},
            "AccelerationStatus": "NOT_APPLICABLE",
            "RetryCount": 0,
            "HopDestinations": [],
            "Messages": {"Info": [], "Warning": []},
        }
        if "ClientRequestToken" in request:
            record["ClientRequestToken"] = request["ClientRequestToken"]
        return record


def _token_of(job: Job) -> str:
    return base64.urlsafe_b64encode(str(job.number).encode()).decode()


def _number_of(token: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(token))
    except ValueError as error:
        raise BadRequest(["/nextToken: Should be a token of an earlier answer"]) from error
