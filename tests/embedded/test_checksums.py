"""S3 verifies the checksums it is given, and answers those it keeps."""

import base64
import zlib
from typing import Any

import boto3
import pytest
from account import Account
from botocore.config import Config
from botocore.exceptions import ClientError

TARGET = {"Bucket": "clips", "Key": "1"}
WHOLE = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}

HEAD, TAIL = bytes(range(256)) * (5 * 1024 * 4), b"end"


@pytest.fixture
def s3(account: Account) -> Any:
    """A client that adds no checksum of its own and takes the first answer for the last."""
    environment = account.aws.environment()
    client = boto3.client(
        "s3",
        endpoint_url=account.aws.endpoint_url,
        region_name=account.aws.region,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(
            request_checksum_calculation="when_required", retries={"total_max_attempts": 1}
        ),
    )
    client.create_bucket(Bucket="clips")
    return client


def crc32(body: bytes) -> str:
    return base64.b64encode(zlib.crc32(body).to_bytes(4)).decode()


def started(s3: Any, **checksum: str) -> dict[str, str]:
    return {**TARGET, "UploadId": s3.create_multipart_upload(**TARGET, **checksum)["UploadId"]}


def sent(s3: Any, upload: dict[str, str], *bodies: bytes, **checksum: str) -> list[dict[str, Any]]:
    """The parts of an upload, as S3 answers them."""
    parts = []
    for number, body in enumerate(bodies, 1):
        answer = s3.upload_part(**upload, PartNumber=number, Body=body, **checksum)
        kept = {name: value for name, value in answer.items() if name.startswith(("ETag", "Check"))}
        parts.append({"PartNumber": number, **kept})
    return parts


def complete(s3: Any, upload: dict[str, str], parts: list[dict[str, Any]], **stated: Any) -> None:
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts}, **stated)


def without_checksums(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: part[name] for name in ("PartNumber", "ETag")} for part in parts]


