"""The bucket: raw answers, videos, renditions and run records, each verified as it is written."""

import zlib
from typing import Any

from lambdas.highlights import checksum
from lambdas.highlights.errors import StoreUnavailable

REFUSED = ("412", "PreconditionFailed")
ABSENT = ("404", "NoSuchKey", "NotFound")
GONE = ("404", "NoSuchUpload")


class Archive:
    """Reads and writes objects of `bucket` through `s3`, a boto3 S3 client."""

    def __init__(self, s3: Any, bucket: str):
        self.s3 = s3
        self.bucket = bucket

    def put_once(
        self, key: str, body: bytes, content_type: str, replaces: str | None = None
    ) -> bool:
        """Write `body` unless an object stands under `key` already; True when it was written.

        replaces: the ETag of an object that may stand there, and gives way.
        """
        try:
            self.s3.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                ChecksumCRC32=checksum.as_header(zlib.crc32(body)),
                **only_over(replaces),
            )
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in REFUSED:
                return False
            raise
        return True

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Write `body`, whatever stands under `key`."""
        while not self.put_once(key, body, content_type, self.etag(key)):
            continue  # another write came between, of which this one has to know

    def copy(self, source: str, key: str, content_type: str, expected: str) -> None:
        """Copy an object of up to 5 GB within S3, whatever stands under `key`.

        expected: the source's checksum, as the ledger keeps it. Raises StoreUnavailable when S3
        says that the copy has another one.
        https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        """
        answer = self.s3.copy_object(
            Bucket=self.bucket,
            Key=key,
            CopySource={"Bucket": self.bucket, "Key": source},
            ContentType=content_type,
            MetadataDirective="REPLACE",
            TaggingDirective="REPLACE",
            ChecksumAlgorithm=checksum.ALGORITHM,
        )
        told = answer.get("CopyObjectResult", {}).get("ChecksumCRC32")
        if told is None or not expected.startswith("crc32:"):
            return
        found = checksum.as_text(checksum.from_header(told))
        if found != expected:
            raise StoreUnavailable(f"S3 copied {source} to {key} with {found}, not {expected}")

    def has(self, key: str) -> bool:
        """Whether an object stands under `key`; needs s3:ListBucket to tell absent from denied."""
        return self.etag(key) is not None

    def etag(self, key: str) -> str | None:
        """The ETag of the object under `key`, in its quotes; None when there is none."""
        try:
            return self.s3.head_object(Bucket=self.bucket, Key=key)["ETag"]
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in ABSENT:
                return None
            raise

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Leave neither an object nor an open multipart upload; one that is gone is fine."""
        try:
            self.s3.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=upload_id)
        except self.s3.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in GONE:
                raise

    def read(self, key: str) -> Any:
        """The object's body as a stream of bytes."""
        return self.s3.get_object(Bucket=self.bucket, Key=key)["Body"]


def only_over(replaces: str | None) -> dict[str, str]:
    """The condition of a write that replaces nothing, or only the object with this ETag."""
    return {"IfMatch": replaces} if replaces else {"IfNoneMatch": "*"}
