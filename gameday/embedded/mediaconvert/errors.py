"""What the service says no to, and what ends a job.

* ApiError: a request is refused
  x BadRequest
  x AccessDenied
  x NotFound
  x Conflict
* JobFailed: a job ends in ERROR
* JobCanceled: a job that is worked on was cancelled
"""

from collections.abc import Iterable


class ApiError(Exception):
    """The service refuses a request; `name` and `status` are those of its HTTP answer."""

    name = "InternalServerErrorException"
    status = 500


class BadRequest(ApiError):
    """The request is malformed, or asks for what this service does not do.

    MediaConvert joins what it found with bars: `/<path>: <problem> | /<path>: <problem>`.
    """

    name = "BadRequestException"
    status = 400

    def __init__(self, problems: Iterable[str]) -> None:
        super().__init__(" | ".join(problems))


class AccessDenied(ApiError):
    """The caller, or the role it acts with, lacks a permission."""

    name = "AccessDeniedException"
    status = 403


class NotFound(ApiError):
    """There is no such job or queue."""

    name = "NotFoundException"
    status = 404


class Conflict(ApiError):
    """The job is not in a state that allows the request."""

    name = "ConflictException"
    status = 409


class JobFailed(Exception):
    """A job ends in ERROR; `code` is one of
    https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class JobCanceled(Exception):
    """The job was cancelled; nothing of it is to stay."""
