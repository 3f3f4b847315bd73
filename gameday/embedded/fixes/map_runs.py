"""A Distributed Map stops when too much failed or its execution ended, and writes its results.

The emulator runs every child to its end whatever fails, ignores ResultWriter and the thresholds
that are given by a path, and asks no role. What it ignores beside that is refused here.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import contextvars
import copy
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

from gameday.embedded.fixes import map_results
from gameday.embedded.fixes.map_run_record import MapRunRecord
from gameday.embedded.fixes.patching import Patch
from gameday.embedded.fixes.roles import require
from gameday.embedded.fixes.state_paths import require_array

FIX = "map_runs"

POLL_SECONDS = 0.05
# At most so many children at once where the state sets no limit, which AWS takes for 10,000.
MOST_AT_ONCE = 64
REFUSED = ("ItemBatcher", "MaxConcurrencyPath", "ToleratedFailurePercentagePath")
OUTCOMES = {"SUCCEEDED": "succeeded", "FAILED": "failed", "ABORTED": "aborted"}


def apply() -> None:
    from ministack.services import stepfunctions

    patch = Patch(FIX)
    # What an ItemReader reads takes the place of an array in the input.
    patch.edit(
        stepfunctions,
        "_run_map_items",
        (
            '    is_jsonata = _state_query_language(state_def, ctx) == "JSONata"\n',
            """\
    gameday_processor = state_def.get("ItemProcessor", {})
    if (gameday_processor.get("ProcessorConfig") or {}).get("Mode") == "DISTRIBUTED":
        return _run_distributed_map(
            state_def, raw_input, effective, gameday_processor, execution, ctx
        )
    is_jsonata = _state_query_language(state_def, ctx) == "JSONata"
