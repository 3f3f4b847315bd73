"""A path that finds nothing fails the execution, and so does one that cannot be evaluated here.

The emulator gives null for both. AWS reports `States.Runtime`, which nothing catches. And a wait
for a moment that is hours away is not shortened as other waits are.

https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html
"""

import json
from collections.abc import Callable
from typing import Any

from gameday.embedded import clock
from gameday.embedded.fixes import executions
from gameday.embedded.fixes.patching import Patch

FIX = "state_paths"

SHOWN_CHARACTERS = 500

# Inline Map: the most iterations that run at once.
# https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
INLINE_CONCURRENCY = 40

# A moment that is further away than any wait for a service of the account.
FAR_SECONDS = 900

_MISSING = object()


def apply() -> None:
    from ministack.services import stepfunctions

    patch = Patch(FIX)
    patch.replace(stepfunctions, "_resolve_path", "4ca0c5fe9f70", resolve)
    patch.edit(
        stepfunctions,
        "_resolve_params_obj",
        (
            "result[real_key] = _resolve_path(value, data)",
            "result[real_key] = gameday_field(value, data, key)",
        ),
        (
            "result[real_key] = _resolve_ctx_path(value, ctx or {})",
            "result[real_key] = gameday_field(value[1:], ctx or {}, key)",
        ),
        gameday_field=resolve_field,
    )
    patch.edit(
        stepfunctions,
        "_evaluate_rule",
        (
            "    value = _resolve_path_or_ctx(variable, data, ctx)\n",
            "    value = gameday_variable(rule, _resolve_path_or_ctx, variable, data, ctx)\n",
        ),
        (
            '(value is not None) == rule["IsPresent"]',
            '(value is not gameday_missing) == rule["IsPresent"]',
        ),
        (
            """\
            return a is not None and b is not None and cmp_fn(a, b)

    return False""",
            """\
            return a is not None and b is not None and cmp_fn(a, b)

    raise _ExecutionError("States.Runtime", f"Choice rule not supported: {rule}")""",
        ),
        gameday_variable=resolve_variable,
        gameday_missing=_MISSING,
    )
    patch.edit(
        stepfunctions,
        "_run_map_items",
        (
            "    if not isinstance(items, list):\n        items = [items]\n",
            "    gameday_require_array(items, state_def)\n",
        ),
        (
            "workers = max_conc if max_conc > 0 else (len(items) or 1)",
            "workers = min(max_conc or len(items) or 1, gameday_inline_concurrency)",
        ),
        gameday_require_array=require_array,
        gameday_inline_concurrency=INLINE_CONCURRENCY,
    )
    patch.edit(
        stepfunctions,
        "_execute_wait",
        (
            """\
        if isinstance(secs, (int, float)) and secs > 0:
            _scaled_sleep(secs)
""",
            "        _scaled_sleep(gameday_seconds(secs))\n",
        ),
        (
            "        if isinstance(ts_str, str):\n            _sleep_until(ts_str)\n",
            "        gameday_sleep_until(gameday_timestamp(ts_str), _sleep_until)\n",
        ),
        gameday_seconds=wait_seconds,
        gameday_timestamp=wait_timestamp,
        gameday_sleep_until=sleep_until,
    )
    patch.wrap(stepfunctions, "_evaluate_intrinsic", "1f7e552c4fa2", _failing_by_name)


def resolve(path: str, data: Any) -> Any:
    """What the path selects.

    Raises:
        _ExecutionError: it selects nothing, or uses more of JSONPath than the emulator knows.
    """
    found = _select(path, data)
    if found is _MISSING:
        raise _runtime(f"Invalid path '{path}': it selects nothing in the input {_shown(data)}")
    return found


def resolve_field(path: str, data: Any, field: str) -> Any:
    """What the path of a field of `Parameters` and the like selects."""
    found = _select(path, data)
    if found is _MISSING:
        raise _runtime(
            f"The JSONPath '{path}' specified for the field '{field}' could not be found in the "
            f"input {_shown(data)}"
        )
    return found


def resolve_variable(
    rule: dict[str, Any], resolve_any: Callable, variable: str, data: Any, context: Any
) -> Any:
    """The variable of a Choice rule, which only `IsPresent` may find missing."""
    if "IsPresent" not in rule:
        return resolve_any(variable, data, context)
    if variable.startswith("$$."):
        return _select(variable[1:], context)
    return _select(variable, data)


def require_array(items: Any, state: dict[str, Any]) -> None:
    if not isinstance(items, list):
        path = state.get("ItemsPath", "$")
        raise _runtime(f"Reference path {path} must point to array, but it gives {_shown(items)}")


def wait_seconds(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _runtime(f"The SecondsPath of a Wait state must give an integer: {_shown(value)}")
    return value


def wait_timestamp(value: Any) -> str:
    from ministack.services.stepfunctions import _parse_ts

    parsed = _parse_ts(value)
    if parsed is None or parsed.tzinfo is None:
        raise _runtime(f"The TimestampPath of a Wait state must give a time: {_shown(value)}")
    return value


def sleep_until(timestamp: str, sleep: Callable[[str], None]) -> None:
    """Wait for a moment: one that is near comes sooner, as all waits do here; a far one does not.

    What is hours away is another day for those outside of this account, such as a provider.
    """
    from ministack.services.stepfunctions import _parse_ts

    seconds = _parse_ts(timestamp).timestamp() - clock.time()
    if seconds > FAR_SECONDS:
        executions.sleep(seconds, seconds)
    else:
        sleep(timestamp)


def _select(path: str, data: Any) -> Any:
    from ministack.services.stepfunctions import _parse_jsonpath_tokens

    tokens = _parse_jsonpath_tokens(path) if path.startswith("$") else None
    if tokens is None:
        raise _runtime(
            f"The path '{path}' is more of JSONPath than the embedded AWS evaluates; "
            "write it as fields, indexes and [*]"
        )
    values, projected = [data], False
    for kind, key in tokens:
        if kind == "wildcard":
            projected = True
            values = [member for value in values for member in _members(value)]
        else:
            values = [value[key] for value in values if _has(value, kind, key)]
        if not values and not projected:
            return _MISSING
    return values if projected else values[0]


def _members(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _has(value: Any, kind: str, key: Any) -> bool:
    if kind == "field":
        return isinstance(value, dict) and key in value
    return isinstance(value, list) and key < len(value)


def _failing_by_name(original: Callable) -> Callable:
    def evaluate_intrinsic(expression: str, data: Any, context: Any) -> Any:
        from ministack.services.stepfunctions import _ExecutionError

        try:
            return original(expression, data, context)
        except _ExecutionError:
            raise
        except Exception as error:
            raise _ExecutionError(
                "States.IntrinsicFailure", f"The function '{expression}' failed: {error}"
            ) from error

    return evaluate_intrinsic


def _runtime(cause: str) -> Exception:
    from ministack.services.stepfunctions import _ExecutionError

    return _ExecutionError("States.Runtime", cause)


def _shown(value: Any) -> str:
    return f"'{json.dumps(value)[:SHOWN_CHARACTERS]}'"
