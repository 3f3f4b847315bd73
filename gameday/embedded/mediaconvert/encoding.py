"""Job settings as ffmpeg's arguments."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from gameday.embedded.mediaconvert.errors import JobFailed
from gameday.embedded.mediaconvert.frame_size import FrameSize, frame_size
from gameday.embedded.mediaconvert.media import Media, Video
from gameday.embedded.mediaconvert.outputs import NamedOutput, audio_selector

# The containers that MediaConvert reads, by the names of ffmpeg's readers. Playlists, which name
# further files, are not among them.
# https://docs.aws.amazon.com/mediaconvert/latest/ug/reference-codecs-containers-input.html
READERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,asf,flv,mxf"
READ_ONLY = ("-protocol_whitelist", "file", "-format_whitelist", READERS)

PRESETS = {"SINGLE_PASS": "superfast", "SINGLE_PASS_HQ": "veryfast"}
_QUANTIZATION_STRENGTHS = {"LOW": 0.6, "MEDIUM": 0.8, "HIGH": 1.0, "HIGHER": 1.2, "MAX": 1.4}

AUTOMATIC_GOP_SECONDS = 2
DEFAULT_QUALITY_LEVEL = 7
DEFAULT_JPEG_QUALITY = 80
PEAK_WITHOUT_MAX_BITRATE = 1.5
BUFFER_FILL = 0.9

# The decoder's buffer holds at most this much of a clip, so that the bits of a short clip are as
# many as its bitrate says.
BUFFER_SHARE = 1 / 20


def file_name(index: int, output: NamedOutput) -> str:
    """What ffmpeg writes the output to, in the folder it runs in."""
    return f"{index}.%07d.jpg" if output.captures_frames else f"{index}.mp4"


def transcode_arguments(
    settings: dict[str, Any],
    outputs: Sequence[NamedOutput],
    media: Media,
    source: str,
    threads: int,
) -> list[str]:
    """The arguments of the one ffmpeg run that writes all outputs of a job.

    Raises:
        JobFailed: the settings do not suit the source.
    """
    rotates = _rotates(settings)
    video = _as_shown(media.videos[0], rotates)
    # Without automatic rotation the file's wish is dropped, as it is not passed to players either.
    rotation = () if rotates else ("-display_rotation:v:0", "0")
    arguments = [*READ_ONLY, *rotation, "-threads", str(threads), "-i", source]
    for index, output in enumerate(outputs):
        size = _size(output, video, index)
        arguments += ["-map", "0:V:0", "-map_metadata", "-1", "-map_chapters", "-1"]
        if output.captures_frames:
            arguments += _frame_capture(output, video, size)
        else:
            arguments += _audio(settings, output, media)
            arguments += _h264(output, video, size, media.duration or 1.0)
            arguments += _mp4(output)
        arguments += ["-threads", str(threads), file_name(index, output)]
    return arguments


def _rotates(settings: dict[str, Any]) -> bool:
    return settings["Inputs"][0].get("VideoSelector", {}).get("Rotate") == "AUTO"


def _as_shown(video: Video, rotates: bool) -> Video:
    if not rotates or video.rotation % 180 == 0:
        return video
    return Video(
        **vars(video)
        | {
            "width": video.height,
            "height": video.width,
            "sample_aspect": 1 / video.sample_aspect,
        }
    )


def _size(output: NamedOutput, video: Video, index: int) -> FrameSize:
    description = output.settings["VideoDescription"]
    width, height = description.get("Width"), description.get("Height")
    if (width or 0) % 2 or (height or 0) % 2:
        raise JobFailed(
            1040,
            f"Invalid resolution [{width or video.width} x {height or video.height}], only even "
            f"values are supported. video_description [{index + 1}].",
        )
    behavior = description.get("ScalingBehavior", "DEFAULT")
    return frame_size(video.width, video.height, width, height, behavior)


def _picture(output: NamedOutput, video: Video, size: FrameSize) -> list[str]:
    sharpness = output.settings["VideoDescription"].get("Sharpness", 50)
    kernel = "bilinear" if sharpness < 34 else "bicubic" if sharpness < 67 else "lanczos"
    filters = ["bwdif=mode=send_frame"] if video.interlaced else []
    if (size.width, size.height) != (video.width, video.height):
        filters.append(f"scale={size.width}:{size.height}:flags={kernel}")
    if size.is_padded:
        filters.append(f"pad={size.padded_width}:{size.padded_height}:-1:-1")
    aspect = video.sample_aspect
    return [*filters, f"setsar={aspect.numerator}/{aspect.denominator}"]


def _frame_capture(output: NamedOutput, video: Video, size: FrameSize) -> Iterator[str]:
    capture = output.codec_settings
    rate = Fraction(capture["FramerateNumerator"], capture["FramerateDenominator"])
    # The first frame, then the first of each interval; the small term forgives rounding.
    interval = f"floor({{}}*{rate.numerator}/{rate.denominator}+1e-6)"
    due = f"gt({interval.format('t')},{interval.format('prev_selected_t')})"
    select = f"select='if(isnan(prev_selected_t),1,{due})'"
    quality = capture.get("Quality", DEFAULT_JPEG_QUALITY)
    yield from ("-vf", ",".join([select, *_picture(output, video, size)]))
    yield from ("-fps_mode", "vfr", "-c:v", "mjpeg", "-q:v", str(_jpeg_scale(quality)))
    yield from ("-frames:v", str(capture.get("MaxCaptures", 10_000_000)))
    yield from ("-f", "image2", "-start_number", "0")


def _jpeg_scale(quality: int) -> int:
    """ffmpeg's scale runs from 2, the best, to 31."""
    return round(31 - 29 * (quality - 1) / 99)


