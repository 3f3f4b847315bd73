"""The state machine of the drill: the newest backup, restored, compared and deleted again.

1. SweepScratchTables  what killed drills left behind
2. RestoreScratch      the newest backup into a scratch table, waited for
3. CompareTables       every item by digest, and one day from its sidecars
4. CheckObjects        a sample, or all, in as many calls as it takes
5. DeleteScratch       whatever happened before
6. RecordDrill         the record; a failed end state when anything differs
"""

from collections.abc import Mapping

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.retried import KILLED, retried_call, retry

LOOK_AT_RESTORE = Duration.seconds(30)


def drill_workflow(scope: Construct, functions: Mapping[str, lambda_.IFunction]) -> sfn.IChainable:
    """The states in order; `functions` are named as the states that call them."""
    begin = sfn.Pass(
        scope,
        "BeginDrill",
        parameters={
            "execution": sfn.JsonPath.string_at("$$.Execution.Name"),
            "started": sfn.JsonPath.string_at("$$.Execution.StartTime"),
            "input": sfn.JsonPath.object_at("$"),
            "restore": {},
            "items": {},
            "objects": {},
        },
    )
    sweep = retried_call(
        scope,
        "SweepScratchTables",
        functions["DeleteScratch"],
        {"sweep": sfn.JsonPath.string_at("$$.StateMachine.Id")},
        result_path=sfn.JsonPath.DISCARD,
    )
    restore = _step(scope, "RestoreScratch", functions, "restore")
    wait = sfn.Wait(scope, "WaitForRestore", time=sfn.WaitTime.duration(LOOK_AT_RESTORE))
    compare = _step(scope, "CompareTables", functions, "items")
    check = retried_call(
        scope,
        "CheckObjects",
        functions["CheckObjects"],
        {
            "execution": sfn.JsonPath.string_at("$.execution"),
            "input": sfn.JsonPath.object_at("$.input"),
            "sample": sfn.JsonPath.object_at("$.items.sample"),
            "objects": sfn.JsonPath.object_at("$.objects"),
        },
        result_path="$.objects",
    )
    for step in (restore, compare, check):
        retry(step, KILLED, seconds=3, attempts=2)
    delete, record = _delete(scope, functions), _record(scope, functions)
    sweep.add_catch(restore, errors=["States.ALL"], result_path=sfn.JsonPath.DISCARD)
    for step in (restore, compare, check):
        step.add_catch(delete, errors=["States.ALL"], result_path="$.error")
    delete.add_catch(record, errors=["States.ALL"], result_path="$.deletion")
    state = "$.restore.state"
    is_restored = sfn.Choice(scope, "IsRestored")
    is_restored.when(sfn.Condition.string_equals(state, "restored"), compare)
    is_restored.when(sfn.Condition.string_equals(state, "restoring"), wait)
    is_restored.otherwise(delete)
    wait.next(restore)
    are_checked = sfn.Choice(scope, "AreObjectsChecked")
    are_checked.when(sfn.Condition.boolean_equals("$.objects.done", True), delete)
    are_checked.otherwise(check)
    compare.next(check).next(are_checked)
    delete.next(record)
    ending = sfn.Choice(scope, "DidEverythingComeBack")
    ending.when(sfn.Condition.boolean_equals("$.passed", True), sfn.Succeed(scope, "DrillPassed"))
    ending.otherwise(sfn.Fail(scope, "DrillFailed", error="DrillFailed", cause_path="$.summary"))
    record.next(ending)
    return begin.next(sweep).next(restore).next(is_restored)


def _step(
    scope: Construct, state: str, functions: Mapping[str, lambda_.IFunction], result: str
) -> tasks.LambdaInvoke:
    payload = {
        "execution": sfn.JsonPath.string_at("$.execution"),
        "restore": sfn.JsonPath.object_at("$.restore"),
    }
    return retried_call(scope, state, functions[state], payload, result_path=f"$.{result}")


def _delete(scope: Construct, functions: Mapping[str, lambda_.IFunction]) -> tasks.LambdaInvoke:
    """A table that is still being restored is waited for, by the function and by its retries."""
    delete = retried_call(
        scope,
        "DeleteScratch",
        functions["DeleteScratch"],
        {"execution": sfn.JsonPath.string_at("$.execution")},
        result_path="$.deletion",
    )
    retry(delete, ["ScratchInUse", *KILLED], seconds=10, attempts=20)
    return delete


def _record(scope: Construct, functions: Mapping[str, lambda_.IFunction]) -> tasks.LambdaInvoke:
    payload = {
        "execution": sfn.JsonPath.string_at("$.execution"),
        "drill": sfn.JsonPath.object_at("$"),
    }
    return retried_call(scope, "RecordDrill", functions["RecordDrill"], payload, result_path="$")
