from mediaconvert_jobs import capture_output, settings_for, video_output

from gameday.embedded.mediaconvert.outputs import named_outputs

SOURCE = "s3://source/videos/2023-12-01/game.final.mov"


def keys(destination, *outputs):
    named = named_outputs(settings_for(SOURCE, destination, *outputs))
    assert {output.bucket for output in named} == {"target"}
    return [output.key() for output in named]


def test_a_folder_takes_the_name_of_the_input():
    assert keys("s3://target/out/", video_output()) == ["out/game.final.mp4"]


def test_a_whole_bucket_takes_the_name_of_the_input():
    assert keys("s3://target/", video_output()) == ["game.final.mp4"]


def test_a_base_name_is_kept():
    assert keys("s3://target/out/42", video_output()) == ["out/42.mp4"]


def test_a_name_modifier_follows_the_base_name():
    output = video_output() | {"NameModifier": "-video", "Extension": "m4v"}

    assert keys("s3://target/out/42", output) == ["out/42-video.m4v"]


def test_frame_captures_are_numbered_from_zero():
    output = capture_output() | {"NameModifier": "-thumbnail"}
    (named,) = named_outputs(settings_for(SOURCE, "s3://target/42", output))

    assert named.key() == "42-thumbnail.0000000.jpg"
    assert named.key(12) == "42-thumbnail.0000012.jpg"