""",
        ),
    )
    patch.replace(stepfunctions, "_run_distributed_map", "2b77d3ec0e04", run)
    patch.wrap(stepfunctions, "_restore_state", "b94c49c3dd97", _settling_map_runs)


def run(
    state: dict[str, Any],
    raw_input: Any,
    effective: Any,
    processor: dict[str, Any],
    execution: dict[str, Any],
    ctx: dict[str, Any],
) -> tuple[Any, str | None]:
    """The state's output and the state that follows. Takes the place of the emulator's function."""
    from ministack.services import stepfunctions

    for field in REFUSED:
        if field in state:
            raise _error("States.Runtime", f"the embedded AWS does not know {field} of a Map state")
    require("states:StartExecution", execution["stateMachineArn"])
    map_run = MapRun(state, effective, processor, execution, ctx)
    map_run.work()
    written = map_run.write_results()
    map_run.close()
    result = written or map_run.outputs()
    result = stepfunctions._apply_result_selector(state, result)
    output = stepfunctions._apply_result_path(state, raw_input, result)
    output = stepfunctions._apply_output_path(state, output, ctx)
    return output, stepfunctions._next_or_end(state)


class MapRun:
    """One run of a Distributed Map over its items."""

    def __init__(
        self,
        state: dict[str, Any],
        effective: Any,
        processor: dict[str, Any],
        execution: dict[str, Any],
        ctx: dict[str, Any],
    ) -> None:
        from ministack.services import stepfunctions

        self._state, self._effective, self._ctx = state, effective, ctx
        self._processor, self._execution = processor, execution
        self._items = _items(state, effective, ctx)
        self._children: list[dict[str, Any] | None] = [None] * len(self._items)
        self._lock = threading.Lock()
        machine = execution["stateMachineArn"]
        label = state.get("Label") or stepfunctions.new_uuid()
        self._machine = f"{machine}/{label}"
        self._record = MapRunRecord(
            state, machine, execution["executionArn"], label, self._tolerated_count()
        )
        self._record.begin(len(self._items))
        self._tell("MapRunStarted", {"mapRunStartedEventDetails": {"mapRunArn": self.arn}})

    @property
    def arn(self) -> str:
        return self._record.arn

    def work(self) -> None:
        """Run the children, as many at once as the state allows, until none is left to be begun."""
        at_once = self._record.max_concurrency or min(len(self._items), MOST_AT_ONCE)
        pending = iter(range(len(self._items)))
        with ThreadPoolExecutor(max_workers=max(1, at_once)) as pool:
            workers = [
                pool.submit(contextvars.copy_context().run, self._work, pending)
                for _ in range(min(max(1, at_once), len(self._items)))
            ]
            while wait(workers, timeout=POLL_SECONDS).not_done:
                if self._execution["status"] != "RUNNING":
                    self._end("ABORTED")
        for worker in workers:
            worker.result()

    def write_results(self) -> dict[str, Any] | None:
        """What the state gives instead of outputs, where it has a ResultWriter."""
        if "ResultWriter" not in self._state:
            return None
        from ministack.services import stepfunctions

        writer = self._state["ResultWriter"]
        place = stepfunctions._resolve_params_obj(
            writer.get("Parameters") or {}, self._effective, self._ctx
        )
        pending = [
            self._input(index) for index, child in enumerate(self._children) if child is None
        ]
        children = [child for child in self._children if child is not None]
        key = map_results.write(writer, place, self.arn, children, pending)
        self._record.note_written(len(children))
        return {
            "MapRunArn": self.arn,
            "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": key},
        }

    def close(self) -> None:
        """End the run. Raises _ExecutionError of one that failed or was aborted."""

        status = self._record.close()
        cause = "The specified tolerated failure threshold was exceeded"
        if status == "FAILED":
            error = "States.ExceedToleratedFailureThreshold"
            self._tell("MapRunFailed", {"mapRunFailedEventDetails": _details(error, cause)})
            raise _error(error, cause)
        self._tell(f"MapRun{status.title()}", None)
        if status == "ABORTED":
            raise _error("States.Runtime", f"The execution is {self._execution['status']}")

    def outputs(self) -> list[Any]:
        """Each child's output in the order of the items; null of one whose failure is tolerated."""
        return [
            json.loads(child["output"]) if child and child["status"] == "SUCCEEDED" else None
            for child in self._children
        ]

    def _work(self, pending: Iterator[int]) -> None:
        while True:
            with self._lock:
                index = next(pending, None)
                if index is None or not self._goes_on():
                    return
            self._run_child(index)

    def _run_child(self, index: int) -> None:
        from ministack.services import stepfunctions

        ctx = self._item_context(index)
        given = self._input(index)
        child = self._begun(index, given)
        ctx["Execution"] = {
            "Id": child["executionArn"],
            "Input": given,
            "Name": child["name"],
            "StartTime": child["startDate"],
        }
        states, start = self._processor.get("States", {}), self._processor.get("StartAt")
        end: dict[str, Any]
        try:
            output = stepfunctions._run_sub_machine(states, start, given, child, ctx)
            end = {"status": "SUCCEEDED", "output": json.dumps(output)}
        except stepfunctions._ExecutionError as error:
            end = {"status": "FAILED", "error": error.error, "cause": error.cause}
        except Exception as error:  # noqa: BLE001 - as the emulator does with an execution
            end = {"status": "FAILED", "error": "States.Runtime", "cause": str(error)}
        with self._lock:
            if child["status"] == "RUNNING":
                child.update(end, stopDate=stepfunctions.now_iso())
                self._record.move("running", OUTCOMES[child["status"]])
            exceeded = self._record.exceeds()
        if exceeded:
            self._end("FAILED")

    def _begun(self, index: int, given: Any) -> dict[str, Any]:
        """The child of an item, as an execution that has just started."""
        from ministack.services import stepfunctions

        name = stepfunctions.new_uuid()
        executions = self._machine.replace(":stateMachine:", ":execution:")
        child = {
            "executionArn": f"{executions}:{name}",
            "stateMachineArn": self._machine,
            "name": name,
            "status": "RUNNING",
            "startDate": stepfunctions.now_iso(),
            "stopDate": None,
            "input": json.dumps(given),
            "inputDetails": {"included": True},
            "output": None,
            "outputDetails": {"included": True},
            "mapRunArn": self.arn,
            "events": [],
            "testCase": self._execution.get("testCase"),
            "mockAttempts": {},
        }
        with self._lock:
            if not self._goes_on():
                child["status"] = "ABORTED"
            stepfunctions._executions[child["executionArn"]] = child
            self._children[index] = child
            self._record.move("pending", OUTCOMES.get(child["status"], "running"))
        return child

    def _end(self, status: str) -> None:
        """Abort what runs, and begin with nothing more."""
        from ministack.services import stepfunctions

        with self._lock:
            if not self._record.end(status):
                return
            for child in self._children:
                if child is not None and child["status"] == "RUNNING":
                    child.update(status="ABORTED", stopDate=stepfunctions.now_iso())
                    self._record.move("running", "aborted")

    def _goes_on(self) -> bool:
        return self._record.status == self._execution["status"] == "RUNNING"

    def _tolerated_count(self) -> int:
        from ministack.services import stepfunctions

        if "ToleratedFailureCountPath" not in self._state:
            return int(self._state.get("ToleratedFailureCount") or 0)
        found = stepfunctions._resolve_path_or_ctx(
            self._state["ToleratedFailureCountPath"], self._effective, self._ctx
        )
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise _error("States.Runtime", f"ToleratedFailureCountPath gives no count: {found!r}")
        return found

    def _item_context(self, index: int) -> dict[str, Any]:
        ctx = copy.deepcopy(self._ctx)
        ctx["Map"] = {"Item": {"Index": index, "Value": self._items[index]}}
        return ctx

    def _input(self, index: int) -> Any:
        from ministack.services import stepfunctions

        selector = self._state.get("ItemSelector") or self._state.get("Parameters")
        if not selector:
            return self._items[index]
        context = self._item_context(index)
        return stepfunctions._resolve_params_obj(selector, self._effective, context)

    def _tell(self, event: str, details: dict[str, Any] | None) -> None:
        from ministack.services import stepfunctions

        stepfunctions._add_event(self._execution, event, details)


def _items(state: dict[str, Any], effective: Any, ctx: dict[str, Any]) -> list[Any]:
    from ministack.services import stepfunctions

    reader = state.get("ItemReader")
    if reader is None:
        found = stepfunctions._resolve_path_or_ctx(state.get("ItemsPath", "$"), effective, ctx)
    else:
        place = stepfunctions._resolve_params_obj(reader.get("Parameters") or {}, effective, ctx)
        if "Key" in place:
            map_results.allowed(
                "s3:GetObject", place["Bucket"], place["Key"], "States.ItemReaderFailed"
            )
        found = stepfunctions._read_map_items(reader, effective, ctx)
    require_array(found, state)
    return found


def _details(error: str, cause: str) -> dict[str, str]:
    return {"error": error, "cause": cause}


def _error(error: str, cause: str) -> Exception:
    from ministack.services.stepfunctions import _ExecutionError

    return _ExecutionError(error, cause)


def _settling_map_runs(original: Callable) -> Callable:
    """A Map Run that was under way when the process died is over, as its execution is."""

    def restore_state(state: dict[str, Any]) -> None:
        from ministack.services import stepfunctions

        original(state)
        for record in stepfunctions._map_runs.all_values():
            if record["status"] == "RUNNING":
                record.update(status="ABORTED", stopDate=stepfunctions.now_iso())

    return restore_state
