"""The state machine of LookBack: every day that is due, until none is left or no calls are.

1. ChooseDays  which days, as a file in the archive; or how long to wait for provider calls
2. LookAtDays  a Map Run over that file: for each day an execution of GameDay, waited for
3. ChooseDays  again, with what came of them, until nothing is due

docs/decisions/0012-looking-back.md
"""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from lambdas.highlights.keys import BACKFILLS
from lambdas.highlights.season.progress import IN_USE, LOOKED, NO_CALLS, UNFINISHED
from stacks.retried import KILLED, retried_call, retry

# Each execution of GameDay downloads five videos at once, and a new account may run as few as ten
# functions at the same time.
DAYS_AT_ONCE = 2

# A little longer than GameDay's own timeout, by which a stuck one is ended.
LONGEST_DAY = Duration.minutes(4 * 60 + 15)
# A backfill may wait for many days' provider calls: a season under a budget of four calls a day. A
# scheduled look never waits, and stops beginning with days after half a day.
LONGEST_LOOK_BACK = Duration.days(180)

LABEL = "Days"  # of the Map Run, in the names of its children

# What a start of an execution may be refused for, and is not when it is tried again. Step Functions
# names errors that its API does not list, throttling among them, by the last of these.
# https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
STATES_SERVICE_ERRORS = [
    "StepFunctions.ExecutionLimitExceeded",
    "StepFunctions.ExecutionLimitExceededException",
    "StepFunctions.InternalServerException",
    "StepFunctions.SdkClientException",
    "StepFunctions.ThrottlingException",
    "StepFunctions.AWSStepFunctionsException",
]

# Errors of a day's execution that are no failure of the look, and what they are.
NO_FAILURES = {
    "ProviderQuotaExceeded": NO_CALLS,
    "ProviderBudgetSpent": NO_CALLS,
    "DayInUse": IN_USE,
    "RerunNeeded": UNFINISHED,
}


def look_back_workflow(
    scope: Construct, *, choose: lambda_.IFunction, game_day: sfn.IStateMachine, archive: s3.IBucket
) -> sfn.IChainable:
    """The states in order. game_day: the state machine of one league's day."""
    begin = sfn.Pass(scope, "BeginLookBack", parameters={"round": 0, "progress": {}, "ended": {}})
    chosen = retried_call(
        scope,
        "ChooseDays",
        choose,
        {
            "input": sfn.JsonPath.object_at("$$.Execution.Input"),
            "execution": sfn.JsonPath.string_at("$$.Execution.Name"),
            "started": sfn.JsonPath.string_at("$$.Execution.StartTime"),
            **{
                name: sfn.JsonPath.object_at(f"$.{name}") for name in ("round", "progress", "ended")
            },
        },
        result_path="$",
    )
    retry(chosen, KILLED, seconds=3, attempts=2)
    look = sfn.DistributedMap(
        scope,
        "LookAtDays",
        label=LABEL,
        item_reader=_DaysReader(bucket=archive, key=sfn.JsonPath.string_at("$.days_key")),
        item_selector={
            "league": sfn.JsonPath.string_at("$.league"),
            "date": sfn.JsonPath.string_at("$$.Map.Item.Value.date"),
            "name": sfn.JsonPath.string_at("$$.Map.Item.Value.name"),
            "asked_by": sfn.JsonPath.string_at("$$.Execution.Name"),
            "quiet": sfn.JsonPath.object_at("$.quiet"),
        },
        max_concurrency=DAYS_AT_ONCE,
        tolerated_failure_count_path="$.tolerated",
        result_writer_v2=_ResultsWriter(
            bucket=archive, prefix=sfn.JsonPath.string_at("$.results_prefix")
        ),
        result_path="$.ended",
    )
    look.item_processor(_look_at_one(scope, game_day))
    wait = sfn.Wait(scope, "WaitForCalls", time=sfn.WaitTime.timestamp_path("$.wait_until"))
    ending = sfn.Choice(scope, "DidEveryDayGoWell")
    ending.when(
        sfn.Condition.boolean_equals("$.succeeded", True), sfn.Succeed(scope, "AllLookedAt")
    )
    ending.otherwise(sfn.Fail(scope, "DaysFailed", error="DaysFailed", cause_path="$.summary"))
    following = sfn.Choice(scope, "WhatNext")
    following.when(sfn.Condition.string_equals("$.next", "run"), look)
    following.when(sfn.Condition.string_equals("$.next", "wait"), wait)
    following.otherwise(ending)
    # A Map Run in which too many days fail is stopped; what it came to stands in the archive.
    look.add_catch(chosen, errors=["States.ALL"], result_path="$.ended")
    look.next(chosen)
    wait.next(chosen)
    return begin.next(chosen).next(following)