def _h264(output: NamedOutput, video: Video, size: FrameSize, duration: float) -> Iterator[str]:
    h264 = output.codec_settings
    preset = PRESETS[h264.get("QualityTuningLevel", "SINGLE_PASS_HQ")]
    yield from ("-vf", ",".join([*_picture(output, video, size), "format=yuv420p"]))
    yield from ("-c:v", "libx264", "-preset", preset)
    yield from ("-profile:v", h264.get("CodecProfile", "MAIN").lower())
    level = h264.get("CodecLevel", "AUTO")
    if level != "AUTO":
        yield from ("-level", level.removeprefix("LEVEL_").replace("_", "."))
    rate = _frame_rate(h264, video)
    yield from ("-fps_mode", "cfr", "-r", f"{rate.numerator}/{rate.denominator}")
    yield from _rate_control(h264, duration)
    yield from _group_of_pictures(h264, rate)
    yield from _tools(h264)


def _frame_rate(h264: dict[str, Any], video: Video) -> Fraction:
    if h264.get("FramerateControl") == "SPECIFIED":
        return Fraction(h264["FramerateNumerator"], h264["FramerateDenominator"])
    if video.frame_rate is None:
        raise JobFailed(
            1040,
            "Frame rate is set to follow, but there is no frame rate information in the input "
            "stream info",
        )
    return video.frame_rate


def _rate_control(h264: dict[str, Any], duration: float) -> Iterator[str]:
    mode = h264["RateControlMode"]
    bitrate = h264.get("Bitrate", 0)
    peak = h264.get("MaxBitrate") or bitrate * (1 if mode == "CBR" else PEAK_WITHOUT_MAX_BITRATE)
    # A smaller buffer than the job allows is within what it allows.
    buffer = peak * min(1.0, duration * BUFFER_SHARE)
    buffer = min(buffer, h264.get("HrdBufferSize") or buffer)
    fill = h264.get("HrdBufferInitialFillPercentage", BUFFER_FILL * 100) / 100
    if mode == "CBR":
        yield from ("-b:v", str(bitrate), "-minrate", str(bitrate), "-nal-hrd", "cbr")
    else:
        # What fills the buffer before the first frame counts as well.
        peak -= fill * buffer / duration
        if mode == "VBR":
            yield from ("-b:v", str(min(bitrate, int(peak))))
        else:
            yield from ("-crf", f"{_quality(h264.get('QvbrSettings', {})):.2f}")
    yield from ("-maxrate", str(int(peak)), "-bufsize", str(int(buffer)))
    yield from ("-x264-params", f"vbv-init={fill}")


