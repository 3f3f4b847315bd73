import socket
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import pytest
import requests

from gameday.embedded.provider import Fault, Media, Provider, Redirect

KEY = "a-key"
TIMEOUT = 60


def highlight(number: int, start: str = "2026-01-10T18:00:00.000Z", league: str = "NCAA") -> dict:
    return {
        "id": number,
        "title": f"Game {number}",
        "url": "https://media.example/clip.mp4",
        "match": {
            "id": 1000 + number,
            "date": start,
            "season": 2025,
            "country": {"code": "US", "name": "USA"},
            "league": {"id": 7, "name": league},
            "homeTeam": {"id": 2000 + number, "name": f"Home {number}"},
            "awayTeam": {"id": 3000 + number, "name": f"Away {number}"},
        },
    }


def ask(provider: Provider, *, key: str | None = KEY, **query: Any) -> requests.Response:
    headers = {} if key is None else {"x-rapidapi-key": key}
    return requests.get(provider.url, params=query, headers=headers, timeout=TIMEOUT)


def ids(answer: requests.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


def test_an_answer_has_the_documented_envelope_and_quota_headers():
    with Provider([highlight(1), highlight(2)], key=KEY, daily_quota=50) as provider:
        answer = ask(provider, leagueName="NCAA", limit=1, offset=1)
    assert answer.json() == {
        "data": [highlight(2)],
        "pagination": {"totalCount": 2, "offset": 1, "limit": 1},
        "plan": {"tier": "BASIC", "message": "Some results might be hidden with FREE tier"},
    }
    assert answer.headers["x-ratelimit-requests-limit"] == "50"
    assert answer.headers["x-ratelimit-requests-remaining"] == "49"


@pytest.mark.parametrize("key", [None, "", "another-key"])
def test_a_missing_or_wrong_key_is_refused_and_costs_no_quota(key):
    with Provider([highlight(1)], key=KEY, daily_quota=1) as provider:
        refused = ask(provider, key=key, leagueName="NCAA")
        assert refused.status_code == 401
        assert refused.json()["message"].startswith("Invalid API key.")
        assert ids(ask(provider, leagueName="NCAA")) == [1]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"leagueName": "NCAA", "league": "x"}, "property league should not exist"),
        ({"leagueName": "NCAA", "limit": 41}, "limit must not be greater than 40"),
        ({"leagueName": "NCAA", "limit": 0}, "limit must not be less than 1"),
        ({"leagueName": "NCAA", "limit": "ten"}, "limit must be an integer number"),
        ({"leagueName": "NCAA", "offset": -1}, "offset must not be less than 0"),
        ({"date": "10.01.2026"}, "date must be a date of the form YYYY-MM-DD"),
        ({"date": "20260110"}, "date must be a date of the form YYYY-MM-DD"),
        ({"date": "2026-01-10", "timezone": "Mars/X"}, "timezone must be a valid IANA time-zone"),
        (
            {"limit": 10, "offset": 0, "timezone": "America/New_York"},
            "at least one parameter besides limit, offset and timezone is required",
        ),
    ],
)
def test_a_query_the_api_does_not_take_is_refused(query, message):
    with Provider([highlight(1)], key=KEY) as provider:
        refused = ask(provider, **query)
    assert (refused.status_code, refused.json()) == (400, {"message": message})


def test_a_date_is_a_day_in_the_time_zone_asked_for_and_in_utc_by_default():
    evening_before = highlight(1, "2026-01-10T02:30:00.000Z")
    afternoon = highlight(2, "2026-01-10T18:00:00.000Z")
    late = highlight(3, "2026-01-11T03:30:00.000Z")
    with Provider([evening_before, afternoon, late], key=KEY) as provider:
        assert ids(ask(provider, date="2026-01-10")) == [1, 2]
        assert ids(ask(provider, date="2026-01-10", timezone="America/New_York")) == [2, 3]


@pytest.mark.parametrize(
    "query",
    [
        {"leagueName": "NBA"},
        {"matchId": 1002},
        {"homeTeamId": 2002},
        {"awayTeamId": 3002},
        {"homeTeamName": "Home 2"},
        {"awayTeamName": "Away 2"},
        {"leagueId": 7, "season": 2025, "countryCode": "US", "countryName": "USA", "matchId": 1002},
    ],
)
def test_every_filter_narrows_the_answer(query):
    with Provider([highlight(1), highlight(2, league="NBA")], key=KEY) as provider:
        assert ids(ask(provider, **query)) == [2]


def test_pages_can_repeat_rows_but_withhold_none():
    rows = [highlight(number) for number in range(1, 8)]
    with Provider(rows, key=KEY, repeat_rows=True) as provider:
        pages = [ids(ask(provider, leagueName="NCAA", limit=3, offset=at)) for at in (0, 3, 6, 9)]
    assert pages == [[1, 2, 3], [3, 4, 5], [5, 6, 7], []]