def _look_at_one(scope: Construct, game_day: sfn.IStateMachine) -> sfn.IChainable:
    """One day: its execution of GameDay, and in few words what came of it."""
    day = tasks.StepFunctionsStartExecution(
        scope,
        "LookAtDay",
        state_machine=game_day,
        integration_pattern=sfn.IntegrationPattern.RUN_JOB,
        associate_with_parent=True,
        name=sfn.JsonPath.string_at("$.name"),
        input=sfn.TaskInput.from_object(
            {
                "league": sfn.JsonPath.string_at("$.league"),
                "date": sfn.JsonPath.string_at("$.date"),
                "asked_by": sfn.JsonPath.string_at("$.asked_by"),
                "quiet": sfn.JsonPath.object_at("$.quiet"),
            }
        ),
        result_selector={"summary": sfn.JsonPath.string_at("$.Output.summary")},
        result_path="$.looked",
        task_timeout=sfn.Timeout.duration(LONGEST_DAY),
    )
    retry(day, STATES_SERVICE_ERRORS, seconds=5, attempts=6)
    looked = _said(scope, "DayLookedAt", LOOKED, "$.looked.summary")
    failed = sfn.Fail(scope, "DayFailed", error_path="$.error.Error", cause_path="$.error.Cause")
    why = sfn.Choice(scope, "WhyNot")
    for outcome in dict.fromkeys(NO_FAILURES.values()):
        names = [name for name, meant in NO_FAILURES.items() if meant == outcome]
        # The cause is the description of the execution, which has the error's name in quotes.
        found = [sfn.Condition.string_matches("$.error.Cause", f'*"{name}"*') for name in names]
        state = "Day" + outcome.title().replace("_", "")
        why.when(sfn.Condition.or_(*found), _said(scope, state, outcome, "$.error.Cause"))
    why.otherwise(failed)
    day.add_catch(why, errors=["States.ALL"], result_path="$.error")
    return day.next(looked)


def _said(scope: Construct, id_: str, outcome: str, reason: str) -> sfn.Pass:
    """What a child ends with, for `progress.outcomes_of`."""
    return sfn.Pass(
        scope,
        id_,
        parameters={
            "date": sfn.JsonPath.string_at("$.date"),
            "outcome": outcome,
            "reason": sfn.JsonPath.string_at(reason),
        },
    )


class _DaysReader(sfn.S3JsonItemReader):
    """Reads the days of a round; the construct's own grant is on every object of the bucket."""

    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        return [_on_backfills(self.bucket, "s3:GetObject")]


class _ResultsWriter(sfn.ResultWriterV2):
    """Writes what came of them; the construct's own grant is on every object of the bucket.

    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
    """

    def provide_policy_statements(self) -> list[iam.PolicyStatement]:
        return [
            _on_backfills(
                self.bucket,
                "s3:PutObject",
                "s3:GetObject",
                "s3:ListMultipartUploadParts",
                "s3:AbortMultipartUpload",
            )
        ]


def _on_backfills(bucket: s3.IBucket, *actions: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=list(actions), resources=[bucket.arn_for_objects(f"{BACKFILLS}*")]
    )
