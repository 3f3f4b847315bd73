"""The state machine: one league's game day, from the provider to the backup.

1. FetchHighlights   the provider's listing into S3 and the table
2. DownloadVideos    each video into S3; one that fails leaves the others alone
3. TranscodeVideos   each stored video into a rendition and a thumbnail, waited for
   WriteSidecars     all that the table knows of each highlight, as a file beside its video
4. PlanBackup        is there new data? then wait until a backup surely holds it
   BackUpTable       the backup, waited for, then rotation
   ExportTable       where it is set so: an export of what is new, asked for and not waited for
5. ReportRun         the run record
   SendDigest        a mail, where there is something new to tell; then a failed end state when a
                     rerun has something to mend
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from stacks.retried import KILLED, OUT_OF_TIME, retried_call, retry
from stacks.run_end import end_of_run
from stacks.transcode_job import job_settings

# Downloads or jobs of one execution under way together. Two executions start at the same minute,
# and a new account may run as few as ten functions at once.
ARRIVALS_AT_ONCE = 5

MEDIACONVERT_SERVICE_ERRORS = [
    "MediaConvert.TooManyRequestsException",
    "MediaConvert.InternalServerErrorException",
    "MediaConvert.ServiceQuotaExceededException",
    "MediaConvert.SdkClientException",
]


def game_day_workflow(
    scope: Construct,
    functions: Mapping[str, lambda_.IFunction],
    *,
    transcode_profile: str,
    transcode_role: iam.IRole,
    export_after_backup: bool,
) -> sfn.IChainable:
    """The states in order; `functions` are named as the states that call them."""
    fetch = _call(
        scope,
        "FetchHighlights",
        functions,
        {
            "input": sfn.JsonPath.object_at("$"),
            "execution": sfn.JsonPath.string_at("$$.Execution.Name"),
            **_HOLDER,
        },
        result_path="$",
    )
    # As long as another execution works on the day, ten minutes at most.
    fetch.add_retry(
        errors=["DayInUse"], interval=Duration.seconds(30), backoff_rate=1, max_attempts=20
    )
    download = sfn.Map(
        scope,
        "DownloadVideos",
        items_path="$.pending",
        item_selector=_of_game_day({"id": sfn.JsonPath.string_at("$$.Map.Item.Value")}),
        max_concurrency=ARRIVALS_AT_ONCE,
        result_path="$.downloads",
    )
    download.item_processor(_download_one(scope, functions))
    transcode = sfn.Map(
        scope,
        "TranscodeVideos",
        items_path="$.downloads",
        item_selector=_of_game_day(
            {
                "id": sfn.JsonPath.string_at("$$.Map.Item.Value.id"),
                "video": sfn.JsonPath.object_at("$$.Map.Item.Value"),
            }
        ),
        max_concurrency=ARRIVALS_AT_ONCE,
        result_path="$.renditions",
    )
    transcode.item_processor(_transcode_one(scope, functions, transcode_profile, transcode_role))
    write_sidecars = _call(
        scope, "WriteSidecars", functions, _backup_input(), result_path="$.sidecars"
    )
    plan_backup = _call(scope, "PlanBackup", functions, _backup_input(), result_path="$.backup")
    back_up = _call(
        scope,
        "BackUpTable",
        functions,
        _backup_input()
        | {
            "written_by": sfn.JsonPath.string_at("$.backup.written_by"),
            "waited_until": sfn.JsonPath.string_at("$$.State.EnteredTime"),
        },
        result_path="$.backup",
    )
    # DynamoDB promises minutes; with the jitter these are 15 on average.
    back_up.add_retry(
        errors=["BackupNotReady"],
        interval=Duration.seconds(10),
        backoff_rate=1,
        max_attempts=180,
        jitter_strategy=sfn.JitterType.FULL,
    )
    wait = sfn.Wait(
        scope,
        "WaitUntilBackupIsComplete",
        time=sfn.WaitTime.timestamp_path("$.backup.wait_until"),
    )
    report = _call(
        scope,
        "ReportRun",
        functions,
        {
            **_backup_input(),
            **_HOLDER,
            "input": sfn.JsonPath.object_at("$$.Execution.Input"),
            **{
                name: sfn.JsonPath.object_at(f"$.{name}")
                for name in (
                    *("found", "new", "listed", "limit", "calls_left"),
                    *("sidecars", "backup"),
                )
            },
        },
        result_path="$.report",
        output_path="$.report",
    )
    write_sidecars.add_catch(plan_backup, errors=["States.ALL"], result_path="$.sidecars")
    for step in (plan_backup, back_up):
        step.add_catch(report, errors=["States.ALL"], result_path="$.backup")
    if export_after_backup:
        back_up.next(_export_table(scope, functions, report))
    else:
        back_up.next(report)
    due = sfn.Choice(scope, "IsBackupDue")
    due.when(sfn.Condition.boolean_equals("$.backup.due", True), wait.next(back_up))
    due.otherwise(report)
    report.next(end_of_run(scope, functions))
    return fetch.next(download).next(transcode).next(write_sidecars).next(plan_backup).next(due)


def _export_table(
    scope: Construct, functions: Mapping[str, lambda_.IFunction], report: tasks.LambdaInvoke
) -> sfn.IChainable:
    """The state between the backup and the report; the run record tells when it fails."""
    occasion = {
        "asked_by": sfn.JsonPath.string_at("$$.Execution.Name"),
        "asked_at": sfn.JsonPath.string_at("$$.Execution.StartTime"),
    }
    export = _call(
        scope, "ExportTable", functions, _of_game_day(occasion), result_path="$.backup.export"
    )
    export.add_catch(report, errors=["States.ALL"], result_path="$.backup.export")
    return export.next(report)


def _download_one(scope: Construct, functions: Mapping[str, lambda_.IFunction]) -> sfn.IChainable:
    download = _call(scope, "DownloadVideo", functions, None)
    # One that stops before its function's time limit goes on in the next attempt; four of them take
    # an hour, of which an execution has four. One that was killed goes on too.
    retry(download, OUT_OF_TIME, seconds=1, attempts=3)
    retry(download, KILLED, seconds=3, attempts=2)
    failed = _record_failure(scope, "RecordDownloadFailure", functions, "download")
    return download.add_catch(failed, errors=["States.ALL"], result_path="$.error")


def _transcode_one(
    scope: Construct,
    functions: Mapping[str, lambda_.IFunction],
    profile: str,
    role: iam.IRole,
) -> sfn.IChainable:
    plan = "$.video.transcode"
    even_size = tuple(sfn.JsonPath.number_at(f"{plan}.{side}") for side in ("width", "height"))
    jobs = {
        "TranscodeVideo": _transcode_job(scope, "TranscodeVideo", profile, role, plan, None),
        "TranscodeOddVideo": _transcode_job(
            scope, "TranscodeOddVideo", profile, role, plan, even_size
        ),
    }
    record = _call(scope, "RecordRendition", functions, None)
    failed = _record_failure(scope, "RecordTranscodeFailure", functions, "transcoding")
    for step in (*jobs.values(), record):
        step.add_catch(failed, errors=["States.ALL"], result_path="$.error")
    stored = sfn.Condition.string_equals("$.video.status", "stored")
    needed = sfn.Condition.boolean_equals(f"{plan}.needed", True)
    odd = sfn.Condition.boolean_equals(f"{plan}.odd", True)
    choice = sfn.Choice(scope, "NeedsTranscoding")
    choice.when(sfn.Condition.and_(stored, needed, odd), jobs["TranscodeOddVideo"].next(record))
    choice.when(sfn.Condition.and_(stored, needed), jobs["TranscodeVideo"].next(record))
    choice.when(stored, record)
    choice.otherwise(sfn.Pass(scope, "NothingToTranscode"))
    return choice


def _transcode_job(
    scope: Construct,
    id_: str,
    profile: str,
    role: iam.IRole,
    plan: str,
    size: tuple[Any, ...] | None,
) -> tasks.MediaConvertCreateJob:
    """A state that has MediaConvert carry out `plan`, and waits for the job's end."""
    job = tasks.MediaConvertCreateJob(
        scope,
        id_,
        integration_pattern=sfn.IntegrationPattern.RUN_JOB,
        create_job_request={
            "Role": role.role_arn,
            "Settings": job_settings(
                profile,
                source=sfn.JsonPath.string_at(f"{plan}.input"),
                rendition=sfn.JsonPath.string_at(f"{plan}.rendition"),
                thumbnail=sfn.JsonPath.string_at(f"{plan}.thumbnail"),
                bitrate=sfn.JsonPath.number_at(f"{plan}.bitrate"),
                size=size,
            ),
            "UserMetadata": _of_game_day({"id": sfn.JsonPath.string_at("$.id")}),
        },
        result_path="$.job",
        task_timeout=sfn.Timeout.duration(Duration.hours(1)),
    )
    retry(job, MEDIACONVERT_SERVICE_ERRORS, seconds=5, attempts=6)
    return job