def test_another_league_can_leak_into_the_answer():
    rows = [highlight(1), highlight(2, league="NBA"), highlight(3, league="WNBA")]
    with Provider(rows, key=KEY, leaked_leagues=["NBA"]) as provider:
        assert ids(ask(provider, leagueName="NCAA")) == [1, 2]


def test_a_used_up_quota_is_refused_in_the_providers_words():
    with Provider([highlight(1)], key=KEY, daily_quota=1) as provider:
        ask(provider, leagueName="NCAA")
        refused = ask(provider, leagueName="NCAA")
    assert refused.status_code == 429
    assert refused.json()["message"].startswith("You have exceeded the DAILY quota for Requests")
    assert refused.headers["x-ratelimit-requests-remaining"] == "0"


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        (Fault.DAILY_QUOTA, 429, "DAILY quota"),
        (Fault.PER_SECOND_LIMIT, 429, "rate limit per second"),
        (Fault.NOT_SUBSCRIBED, 403, "You are not subscribed to this API."),
        (Fault.NOT_FOUND, 404, "Not Found"),
        (Fault.SERVER_ERROR, 500, "Internal server error"),
        (Fault.WRONG_SHAPE, 200, '{"highlights": []}'),
        (Fault.HTML_PAGE, 200, "<!DOCTYPE html>"),
    ],
)
def test_a_fault_answers_as_often_as_asked_and_then_all_is_well(fault, status, text):
    with Provider([highlight(1)], key=KEY) as provider:
        provider.fail_next(fault, times=2)
        for _ in range(2):
            failed = ask(provider, leagueName="NCAA")
            assert failed.status_code == status
            assert text in failed.text
        assert ids(ask(provider, leagueName="NCAA")) == [1]


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.RESET])
def test_a_broken_off_answer_is_noticed_by_the_client(fault):
    with Provider([highlight(1)], key=KEY) as provider:
        provider.fail_next(fault)
        with pytest.raises(requests.RequestException):
            ask(provider, leagueName="NCAA")
        assert ids(ask(provider, leagueName="NCAA")) == [1]


def test_a_stalled_answer_leaves_the_client_waiting():
    with Provider([highlight(1)], key=KEY) as provider:
        provider.fail_next(Fault.STALLED)
        with pytest.raises(requests.RequestException, match="timed out"):
            requests.get(
                provider.url,
                params={"leagueName": "NCAA"},
                headers={"x-rapidapi-key": KEY},
                timeout=0.1,
            )


@pytest.mark.parametrize("fault", [Fault.TRICKLING, Fault.ENDLESS])
def test_a_never_ending_answer_goes_on_after_its_body(fault):
    with Provider([highlight(1)], key=KEY) as provider:
        provider.fail_next(fault)
        endless = requests.get(
            provider.url,
            params={"leagueName": "NCAA"},
            headers={"x-rapidapi-key": KEY},
            stream=True,
            timeout=TIMEOUT,
        )
        with endless:
            assert "Content-Length" not in endless.headers
            whole = len(ask(provider, leagueName="NCAA").content)
            assert endless.raw.read(whole + 2).endswith(b"}  ")


def look_up(provider: Provider, name: str, **query: Any) -> requests.Response:
    url = f"{provider.base_url}/basketball/{name}"
    return requests.get(url, params=query, headers={"x-rapidapi-key": KEY}, timeout=TIMEOUT)


def test_games_are_those_of_the_highlights_unless_others_are_given():
    rows = [highlight(1), highlight(1), highlight(2, "2026-01-11T03:00:00.000Z")]
    with Provider(rows, key=KEY, daily_quota=3) as provider:
        played = look_up(provider, "matches", date="2026-01-10", timezone="America/New_York")
        utc = look_up(provider, "matches", date="2026-01-10")
        provider.matches = [{**rows[0]["match"], "state": {"description": "Postponed"}}]
        given = look_up(provider, "matches", leagueName="NCAA")
        assert look_up(provider, "matches", leagueName="NCAA").status_code == 429
    assert ids(played) == [1001, 1002] and ids(utc) == [1001]
    assert {row["state"]["description"] for row in played.json()["data"]} == {"Finished"}
    assert played.json()["pagination"] == {"totalCount": 2, "offset": 0, "limit": 100}
    assert [row["state"]["description"] for row in given.json()["data"]] == ["Postponed"]


def test_leagues_are_those_of_the_games():
    with Provider([highlight(1), highlight(2, league="NBA")], key=KEY) as provider:
        found = look_up(provider, "leagues", leagueName="NCAA").json()["data"]
        refused = look_up(provider, "leagues", date="2026-01-10")
    assert [(one["name"], one["seasons"]) for one in found] == [("NCAA", [{"season": 2025}])]
    assert (refused.status_code, refused.json()["message"]) == (
        400,
        "property date should not exist",
    )


