"""The objects a job reads and writes, with the permissions of the job's role."""

import shutil
from pathlib import Path
from typing import Any

from boto3.s3.transfer import S3UploadFailedError, TransferConfig
from botocore.exceptions import ClientError

from gameday.embedded.mediaconvert.errors import JobFailed
from gameday.embedded.mediaconvert.outputs import split_location

_DENIED = {"AccessDenied", "403", "Forbidden"}
_MISSING = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}
_TRANSFER = TransferConfig(max_concurrency=2)


class Storage:
    """S3 as a job uses it; `role` is a client with the role's credentials.

    `owner` is a client that may undo what the role may only do.
    """

    def __init__(self, role: Any, owner: Any) -> None:
        self._role = role
        self._owner = owner
        self._written: list[tuple[str, str]] = []

    def read(self, location: str, path: Path) -> None:
        """Copy the object at an `s3://` location to a file.

        Raises:
            JobFailed: the object is missing (1404) or the role may not read it (1401).
        """
        bucket, key = split_location(location)
        try:
            with path.open("wb") as file:
                shutil.copyfileobj(self._role.get_object(Bucket=bucket, Key=key)["Body"], file)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in _DENIED:
                raise JobFailed(
                    1401, _cannot_read(location, f"Access denied to [{location}]")
                ) from error
            if code in _MISSING:
                raise JobFailed(1404, _cannot_read(location, "HeadObject failed")) from error
            raise JobFailed(1404, _cannot_read(location, str(error))) from error

    def write(self, path: Path, bucket: str, key: str, content_type: str) -> None:
        """Store a file as an object.

        Raises:
            JobFailed: the role may not write it (1401), there is no such bucket (1404), or S3
                fails otherwise (1517).
        """
        try:
            self._role.upload_file(
                str(path), bucket, key, ExtraArgs={"ContentType": content_type}, Config=_TRANSFER
            )
        except (ClientError, S3UploadFailedError) as error:
            raise _write_failure(bucket, key, error) from error
        self._written.append((bucket, key))

    def undo(self) -> None:
        """Remove every object written so far."""
        for bucket, key in self._written:
            self._remove(bucket, key)
        self._written.clear()

    def _remove(self, bucket: str, key: str) -> None:
        try:
            version = self._owner.head_object(Bucket=bucket, Key=key).get("VersionId")
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return
            raise
        # In a versioned bucket only the removal of the version leaves nothing behind.
        chosen = {"VersionId": version} if version else {}
        self._owner.delete_object(Bucket=bucket, Key=key, **chosen)


def _cannot_read(location: str, reason: str) -> str:
    return (
        f"Unable to open input file [{location}]: [Failed probe/open: [Can't read input stream: "
        f"[Failed to read data: {reason}]]]"
    )


def _write_failure(bucket: str, key: str, error: Exception) -> JobFailed:
    message = f"Unable to write to output file [s3://{bucket}/{key}]: [Failed to write data: "
    # The transfer manager keeps S3's answer as the context of its own error.
    answer = error.__context__ if isinstance(error, S3UploadFailedError) else error
    code = answer.response["Error"]["Code"] if isinstance(answer, ClientError) else ""
    if code in _DENIED:
        return JobFailed(1401, f"{message}Access Denied]")
    if code == "NoSuchBucket":
        return JobFailed(1404, f"{message}The specified bucket does not exist]")
    return JobFailed(1517, f"{message}{error}]")
