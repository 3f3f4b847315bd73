"""What the outputs of jobs are, measured by ffmpeg."""

from fractions import Fraction

import pytest
from mediaconvert_jobs import capture_output, settings_for, video_output

from gameday.embedded.mediaconvert.ffmpeg import probe


@pytest.fixture(scope="module")
def noise(ffmpeg, tmp_path_factory):
    """A second that no encoder can compress well."""
    path = tmp_path_factory.mktemp("clips") / "noise.mp4"
    source = "color=gray:size=320x240:rate=30:duration=1,noise=alls=90:allf=t"
    ffmpeg("-f", "lavfi", "-i", source, "-c:v", "libx264", "-preset", "ultrafast", path)
    return path


def variant(ffmpeg, clip, path, *arguments):
    ffmpeg("-i", clip, *arguments, path)
    return path


def test_five_megabits_constant_are_five_megabits(transcode):
    media = transcode(video_output({"RateControlMode": "CBR", "Bitrate": 5_000_000}))

    assert media.videos[0].bitrate == pytest.approx(5_000_000, rel=0.03)


def test_a_constant_bitrate_holds_for_noise(transcode, noise):
    media = transcode(video_output({"RateControlMode": "CBR", "Bitrate": 1_000_000}), noise)

    assert media.videos[0].bitrate == pytest.approx(1_000_000, rel=0.03)


def test_qvbr_never_exceeds_its_peak(transcode, noise):
    quality = {"QvbrQualityLevel": 10}
    h264 = {"RateControlMode": "QVBR", "MaxBitrate": 800_000, "QvbrSettings": quality}

    assert transcode(video_output(h264), noise).videos[0].bitrate <= 800_000


def test_qvbr_spends_less_on_what_is_simple(transcode):
    h264 = {"RateControlMode": "QVBR", "MaxBitrate": 5_000_000}

    assert transcode(video_output(h264)).videos[0].bitrate < 2_000_000


def test_a_higher_quality_level_spends_more(transcode):
    def bitrate(level):
        quality = {"QvbrQualityLevel": level}
        h264 = {"RateControlMode": "QVBR", "MaxBitrate": 20_000_000, "QvbrSettings": quality}
        return transcode(video_output(h264)).videos[0].bitrate

    assert bitrate(9) > 1.5 * bitrate(5)


def test_a_variable_bitrate_keeps_below_its_peak(transcode, noise):
    h264 = {"RateControlMode": "VBR", "Bitrate": 500_000, "MaxBitrate": 700_000}

    assert transcode(video_output(h264), noise).videos[0].bitrate <= 700_000


@pytest.mark.parametrize(
    ("profile", "reported"),
    [("BASELINE", "Constrained Baseline"), ("MAIN", "Main"), ("HIGH", "High")],
)
def test_the_profile_is_the_one_asked_for(transcode, profile, reported):
    entropy = "CAVLC" if profile == "BASELINE" else "CABAC"
    h264 = {"CodecProfile": profile, "EntropyEncoding": entropy}
    media = transcode(video_output({"RateControlMode": "CBR", "Bitrate": 300_000} | h264))

    assert (media.videos[0].codec, media.videos[0].profile) == ("h264", reported)


def test_the_profile_is_main_unless_asked_for(transcode):
    assert transcode(video_output()).videos[0].profile == "Main"


def test_sound_is_aac_lc_in_stereo(transcode):
    (audio,) = transcode(video_output()).audios

    assert (audio.codec, audio.profile, audio.layout) == ("aac", "LC", "stereo")
    assert audio.sample_rate == 48000
    assert audio.bitrate == pytest.approx(64000, rel=0.1)


def test_a_source_without_sound_gives_an_output_without_sound(transcode, ffmpeg, clip, tmp_path):
    silent = variant(ffmpeg, clip, tmp_path / "silent.mp4", "-an", "-c", "copy")

    assert transcode(video_output(), silent).audios == ()


def test_the_frame_rate_follows_the_source(transcode):
    assert transcode(video_output()).videos[0].frame_rate == 30


def test_the_frame_rate_can_be_specified(transcode):
    rate = {"FramerateNumerator": 24000, "FramerateDenominator": 1001}
    h264 = {"RateControlMode": "CBR", "Bitrate": 300_000, "FramerateControl": "SPECIFIED"} | rate

    assert transcode(video_output(h264)).videos[0].frame_rate == Fraction(24000, 1001)


def test_the_size_follows_the_source(transcode):
    video = transcode(video_output()).videos[0]

    assert (video.width, video.height) == (320, 240)


def test_an_odd_size_becomes_even(transcode, ffmpeg, tmp_path):
    path = tmp_path / "odd.webm"
    odd = ("-f", "lavfi", "-i", "testsrc=size=161x121:rate=10:duration=1")
    ffmpeg(*odd, "-c:v", "libvpx", "-deadline", "realtime", path)
    video = transcode(video_output(), path).videos[0]

    assert (video.width, video.height) == (160, 120)


def test_default_scaling_pads(transcode):
    video = transcode(video_output(Width=640, Height=360)).videos[0]

    assert (video.width, video.height) == (640, 360)
    assert video.sample_aspect == 1


def test_the_shape_of_pixels_follows_the_source(transcode, ffmpeg, clip, tmp_path):
    wide = variant(ffmpeg, clip, tmp_path / "wide.mp4", "-vf", "setsar=4/3", "-t", "1")
    video = transcode(video_output(Width=160), wide).videos[0]

    assert (video.width, video.height, video.sample_aspect) == (160, 120, Fraction(4, 3))


