"""URLs and redirects that would lead where no request may go, or two ways at once."""

from tests.hostile.case import SECRET, Case, lost, unasked
from tests.hostile.scripts import CLIP, redirect

PRIVATE = (
    "169.254.169.254",
    "127.0.0.2",
    "10.0.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "[::ffff:7f00:2]",
    "[fd00:ec2::254]",
    "[64:ff9b::a9fe:a9fe]",
    "2130706433",
    "0177.0.0.1",
    "0x7f.1",
    "127.1",
    "0.0.0.0",
)

MISLED = (
    *(
        lost(f"a redirect to {host}", redirect(f"http://{host}:{{port}}/secret"), "private")
        for host in PRIVATE
    ),
    *(
        unasked(f"the URL of {host}", f"http://{host}/a", "unavailable", "private")
        for host in ("169.254.169.254", "[::1]")
    ),
    lost("a Location of no address", redirect("http://[::zz]/"), "no URL|not a URL"),
    lost("a Location with a wild port", redirect("http://a.example:99999/"), "not a URL"),
    lost("a Location of control bytes", redirect("http://\x01\x7f\x1b[31m/"), "URL"),
    unasked("a URL with a line break", "{url}/{name}/a.mp4\r\nX: y", "unavailable", "no URL"),
    Case(
        "a URL with a login",
        CLIP,
        "playable",
        stores="clip.mp4",
        url=f"http://user:{SECRET}" + "@127.0.0.1:{port}/{name}/clip.mp4",
    ),
    *(
        unasked(f"two hosts in one URL, {at}", url, "unavailable", "host_rules|not a URL|private")
        for at, url in enumerate(
            (
                r"http://refused.example\@127.0.0.1:{port}/a",
                "http://refused%2eexample/a",
                "http://127.0.0.1%00.refused.example/a",
                "http://REFUSED.example./a",
                "http://refused\u3002example/a",
                "http://\u2460\u2461\u2466.0.0.2:{port}/a",
            ),
            1,
        )
    ),
    lost(
        "a Location of two hosts",
        redirect(r"http://refused.example\@127.0.0.1:{port}/a"),
        "host_rules|not a URL",
    ),
    unasked(
        "a host of other letters", "http://b\xfccher.refused.example/a", "unavailable", "host_rules"
    ),
    unasked("a URL that is none", "http://[::zz]/a.mp4", "unavailable", "not a URL"),
    unasked("a file on this machine", "file:///etc/passwd", "unavailable", "not http"),
)
