"""How a run ends: its report, a digest where there is something new to tell, success or failure.

A digest that could not be sent fails no run: what was kept is kept. The execution's output says so,
the next run of the day sends it, and an alarm stands on the function's errors.
"""

from collections.abc import Mapping

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from stacks.retried import retried_call


def end_of_run(scope: Construct, functions: Mapping[str, lambda_.IFunction]) -> sfn.IChainable:
    """What follows ReportRun, whose output is the state."""
    digest = retried_call(
        scope,
        "SendDigest",
        functions["SendDigest"],
        {
            "execution": sfn.JsonPath.string_at("$$.Execution.Name"),
            "record": sfn.JsonPath.string_at("$.record"),
        },
        result_path="$.digest",
    )
    ending = sfn.Choice(scope, "DidEverythingSucceed")
    ending.when(
        sfn.Condition.boolean_equals("$.succeeded", True), sfn.Succeed(scope, "GameDayKept")
    )
    ending.otherwise(sfn.Fail(scope, "RerunNeeded", error="RerunNeeded", cause_path="$.summary"))
    digest.add_catch(ending, errors=["States.ALL"], result_path="$.digest")
    digest.next(ending)
    news = sfn.Choice(scope, "IsThereNews")
    news.when(sfn.Condition.boolean_equals("$.news", True), digest)
    return news.otherwise(ending)