def _record_failure(
    scope: Construct, id_: str, functions: Mapping[str, lambda_.IFunction], step: str
) -> tasks.LambdaInvoke:
    payload = {
        **_of_game_day({"id": sfn.JsonPath.string_at("$.id")}),
        "step": step,
        "error": sfn.JsonPath.object_at("$.error"),
    }
    record = _call(scope, id_, {id_: functions["RecordFailure"]}, payload)
    unrecorded = sfn.Pass(
        scope,
        f"{id_}Later",
        comment="The item still says what is missing, so the run is reported as failed.",
        parameters={"id": sfn.JsonPath.string_at("$.id"), "status": "failed"},
    )
    return record.add_catch(unrecorded, errors=["States.ALL"], result_path=sfn.JsonPath.DISCARD)


def _call(
    scope: Construct,
    state: str,
    functions: Mapping[str, lambda_.IFunction],
    payload: dict[str, Any] | None,
    *,
    result_path: str | None = None,
    output_path: str | None = None,
) -> tasks.LambdaInvoke:
    return retried_call(
        scope,
        state,
        functions[state],
        payload,
        result_path=result_path,
        output_path=output_path,
    )


def _of_game_day(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` beside what says which run they belong to."""
    return {name: sfn.JsonPath.string_at(f"$.{name}") for name in _RUN} | fields


def _backup_input() -> dict[str, Any]:
    return _of_game_day({"ids": sfn.JsonPath.object_at("$.ids")})


_RUN = ("league", "game_date", "execution")
# Whose lock on the game day it is; ReportRun releases it.
_HOLDER = {"execution_arn": sfn.JsonPath.string_at("$$.Execution.Id")}