@pytest.mark.parametrize(("rotate", "size"), [("AUTO", (240, 320)), ("DEGREE_0", (320, 240))])
def test_a_phone_held_upright_is_turned_when_asked(transcode, ffmpeg, clip, tmp_path, rotate, size):
    path = tmp_path / "upright.mp4"
    ffmpeg("-display_rotation", "90", "-i", clip, "-c", "copy", path)
    video = transcode(video_output(), path, Rotate=rotate).videos[0]

    assert ((video.width, video.height), video.rotation) == (size, 0)


def test_interlaced_sources_become_progressive(transcode, ffmpeg, clip, tmp_path):
    interlaced = ("-vf", "setfield=tff", "-c:v", "mpeg2video", "-flags", "+ildct+ilme", "-an")
    path = variant(ffmpeg, clip, tmp_path / "interlaced.ts", *interlaced)
    source, _ = probe(path)
    assert source.videos[0].interlaced

    assert not transcode(video_output(), path).videos[0].interlaced


def test_a_file_without_rotation_needs_none(transcode, clip):
    video = transcode(video_output(), clip, Rotate="DEGREE_0").videos[0]

    assert (video.width, video.height) == (320, 240)


def test_the_encoder_tools_are_understood_by_ffmpeg(transcode):
    tools = {
        "CodecLevel": "LEVEL_3",
        "QualityTuningLevel": "SINGLE_PASS",
        "GopSize": 0.5,
        "GopSizeUnits": "SECONDS",
        "GopClosedCadence": 1,
        "GopBReference": "DISABLED",
        "DynamicSubGop": "STATIC",
        "NumberBFramesBetweenReferenceFrames": 2,
        "NumberReferenceFrames": 3,
        "MinIInterval": 2,
        "Slices": 2,
        "SceneChangeDetect": "DISABLED",
        "AdaptiveQuantization": "HIGH",
        "TemporalAdaptiveQuantization": "DISABLED",
        "ExplicitWeightedPrediction": "DISABLED",
        "EntropyEncoding": "CAVLC",
        "HrdBufferSize": 500_000,
        "HrdBufferInitialFillPercentage": 90,
    }
    media = transcode(video_output({"RateControlMode": "CBR", "Bitrate": 500_000} | tools))

    assert media.videos[0].bitrate == pytest.approx(500_000, rel=0.05)


def test_the_moov_box_comes_first(account, bucket, role, clip):
    location = account.upload(clip, bucket)
    outputs = []
    for placement in ("PROGRESSIVE_DOWNLOAD", "NORMAL"):
        output = video_output() | {"NameModifier": f"-{placement}"}
        output["ContainerSettings"]["Mp4Settings"] = {"MoovPlacement": placement}
        outputs.append(output)
    account.run(settings_for(location, f"s3://{bucket}/o", *outputs), role)

    def moov_is_first(key):
        data = account.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        return data.index(b"moov") < data.index(b"mdat")

    assert moov_is_first("o-PROGRESSIVE_DOWNLOAD.mp4")
    assert not moov_is_first("o-NORMAL.mp4")


def test_frames_are_captured_at_intervals(account, bucket, role, clip):
    each_half_second = {"FramerateNumerator": 2, "FramerateDenominator": 1, "MaxCaptures": 3}
    outputs = (
        video_output() | {"NameModifier": "-video"},
        capture_output(each_half_second, Width=160) | {"NameModifier": "-thumbnail"},
    )
    location = account.upload(clip, bucket)
    job = account.run(settings_for(location, f"s3://{bucket}/out/", *outputs), role)

    assert account.keys(bucket, "out/") == [
        "out/clip-thumbnail.0000000.jpg",
        "out/clip-thumbnail.0000001.jpg",
        "out/clip-thumbnail.0000002.jpg",
        "out/clip-video.mp4",
    ]
    details = job["OutputGroupDetails"][0]["OutputDetails"]
    assert details[0]["VideoDetails"] == {"WidthInPx": 320, "HeightInPx": 240}
    assert details[1]["VideoDetails"] == {"WidthInPx": 160, "HeightInPx": 120}
    assert details[0]["DurationInMs"] == pytest.approx(2000, abs=50)


def test_a_clip_shorter_than_the_interval_gives_its_first_frame(account, bucket, role, clip):
    every_minute = {"FramerateNumerator": 1, "FramerateDenominator": 60}
    outputs = (
        video_output() | {"NameModifier": "-video"},
        capture_output(every_minute) | {"NameModifier": "-thumbnail"},
    )
    location = account.upload(clip, bucket)
    account.run(settings_for(location, f"s3://{bucket}/out/", *outputs), role)

    assert account.keys(bucket, "out/clip-thumbnail") == ["out/clip-thumbnail.0000000.jpg"]


@pytest.mark.parametrize(
    ("key", "type_"), [("o.mp4", "video/mp4"), ("t.0000000.jpg", "image/jpeg")]
)
def test_objects_have_their_content_type(account, bucket, role, clip, key, type_):
    settings = settings_for(account.upload(clip, bucket), f"s3://{bucket}/o")
    (group,) = settings["OutputGroups"]
    thumbnails = {"Type": "FILE_GROUP_SETTINGS"}
    thumbnails["FileGroupSettings"] = {"Destination": f"s3://{bucket}/t"}
    settings["OutputGroups"].append(
        group | {"OutputGroupSettings": thumbnails, "Outputs": [capture_output()]}
    )
    account.run(settings, role)

    assert account.s3.head_object(Bucket=bucket, Key=key)["ContentType"] == type_