def test_requests_are_recorded_but_show_no_key():
    with Provider([highlight(1)], key=KEY) as provider:
        ask(provider, leagueName="NCAA", limit=10)
        [request] = provider.requests
    assert (request.method, request.path) == ("GET", "/basketball/highlights")
    assert request.query == {"leagueName": "NCAA", "limit": "10"}
    assert "x-rapidapi-key" in request.headers
    assert KEY not in repr(request)


def test_a_taken_port_is_named():
    with Provider(key=KEY) as provider:
        port = int(provider.base_url.rpartition(":")[2])
        with pytest.raises(OSError, match=f"port {port} of 127.0.0.1 is taken"):
            Provider(key=KEY, port=port)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(bytes(range(256)) * 1000)
    return path


def fetch(provider: Provider, name: str, method: str = "GET", **headers: str) -> requests.Response:
    url = f"{provider.base_url}/media/{name}"
    return requests.request(method, url, headers=headers, timeout=TIMEOUT)


def test_a_clip_is_served_whole_with_what_a_download_needs(clip):
    with Provider(key=KEY, media={"a b/clip.mp4": Media(clip)}) as provider:
        got = fetch(provider, "a%20b/clip.mp4")
        head = fetch(provider, "a%20b/clip.mp4", "HEAD")
    assert got.content == clip.read_bytes()
    assert got.headers["Content-Type"] == "video/mp4"
    assert got.headers["Content-Length"] == "256000"
    assert got.headers["ETag"] and got.headers["Last-Modified"].endswith("GMT")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == "256000"


@pytest.mark.parametrize(
    ("wanted", "begin", "end"),
    [("bytes=100-299", 100, 300), ("bytes=255000-", 255000, 256000), ("bytes=-5", 255995, 256000)],
)
def test_a_range_of_a_clip_is_served(clip, wanted, begin, end):
    with Provider(key=KEY, media={"clip.mp4": Media(clip)}) as provider:
        part = fetch(provider, "clip.mp4", Range=wanted)
    assert part.status_code == 206
    assert part.content == clip.read_bytes()[begin:end]
    assert part.headers["Content-Range"] == f"bytes {begin}-{end - 1}/256000"


def test_a_range_past_the_end_is_refused_and_one_of_a_changed_clip_is_ignored(clip):
    with Provider(key=KEY, media={"clip.mp4": Media(clip)}) as provider:
        past = fetch(provider, "clip.mp4", Range="bytes=256000-")
        assert (past.status_code, past.headers["Content-Range"]) == (416, "bytes */256000")
        changed = fetch(provider, "clip.mp4", **{"Range": "bytes=1-2", "If-Range": '"older"'})
        assert (changed.status_code, len(changed.content)) == (200, 256000)


def test_an_unknown_clip_is_not_found_and_a_redirect_is_followed(clip):
    media = {"clip.mp4": Media(clip), "old.mp4": Redirect("/media/clip.mp4")}
    with Provider(key=KEY, media=media) as provider:
        assert fetch(provider, "gone.mp4").status_code == 404
        assert fetch(provider, "old.mp4").content == clip.read_bytes()
    assert [request.path for request in provider.requests][1:] == [
        "/media/old.mp4",
        "/media/clip.mp4",
    ]


@pytest.mark.parametrize("fault", [Fault.TRUNCATED, Fault.RESET])
def test_a_clip_can_break_off_on_every_try(clip, fault):
    with Provider(key=KEY, media={"clip.mp4": Media(clip)}) as provider:
        provider.fail_next(fault, times=None, path="/media/clip.mp4")
        for _ in range(2):
            with pytest.raises(requests.RequestException):
                fetch(provider, "clip.mp4")


def test_a_clip_can_fail_once_and_then_be_fine(clip):
    with Provider(key=KEY, media={"clip.mp4": Media(clip)}) as provider:
        provider.fail_next(Fault.SERVER_ERROR, path="/media/clip.mp4")
        assert fetch(provider, "clip.mp4").status_code == 500
        assert fetch(provider, "clip.mp4").content == clip.read_bytes()


def test_a_slow_clip_begins_and_then_keeps_the_client_waiting(clip):
    slow = Media(clip, bytes_per_second=1)
    with Provider(key=KEY, media={"clip.mp4": slow}) as provider:
        port = int(provider.base_url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), TIMEOUT) as connection:
            connection.sendall(b"GET /media/clip.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            download = HTTPResponse(connection)
            download.begin()
            assert download.read(1000) == clip.read_bytes()[:1000]
            connection.settimeout(0.2)
            with pytest.raises(TimeoutError):
                download.read()