def refusal(call: Any, *arguments: Any, **request: Any) -> tuple[str, str]:
    """The code and the message with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(*arguments, **request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_whole_objects_checksum_is_that_of_its_bytes(s3: Any):
    upload = started(s3, **WHOLE)
    parts = sent(s3, upload, HEAD, TAIL)

    complete(
        s3,
        upload,
        without_checksums(parts),
        ChecksumType="FULL_OBJECT",
        ChecksumCRC32=crc32(HEAD + TAIL),
        MpuObjectSize=len(HEAD + TAIL),
    )

    expected = {"ChecksumCRC32": crc32(HEAD + TAIL), "ChecksumType": "FULL_OBJECT"}
    attributes = s3.get_object_attributes(**TARGET, ObjectAttributes=["Checksum"])
    assert s3.head_object(**TARGET, ChecksumMode="ENABLED").items() >= expected.items()
    assert attributes["Checksum"] == expected


@pytest.mark.parametrize("stated", [{"ChecksumType": "FULL_OBJECT"}, {}])
def test_a_whole_object_is_not_completed_under_another_checksum(s3: Any, stated: dict):
    upload = started(s3, **WHOLE)
    parts = without_checksums(sent(s3, upload, b"clip"))

    # Without the type, S3 does not take the value for that of the whole object.
    value = crc32(b"other" if stated else b"clip")
    code, _ = refusal(complete, s3, upload, parts, ChecksumCRC32=value, **stated)

    assert code == "BadDigest"
    assert refusal(s3.head_object, **TARGET)[0] == "404"
    assert len(s3.list_parts(**upload)["Parts"]) == 1


def test_an_object_of_another_size_is_not_completed(s3: Any):
    upload = started(s3, **WHOLE)
    parts = sent(s3, upload, b"clip")

    code, _ = refusal(complete, s3, upload, parts, MpuObjectSize=5)

    assert code == "InvalidRequest"
    assert refusal(s3.head_object, **TARGET)[0] == "404"


def test_an_upload_is_completed_under_the_type_it_was_started_with(s3: Any):
    upload = started(s3, **WHOLE)
    parts = sent(s3, upload, b"clip")

    code, message = refusal(complete, s3, upload, parts, ChecksumType="COMPOSITE")

    assert code == "InvalidRequest"
    assert "created using the FULL_OBJECT checksum mode" in message


def test_the_checksum_of_a_whole_objects_part_is_computed(s3: Any):
    [part] = sent(s3, started(s3, **WHOLE), b"clip")

    assert part["ChecksumCRC32"] == crc32(b"clip")


def test_a_damaged_part_is_refused(s3: Any):
    upload = started(s3, **WHOLE)

    code, _ = refusal(sent, s3, upload, b"damaged", ChecksumCRC32=crc32(b"clip"))

    assert code == "BadDigest"
    assert "Parts" not in s3.list_parts(**upload)


def test_open_uploads_and_their_parts_are_listed_with_their_checksums(s3: Any):
    upload = started(s3, **WHOLE)
    [part] = sent(s3, upload, b"clip")

    parts = s3.list_parts(**upload)
    [listed] = s3.list_multipart_uploads(Bucket="clips")["Uploads"]

    assert parts["Parts"][0].items() >= {**part, "Size": 4}.items()
    assert parts.items() >= WHOLE.items()
    assert listed.items() >= WHOLE.items()


@pytest.mark.parametrize(
    ("checksum", "actual"), [({}, "null"), ({"ChecksumCRC32": crc32(b"clip")}, "crc32")]
)
def test_a_checksum_of_parts_needs_that_of_each(s3: Any, checksum: dict, actual: str):
    upload = started(s3, ChecksumAlgorithm="SHA256")

    code, message = refusal(sent, s3, upload, b"clip", **checksum)

    assert code == "InvalidRequest"
    assert message.endswith(f"expected checksum Type: sha256, actual checksum Type: {actual}")


def test_a_checksum_of_parts_is_completed_with_that_of_each(s3: Any):
    upload = started(s3, ChecksumAlgorithm="SHA256")
    parts = sent(s3, upload, b"clip", ChecksumAlgorithm="SHA256")

    code, message = refusal(complete, s3, upload, without_checksums(parts))

    assert code == "InvalidRequest"
    assert "must include the checksum for each part" in message


def test_a_checksum_of_parts_says_how_many(s3: Any):
    upload = started(s3, ChecksumAlgorithm="SHA256")

    complete(s3, upload, sent(s3, upload, b"clip", ChecksumAlgorithm="SHA256"))

    head = s3.head_object(**TARGET, ChecksumMode="ENABLED")
    assert head["ChecksumType"] == "COMPOSITE"
    assert head["ChecksumSHA256"].endswith("-1")


@pytest.mark.parametrize(
    "checksum",
    [
        {"ChecksumAlgorithm": "SHA256", "ChecksumType": "FULL_OBJECT"},
        {"ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "COMPOSITE"},
        {"ChecksumType": "FULL_OBJECT"},
    ],
)
def test_not_every_algorithm_makes_every_type_of_checksum(s3: Any, checksum: dict):
    code, _ = refusal(started, s3, **checksum)

    assert code == "InvalidRequest"


def test_the_checksum_an_object_was_stored_with_is_kept(s3: Any):
    expected = {"ChecksumCRC32": crc32(b"clip"), "ChecksumType": "FULL_OBJECT"}

    stored = s3.put_object(**TARGET, Body=b"clip", ChecksumCRC32=crc32(b"clip"))

    assert stored.items() >= expected.items()
    assert s3.head_object(**TARGET, ChecksumMode="ENABLED").items() >= expected.items()


def test_a_damaged_object_is_refused(s3: Any):
    code, _ = refusal(s3.put_object, **TARGET, Body=b"damaged", ChecksumCRC32=crc32(b"clip"))

    assert code == "BadDigest"
    assert refusal(s3.head_object, **TARGET)[0] == "404"
