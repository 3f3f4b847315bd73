"""MediaConvert's API as botocore's service model describes it: operations, shapes, spellings.

The HTTP API spells members in camelCase, Step Functions in PascalCase. Inside this package
values are spelled as the model's members are, in PascalCase.
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from gameday.embedded.mediaconvert.errors import BadRequest, NotFound

SERVICE = "mediaconvert"

_TYPES = {
    "structure": (dict, "an object"),
    "map": (dict, "an object"),
    "list": (list, "an array"),
    "string": (str, "a string"),
    "integer": (int, "an integer"),
    "long": (int, "an integer"),
    "timestamp": (int, "an integer"),
    "double": ((int, float), "a number"),
    "boolean": (bool, "a boolean"),
}


@functools.cache
def service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model(SERVICE, "service-2"), SERVICE)


def route(
    method: str, path: str, query: Mapping[str, list[str]], body: bytes
) -> tuple[OperationModel, dict[str, Any]]:
    """The operation that an HTTP request asks for, with its validated parameters.

    Raises:
        NotFound: there is no such operation.
        BadRequest: a parameter is missing, unknown or outside what the model allows.
    """
    for pattern, operation in _routes():
        match = pattern.fullmatch(path)
        if match and operation.http["method"] == method:
            return operation, _parameters(operation, match.groupdict(), query, body)
    raise NotFound(f"No method found matching route {method} {path}.")


def request_from_step_functions(operation: str, parameters: Any) -> dict[str, Any]:
    """The parameters of a task, which spells members in PascalCase, validated.

    Raises:
        BadRequest: a parameter is missing, unknown or outside what the model allows.
    """
    return _Reader(lambda name, shape: name).read_request(
        parameters, service_model().operation_model(operation).input_shape
    )


def to_wire(value: Any, shape: Shape) -> Any:
    """A value of this package as the HTTP API spells it."""
    if shape.type_name == "structure":
        return {
            _wire_name(name, member): to_wire(value[name], member)
            for name, member in shape.members.items()
            if name in value
        }
    if shape.type_name == "list":
        return [to_wire(item, shape.member) for item in value]
    if shape.type_name == "map":
        return {key: to_wire(item, shape.value) for key, item in value.items()}
    return value


@functools.cache
def _routes() -> list[tuple[re.Pattern[str], OperationModel]]:
    model = service_model()
    operations = [model.operation_model(name) for name in model.operation_names]
    return [
        (re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", operation.http["requestUri"])), operation)
        for operation in operations
    ]


def _parameters(
    operation: OperationModel,
    in_path: Mapping[str, str],
    query: Mapping[str, list[str]],
    body: bytes,
) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise BadRequest([f"Could not parse request body into json: {error}"]) from error
    if isinstance(found, dict):
        found |= in_path | {name: values[-1] for name, values in query.items()}
        for name, member in operation.input_shape.members.items():
            wire = _wire_name(name, member)
            if wire in query and member.type_name == "integer" and found[wire].isdecimal():
                found[wire] = int(found[wire])
    return _Reader(_wire_name).read_request(found, operation.input_shape)


def _wire_name(name: str, shape: Shape) -> str:
    return shape.serialization.get("name", name)


class _Reader:
    """Reads a value by its shape into PascalCase, noting everything the shape does not allow."""

    def __init__(self, spelling: Any) -> None:
        self._spelling = spelling
        self._problems: list[str] = []

    def read_request(self, value: Any, shape: Shape) -> dict[str, Any]:
        read = self._read(value, shape, "")
        if self._problems:
            raise BadRequest(self._problems)
        return read

    def _read(self, value: Any, shape: Shape, path: str) -> Any:
        expected, called = _TYPES[shape.type_name]
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            self._note(path, f"Should be {called}")
            return value
        if shape.type_name == "structure":
            return self._structure(value, shape, path)
        if shape.type_name == "list":
            return [self._read(item, shape.member, f"{path}/{i}") for i, item in enumerate(value)]
        if shape.type_name == "map":
            return {
                key: self._read(item, shape.value, f"{path}/{key}") for key, item in value.items()
            }
        self._check_scalar(value, shape, path)
        return value

    def _structure(self, value: dict[str, Any], shape: Shape, path: str) -> dict[str, Any]:
        names = {self._spelling(name, member): name for name, member in shape.members.items()}
        given = {name: item for name, item in value.items() if item is not None}
        for name in given.keys() - names.keys():
            self._note(f"{path}/{name}", "Unknown setting")
        read = {}
        for name in (name for name in given if name in names):
            member = shape.members[names[name]]
            read[names[name]] = self._read(
                given[name], member, f"{path}/{_wire_name(names[name], member)}"
            )
        for name in shape.required_members:
            if name not in read:
                self._note(path, f"{_wire_name(name, shape.members[name])} is a required property")
        return read

    def _check_scalar(self, value: Any, shape: Shape, path: str) -> None:
        limits = shape.metadata
        text = isinstance(value, str)
        size, unit = (len(value), " characters") if text else (value, "")
        if "min" in limits and size < limits["min"]:
            self._note(path, f"Should be greater than or equal to {limits['min']}{unit}")
        if "max" in limits and size > limits["max"]:
            self._note(path, f"Should be less than or equal to {limits['max']}{unit}")
        if text and "pattern" in limits and not re.search(limits["pattern"], value):
            self._note(path, f"Should match the pattern {limits['pattern']}")
        if text and getattr(shape, "enum", None) and value not in shape.enum:
            self._note(path, f"Should be equal to one of the allowed values in {_list(shape.enum)}")

    def _note(self, path: str, problem: str) -> None:
        # The service names settings from the root of the job's settings.
        path = path.removeprefix("/settings")
        self._problems.append(f"{path or '/'}: {problem}")


def _list(values: Iterable[str]) -> str:
    return json.dumps(list(values), separators=(",", ":"))
