"""What every function does around its step: structured log lines, errors that have a name."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.exceptions import (
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ResponseStreamingError,
)

from lambdas.highlights.errors import StoreUnavailable

logger = Logger()

# Codes of errors that pass, beside those that come with a 5xx status.
PASSING = (
    "BackupInUseException",
    "ConditionalRequestConflict",
    "ContinuousBackupsUnavailableException",
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "SlowDown",
    "TableInUseException",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
)

NO_ANSWER = (ConnectionError, HTTPClientError, IncompleteReadError, ResponseStreamingError)

Event = dict[str, Any]


class Context(Protocol):
    """What Lambda says of an invocation, as far as it is asked.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """

    aws_request_id: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's time limit."""


def step(work: Callable[[Event, Context], Event]) -> Callable[[Event, Context], Event]:
    """A Lambda handler of `work`, whose log lines say which run and highlight they are about.

    What AWS refuses for a passing reason becomes StoreUnavailable, which is retried by name.
    """

    @logger.inject_lambda_context(clear_state=True)
    @wraps(work)
    def handler(event: Event, context: Context) -> Event:
        logger.append_keys(**_log_keys(event))
        try:
            return work(event, context)
        except Exception as error:
            # The runtime prints the traceback; this line says which run it belongs to.
            logger.warning("step failed", error=type(error).__name__)
            if _passes(error):
                raise StoreUnavailable(f"{type(error).__name__}: {error}") from error
            raise

    return handler


def _log_keys(event: Event) -> dict[str, Any]:
    """Execution, league, date and highlight id, as far as the event names them."""
    named = {
        "execution": event.get("execution"),
        "league": event.get("league"),
        "date": event.get("game_date"),
        "highlight_id": event.get("id"),
    }
    return {name: value for name, value in named.items() if value is not None}


def _passes(error: Exception) -> bool:
    """Whether AWS did not answer, or refused for a reason that passes by itself."""
    if not isinstance(error, ClientError):
        return isinstance(error, NO_ANSWER)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or error.response["Error"]["Code"] in PASSING
