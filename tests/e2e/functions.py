"""Sets and reads the deployed functions, as an operator may."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.e2e.conftest import Pipeline


@contextmanager
def configured(pipeline: Pipeline, function: str, **changes: Any) -> Iterator[None]:
    """The function called `function` with other settings, for a while.

    changes: as UpdateFunctionConfiguration takes them; Environment: variables beside the others.
    """
    before = configuration(pipeline, function)
    variables = before["Environment"]["Variables"]
    after = {"Variables": variables | changes.pop("Environment", {})}
    update = pipeline.aws.client("lambda").update_function_configuration
    name = before["FunctionName"]
    update(FunctionName=name, Environment=after, **changes)
    try:
        yield
    finally:
        restored = {key: before[key] for key in changes}
        update(FunctionName=name, Environment={"Variables": variables}, **restored)


def configuration(pipeline: Pipeline, function: str) -> dict[str, Any]:
    """How the function called `function` is set."""
    functions = pipeline.aws.client("lambda").list_functions()["Functions"]
    (found,) = [one for one in functions if f"-{function}" in one["FunctionName"]]
    return found


def log_lines(pipeline: Pipeline, function: str) -> list[str]:
    """Everything that a function wrote."""
    group = configuration(pipeline, function)["LoggingConfig"]["LogGroup"]
    pages = pipeline.aws.client("logs").get_paginator("filter_log_events")
    return [one["message"] for page in pages.paginate(logGroupName=group) for one in page["events"]]
