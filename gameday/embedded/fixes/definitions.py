"""A state machine whose definition cannot run is refused when it is created or updated.

https://states-language.net/spec.html
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

from gameday.embedded.fixes.patching import Patch

FIX = "definitions"

TYPES = frozenset({"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"})
TERMINAL_TYPES = frozenset({"Succeed", "Fail"})


def apply() -> None:
    from ministack.services import stepfunctions
    from ministack.services.cloudformation import provisioners

    patch = Patch(FIX)
    patch.wrap(stepfunctions, "_validate_definition_jsonata", "a5ec092b2c8d", _also_structure)
    patch.wrap(provisioners, "_sfn_definition", "e29ae22959e7", _refused_by_cloudformation)


def problems(definition: str) -> list[str]:
    """What makes a definition invalid, in AWS's manner; empty when nothing does."""
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return [f"INVALID_JSON_DESCRIPTION: {error}"]
    if not isinstance(machine, dict):
        return ["SCHEMA_VALIDATION_FAILED: The definition is not an object at /"]
    return list(_machine_problems(machine, ""))


def _machine_problems(machine: dict[str, Any], path: str) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield f"SCHEMA_VALIDATION_FAILED: The field 'States' is required at {path or '/'}"
        return
    targets = [("StartAt", machine.get("StartAt"), path)]
    for name, state in states.items():
        place = f"{path}/States/{name}"
        yield from _state_problems(state, place)
        targets += _transitions(state, place)
    for field, target, place in targets:
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing '{field}' target: {target} at {place}"
    reached = {target for _, target, _ in targets}
    for name in states.keys() - reached:
        yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {path}/States/{name}'


def _state_problems(state: dict[str, Any], place: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in TYPES:
        yield f"SCHEMA_VALIDATION_FAILED: '{kind}' is no type of a state at {place}/Type"
        return
    if kind == "Task" and not state.get("Resource"):
        yield f"SCHEMA_VALIDATION_FAILED: The field 'Resource' is required at {place}"
    if kind == "Choice":
        if not state.get("Choices"):
            yield f"SCHEMA_VALIDATION_FAILED: The field 'Choices' is required at {place}"
    elif kind not in TERMINAL_TYPES and ("Next" in state) == bool(state.get("End")):
        yield f"SCHEMA_VALIDATION_FAILED: Exactly one of 'Next' and 'End' is required at {place}"
    for inner, inner_place in _inner_machines(state, place):
        yield from _machine_problems(inner, inner_place)


def _inner_machines(state: dict[str, Any], place: str) -> Iterator[tuple[dict[str, Any], str]]:
    if state["Type"] == "Map":
        field = "Iterator" if "Iterator" in state else "ItemProcessor"
        yield state.get(field, {}), f"{place}/{field}"
    if state["Type"] == "Parallel":
        for index, branch in enumerate(state.get("Branches", [])):
            yield branch, f"{place}/Branches[{index}]"


def _transitions(state: dict[str, Any], place: str) -> list[tuple[str, str, str]]:
    found = [(field, state[field], place) for field in ("Next", "Default") if field in state]
    for field in ("Choices", "Catch"):
        found += [
            ("Next", rule.get("Next"), f"{place}/{field}[{index}]")
            for index, rule in enumerate(state.get(field, []))
        ]
    return found


def _refusal(definition: str) -> str | None:
    found = problems(definition)
    return f"Invalid State Machine Definition: '{', '.join(found)}'" if found else None


def _also_structure(original: Callable) -> Callable:
    return lambda definition: original(definition) or _refusal(definition or "")


def _refused_by_cloudformation(original: Callable) -> Callable:
    def definition_of(properties: dict[str, Any]) -> str:
        from ministack.services.cloudformation import provisioners

        definition = original(properties)
        refusal = _refusal(definition)
        if refusal:
            raise provisioners._sfn_handler_error(f"{refusal} (Service: Sfn, Status Code: 400)")
        return definition

    return definition_of