def _quality(qvbr: dict[str, Any]) -> float:
    """x264's constant rate factor, 17 (level 10) to 35 (level 1), for a QVBR quality level."""
    level = qvbr.get("QvbrQualityLevel", DEFAULT_QUALITY_LEVEL)
    return 37 - 2 * (level + qvbr.get("QvbrQualityLevelFineTune", 0))


def _group_of_pictures(h264: dict[str, Any], rate: Fraction) -> Iterator[str]:
    units = h264.get("GopSizeUnits", "AUTO")
    size = h264["GopSize"] if units != "AUTO" else AUTOMATIC_GOP_SECONDS
    frames = size if units == "FRAMES" else float(rate * Fraction(size))
    yield from ("-g", str(max(1, round(frames))))
    if h264.get("MinIInterval"):
        yield from ("-keyint_min", str(h264["MinIInterval"]))
    if h264.get("SceneChangeDetect") == "DISABLED":
        yield from ("-sc_threshold", "0")
    if "NumberBFramesBetweenReferenceFrames" in h264:
        yield from ("-bf", str(h264["NumberBFramesBetweenReferenceFrames"]))
    if "DynamicSubGop" in h264:
        yield from ("-b_strategy", {"ADAPTIVE": "1", "STATIC": "0"}[h264["DynamicSubGop"]])
    if h264.get("GopBReference") == "DISABLED":
        yield from ("-b-pyramid", "none")
    if "NumberReferenceFrames" in h264:
        yield from ("-refs", str(h264["NumberReferenceFrames"]))


def _tools(h264: dict[str, Any]) -> Iterator[str]:
    if "EntropyEncoding" in h264:
        yield from ("-coder", h264["EntropyEncoding"].lower())
    if "Slices" in h264:
        yield from ("-slices", str(h264["Slices"]))
    strength = h264.get("AdaptiveQuantization", "AUTO")
    if strength == "OFF" or h264.get("SpatialAdaptiveQuantization") == "DISABLED":
        yield from ("-aq-mode", "0")
    elif strength != "AUTO":
        yield from ("-aq-strength", str(_QUANTIZATION_STRENGTHS[strength]))
    if h264.get("TemporalAdaptiveQuantization") == "DISABLED":
        yield from ("-mbtree", "0")
    if "ExplicitWeightedPrediction" in h264:
        enabled = h264["ExplicitWeightedPrediction"] == "ENABLED"
        yield from ("-weightp", "1" if enabled else "0")


def _audio(settings: dict[str, Any], output: NamedOutput, media: Media) -> Iterator[str]:
    for description in output.settings.get("AudioDescriptions", []):
        selector = audio_selector(settings, description.get("AudioSourceName")) or {}
        tracks = selector.get("Tracks")
        track = tracks[0] if tracks else 1
        if track > len(media.audios):
            if tracks:
                raise JobFailed(
                    1040,
                    "Invalid audio track specified for audio_selector [1]. Audio track "
                    f"[{track}] not found in input container.",
                )
            # The default selection of a source without sound selects nothing.
            continue
        aac = description["CodecSettings"]["AacSettings"]
        yield from ("-map", f"0:a:{track - 1}", "-c:a", "aac", "-ac", "2")
        yield from ("-b:a", str(aac["Bitrate"]), "-ar", str(aac["SampleRate"]))


def _mp4(output: NamedOutput) -> Iterator[str]:
    mp4 = output.settings["ContainerSettings"].get("Mp4Settings", {})
    if mp4.get("MoovPlacement", "PROGRESSIVE_DOWNLOAD") == "PROGRESSIVE_DOWNLOAD":
        yield from ("-movflags", "+faststart")
    yield from ("-f", "mp4")
