"""How jobs fail: the codes and words of
https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html
"""

import pytest
from mediaconvert_jobs import capture_output, files_in, settings_for, video_output


@pytest.fixture
def failure(account, bucket, role):
    """Code and message of a failed job on a file; nothing of the job stays."""

    def run(source, output=None):
        location = account.upload(source, bucket)
        outputs = [output] if output else []
        job = account.run(settings_for(location, f"s3://{bucket}/out/", *outputs), role)
        assert job["Status"] == "ERROR"
        assert account.keys(bucket, "out/") == []
        return job["ErrorCode"], job["ErrorMessage"]

    return run


def file(path, content):
    path.write_bytes(content)
    return path


def test_a_missing_input(account, bucket, role):
    settings = settings_for(f"s3://{bucket}/missing.mp4", f"s3://{bucket}/out/")
    job = account.run(settings, role)

    assert job["ErrorCode"] == 1404
    assert f"Unable to open input file [s3://{bucket}/missing.mp4]" in job["ErrorMessage"]


def test_a_missing_bucket(account, bucket):
    job = account.run(
        settings_for(f"s3://{bucket}-missing/clip.mp4", f"s3://{bucket}/out/"),
        account.role(files_in("*")),
    )

    assert job["ErrorCode"] == 1404


@pytest.mark.parametrize(
    "content", [b"", b"<html>Not found</html>", b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n"]
)
def test_a_file_that_is_no_video(failure, tmp_path, content):
    code, message = failure(file(tmp_path / "clip.mp4", content))

    assert code == 1010
    assert "[Failed probe/open: [No parser found for container]]" in message


def test_a_picture_is_no_video(failure, ffmpeg, clip, tmp_path):
    ffmpeg("-i", clip, "-frames:v", "1", tmp_path / "picture.jpg")

    assert failure(tmp_path / "picture.jpg")[0] == 1010


def test_an_mp4_that_lost_its_end(failure, ffmpeg, clip, tmp_path):
    ffmpeg("-i", clip, "-c", "copy", tmp_path / "moov-last.mp4")
    content = (tmp_path / "moov-last.mp4").read_bytes()
    cut = file(tmp_path / "cut.mp4", content[: len(content) // 2])

    code, message = failure(cut)
    assert code == 1075
    assert "[Failed probe/open: [no moov box found in file]]" in message


def test_a_truncated_file(failure, clip, tmp_path):
    content = clip.read_bytes()
    code, message = failure(file(tmp_path / "cut.mp4", content[: len(content) // 2]))

    assert code == 1076
    assert "Is file truncated?" in message


def test_a_file_without_video(failure, ffmpeg, clip, tmp_path):
    ffmpeg("-i", clip, "-vn", "-c", "copy", tmp_path / "sound.mp4")
    code, message = failure(tmp_path / "sound.mp4")

    assert code == 1020
    assert "doesn't have video that the transcoder can consume" in message


def test_a_file_whose_frames_are_broken(failure, clip, tmp_path):
    content = clip.read_bytes()
    start = content.index(b"mdat") + 4
    broken = file(tmp_path / "broken.mp4", content[:start] + bytes(len(content) - start))

    assert failure(broken) == (
        1020,
        "Video sync did not read enough good frames to process successfully",
    )


def test_an_unknown_codec(failure, clip, tmp_path):
    content = clip.read_bytes().replace(b"avc1", b"zzz1")

    assert failure(file(tmp_path / "unknown.mp4", content)) == (
        1030,
        "Video codec [unknown] is not a supported input video codec",
    )


def test_an_unsupported_profile(failure, ffmpeg, clip, tmp_path):
    ffmpeg("-i", clip, "-c:v", "libx264", "-pix_fmt", "yuv444p", tmp_path / "full-colour.mp4")
    code, message = failure(tmp_path / "full-colour.mp4")

    assert code == 1030
    assert "High 4:4:4 Predictive profile is unsupported" in message


def test_a_level_that_is_too_low(failure, clip):
    output = video_output({"RateControlMode": "CBR", "Bitrate": 5_000_000, "CodecLevel": "LEVEL_1"})
    code, message = failure(clip, output)

    assert code == 1040
    assert "Invalid level specified for the selected framerate or resolution" in message


def test_an_odd_size(failure, clip):
    assert failure(clip, video_output(Width=160, Height=121)) == (
        1040,
        "Invalid resolution [160 x 121], only even values are supported. video_description [1].",
    )


def test_a_named_track_that_is_missing(account, bucket, role, ffmpeg, clip, tmp_path):
    ffmpeg("-i", clip, "-an", "-c", "copy", tmp_path / "silent.mp4")
    location = account.upload(tmp_path / "silent.mp4", bucket)
    settings = settings_for(location, f"s3://{bucket}/out/")
    settings["Inputs"][0]["AudioSelectors"] = {"Audio Selector 1": {"Tracks": [1]}}

    job = account.run(settings, role)
    assert job["ErrorCode"] == 1040
    assert "Audio track [1] not found in input container" in job["ErrorMessage"]


def test_an_output_in_the_place_of_the_input(account, bucket, role, clip):
    location = account.upload(clip, bucket)
    job = account.run(settings_for(location, f"s3://{bucket}/videos/"), role)

    assert job["ErrorCode"] == 1040
    assert job["ErrorMessage"] == f"Duplicate input and output path [{location}] found in job."
    assert account.s3.head_object(Bucket=bucket, Key="videos/clip.mp4")["ContentLength"] == (
        clip.stat().st_size
    )


def test_a_missing_destination(account, bucket, clip):
    location = account.upload(clip, bucket)
    role = account.role(files_in(bucket), files_in(f"{bucket}-missing"))
    job = account.run(settings_for(location, f"s3://{bucket}-missing/out/"), role)

    assert job["ErrorCode"] == 1404
    assert f"Unable to write to output file [s3://{bucket}-missing/out/" in job["ErrorMessage"]


@pytest.mark.parametrize("versioned", [False, True])
def test_no_output_stays_when_another_cannot_be_written(account, clip, versioned):
    bucket = account.bucket(versioned)
    location = account.upload(clip, bucket)
    role = account.role(
        {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
        {"Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*.mp4"},
    )
    outputs = (
        video_output() | {"NameModifier": "-video"},
        capture_output() | {"NameModifier": "-thumbnail"},
    )
    job = account.run(settings_for(location, f"s3://{bucket}/out/", *outputs), role)

    thumbnail = f"s3://{bucket}/out/clip-thumbnail.0000000.jpg"
    assert (job["ErrorCode"], job["ErrorMessage"]) == (
        1401,
        f"Unable to write to output file [{thumbnail}]: [Failed to write data: Access Denied]",
    )
    left = account.s3.list_object_versions(Bucket=bucket, Prefix="out/")
    assert "Versions" not in left
    assert "DeleteMarkers" not in left
