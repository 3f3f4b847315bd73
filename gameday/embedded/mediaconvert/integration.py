"""Step Functions' integration with MediaConvert: `mediaconvert:createJob` and its `.sync`.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-mediaconvert.html
https://docs.aws.amazon.com/step-functions/latest/dg/mediaconvert-iam.html
"""

import contextvars
import functools
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gameday.embedded.fixes.patching import Patch
from gameday.embedded.fixes.roles import STATES, current_role, denial
from gameday.embedded.mediaconvert.errors import AccessDenied, ApiError, Conflict
from gameday.embedded.mediaconvert.jobs import Job
from gameday.embedded.mediaconvert.model import request_from_step_functions
from gameday.embedded.mediaconvert.roles import PASSED_TO
from gameday.embedded.mediaconvert.service import MediaConvert

RESOURCE = "arn:aws:states:::mediaconvert:createJob"
MANAGED_RULE = "StepFunctionsGetEventsForMediaConvertJobRule"

# What the service's own model names no error for, as Step Functions reports it.
UNNAMED_ERROR = "MediaConvert.AWSMediaConvertException"
REFUSAL = "(Service: AWSMediaConvert; Status Code: 403; Error Code: AccessDeniedException)"

# How soon a waiting task notices that its execution was stopped.
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class _Task:
    execution: dict[str, Any]
    timeout: float | None


_task: contextvars.ContextVar[_Task | None] = contextvars.ContextVar("task", default=None)


@functools.cache
def apply() -> None:
    """Let a task know its execution, and the seconds it may take.

    Raises:
        EmulatorChanged: the emulator is not the one this was written against.
    """
    from ministack.services import stepfunctions

    Patch("mediaconvert").edit(
        stepfunctions,
        "_execute_task",
        (
            '    is_callback = ".waitForTaskToken" in resource\n',
            """\
    is_callback = ".waitForTaskToken" in resource
    gameday_enter_task(execution, state_def)
""",
        ),
        gameday_enter_task=_enter_task,
    )


def _enter_task(execution: dict[str, Any], state: dict[str, Any]) -> None:
    timeout = state.get("TimeoutSeconds")
    _task.set(_Task(execution, timeout if isinstance(timeout, (int, float)) else None))


def _denial(action: str, resource: str, context: Mapping[str, str] | None = None) -> str | None:
    """Why the role of the task's execution does not allow the action, or None when it does."""
    task = _task.get()
    machine = task.execution["stateMachineArn"] if task else None
    keys = {"aws:SourceArn": machine, **(context or {})}
    return denial(current_role(), action, resource, STATES, keys)


class CreateJobTask:
    """What a task state with the resource `mediaconvert:createJob`, or its `.sync`, does."""

    def __init__(self, service: MediaConvert) -> None:
        self._service = service

    def __call__(self, resource: str, parameters: Any) -> dict[str, Any]:
        """The task's result, `{"Job": ...}`; members are spelled as in the API model.

        Raises `MediaConvert.<name>` for a refused request, and `States.TaskFailed`, with the job
        as its cause, for a job that did not complete.
        """
        from ministack.services.stepfunctions import _ExecutionError

        waits = resource.endswith(".sync")
        try:
            job = self._create(parameters, waits)
        except AccessDenied as error:
            raise _ExecutionError(UNNAMED_ERROR, f"{error} {REFUSAL}") from error
        except ApiError as error:
            raise _ExecutionError(f"MediaConvert.{error.name}", str(error)) from error
        if waits:
            self._wait(job)
            if job.status != "COMPLETE":
                raise _ExecutionError("States.TaskFailed", json.dumps({"Job": job.record()}))
        return {"Job": job.record()}

    def _create(self, parameters: Any, waits: bool) -> Job:
        request = request_from_step_functions("CreateJob", parameters)
        self._authorize(request, waits)
        return self._service.submit(request)

    def _authorize(self, request: dict[str, Any], waits: bool) -> None:
        if not current_role():
            return
        self._require("mediaconvert:CreateJob", self._service.queue_arn(request.get("Queue")))
        self._require("iam:PassRole", request["Role"], PASSED_TO)
        if waits:
            self._require("mediaconvert:GetJob", f"{self._service.location}:jobs/*")
            self._require_managed_rule()

    def _require_managed_rule(self) -> None:
        """Step Functions learns of a job's end by a rule that it makes with the role."""
        location = self._service.location.replace(":mediaconvert:", ":events:")
        rule = f"{location}:rule/{MANAGED_RULE}"
        if any(
            _denial(action, rule)
            for action in ("events:PutRule", "events:PutTargets", "events:DescribeRule")
        ):
            raise AccessDenied(f"'{current_role()}' is not authorized to create managed-rule.")

    def _require(
        self, action: str, resource: str, context: Mapping[str, str] | None = None
    ) -> None:
        reason = _denial(action, resource, context)
        if reason is not None:
            raise AccessDenied(reason)

    def _wait(self, job: Job) -> None:
        """Wait for the job's end; a task that ends before takes its job with it."""
        from ministack.services.stepfunctions import _ExecutionError

        task = _task.get()
        started = time.monotonic()
        while not job.wait(POLL_SECONDS):
            if task is None:
                continue
            if task.execution["status"] != "RUNNING":
                self._cancel(job)
                raise _ExecutionError("States.TaskFailed", "The execution was stopped")
            if task.timeout is not None and time.monotonic() - started > task.timeout:
                self._cancel(job)
                raise _ExecutionError(
                    "States.Timeout", f"Task timed out after {task.timeout} seconds"
                )

    def _cancel(self, job: Job) -> None:
        if current_role() and _denial("mediaconvert:CancelJob", job.settled("Arn")):
            # As on AWS, the task ends and the job goes on.
            return
        try:
            self._service.cancel(job.id)
        except Conflict:
            # It has just ended by itself.
            return
