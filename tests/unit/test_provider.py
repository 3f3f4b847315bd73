import json
from datetime import date
from io import BytesIO

import pytest
import urllib3

from lambdas.highlights.errors import (
    ProviderQuotaExceeded,
    ProviderRefusedKey,
    ProviderRefusedRequest,
    ProviderUnavailable,
    UnexpectedAnswer,
)
from lambdas.highlights.game_day import GameDay
from lambdas.highlights.provider import Provider

DAY = GameDay("NCAA", date(2026, 1, 10))
URL = "https://provider.example/basketball/highlights"


class FakeHttp:
    """Answers each request with the next of `answers`: (status, body, headers), or raises it."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []
        self.urls = []

    def request(self, method, url, *, fields, headers, **_):
        self.requests.append((fields, headers))
        self.urls.append(url)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        status, body, answered = answer
        return urllib3.HTTPResponse(
            BytesIO(body), headers=answered, status=status, preload_content=False
        )


def page(rows, total, **headers):
    body = {"data": rows, "pagination": {"totalCount": total, "offset": 0, "limit": 40}}
    return 200, json.dumps(body).encode(), headers


def row(number, league="NCAA"):
    return {"id": number, "url": f"https://a.example/{number}.mp4", "match": {"league": league}}


def listing(http, limit=10, host=""):
    return Provider(http, URL, host, "the-key").list_highlights(DAY, "America/New_York", limit)


def test_the_request_names_league_day_and_time_zone():
    http = FakeHttp(page([row(1)], 1))
    listing(http, host="provider.p.rapidapi.com")

    fields, headers = http.requests[0]
    assert fields == {
        "leagueName": "NCAA",
        "date": "2026-01-10",
        "timezone": "America/New_York",
        "limit": "10",
        "offset": "0",
    }
    assert headers["x-rapidapi-key"] == "the-key"
    assert headers["x-rapidapi-host"] == "provider.p.rapidapi.com"


def test_repeated_rows_and_other_leagues_make_it_ask_for_the_next_page():
    http = FakeHttp(
        page([row(1), row(1), row(2, "NBA")], 5),
        page([row(3), row(4)], 5),
    )
    found = listing(http, limit=3)

    assert [one["id"] for one in found.rows] == [1, 3, 4]
    assert [fields["offset"] for fields, _ in http.requests] == ["0", "3"]
    assert found.listed == 5


def test_it_asks_no_more_once_the_limit_is_reached():
    http = FakeHttp(page([row(1), row(2)], 99))

    assert len(listing(http, limit=2).rows) == 2
    assert len(http.requests) == 1


def test_a_provider_that_answers_every_page_alike_is_not_asked_forever():
    http = FakeHttp(*[page([row(1)], 1_000_000) for _ in range(100)])

    assert len(listing(http).rows) == 1
    assert len(http.requests) <= 20


def test_an_empty_day_is_no_error():
    assert listing(FakeHttp(page([], 0))).rows == []


def test_the_quota_that_is_left_is_read():
    http = FakeHttp(page([], 0, **{"x-ratelimit-requests-remaining": "87"}))

    assert listing(http).calls_left == 87


@pytest.mark.parametrize(
    ("status", "said", "error"),
    [
        (401, "Invalid API key", ProviderRefusedKey),
        (403, "You are not subscribed to this API.", ProviderRefusedKey),
        (429, "You have exceeded the DAILY quota for Requests", ProviderQuotaExceeded),
        (429, "Too many requests per second", ProviderUnavailable),
        (500, "oops", ProviderUnavailable),
        (400, "property x should not exist", ProviderRefusedRequest),
        (404, "not found", ProviderRefusedRequest),
        (302, "", UnexpectedAnswer),
    ],
)
def test_each_refusal_has_its_own_error_and_repeats_what_was_said(status, said, error):
    answer = (status, json.dumps({"message": said}).encode(), {})

    with pytest.raises(error) as raised:
        listing(FakeHttp(answer))
    assert said in str(raised.value) and "the-key" not in str(raised.value)


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"data": 5}', b'{"data": [1]}', b"{}", b"\xff", b""]
)
def test_an_undocumented_answer_is_told_apart(body):
    with pytest.raises(UnexpectedAnswer):
        listing(FakeHttp((200, body, {})))


def test_an_unreachable_provider_may_pass():
    with pytest.raises(ProviderUnavailable, match="provider.example"):
        listing(FakeHttp(urllib3.exceptions.ProtocolError("Connection aborted.")))


def test_a_provider_that_does_not_count_is_read_to_its_last_page():
    body = json.dumps({"data": [row(1), row(1)]}).encode()
    last = json.dumps({"data": [row(2)]}).encode()
    http = FakeHttp((200, body, {}), (200, last, {}))

    assert [one["id"] for one in listing(http, limit=2).rows] == [1, 2]


def test_further_pages_are_as_large_as_the_provider_allows():
    http = FakeHttp(page([row(1, "NBA")], 50), page([row(n) for n in range(2, 42)], 50))

    assert len(listing(http, limit=1).rows) == 1
    assert [fields["limit"] for fields, _ in http.requests] == ["1", "40"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"Daily request limit breached", "limit breached"),
        (b'{"message": ["a", "b"]}', "a; b"),
        (b"<html>gateway</html>", "no reason given"),
        (b"[" * 100_000, "[[["),
    ],
)
def test_a_refusal_in_any_form_is_one_line(body, said):
    with pytest.raises((ProviderQuotaExceeded, ProviderUnavailable)) as raised:
        listing(FakeHttp((429, body, {})))
    assert said in str(raised.value) and "\n" not in str(raised.value)


def match(number, league="NCAA", start="2026-01-11T00:00:00.000Z"):
    state = {"description": "Finished", "score": {"current": "71 - 68"}}
    facts = {"id": number, "date": start, "league": {"name": league}, "state": state}
    return facts | {"homeTeam": {"name": "Home"}, "awayTeam": {"name": "Away"}}


def games(http, url=URL):
    return Provider(http, url, "", "the-key").list_games(DAY, "America/New_York")


def test_games_are_asked_for_beside_the_highlights_a_hundred_at_a_time():
    http = FakeHttp(page([match(n) for n in range(100)], 101), page([match(99), match(100)], 101))
    found = games(http)

    assert [game.id for game in found.games] == [str(n) for n in range(101)]
    assert http.urls == ["https://provider.example/basketball/matches"] * 2
    assert [(fields["limit"], fields["offset"]) for fields, _ in http.requests] == [
        ("100", "0"),
        ("100", "100"),
    ]
    assert len(found.answers) == 2


def test_games_of_other_leagues_and_other_days_are_left_out():
    other_day = match(3, start="2026-01-20T00:00:00.000Z")
    http = FakeHttp(page([match(1), match(2, "NBA"), other_day, match(1)], 4))

    assert [game.id for game in games(http).games] == ["1"]


def test_a_server_that_answers_every_address_with_highlights_lists_no_games():
    with pytest.raises(UnexpectedAnswer, match="no teams"):
        games(FakeHttp(page([row(1), row(2)], 2)))


def test_a_list_without_end_is_not_read_forever():
    endless = [page([match(n)], 10_000) for n in range(100)]

    with pytest.raises(UnexpectedAnswer, match="games of NCAA 2026-01-10"):
        games(FakeHttp(*endless))


@pytest.mark.parametrize(
    ("url", "known"), [(URL, True), (f"{URL}/", True), ("https://proxy.example/clips", False)]
)
def test_the_address_of_games_follows_from_that_of_highlights(url, known):
    assert Provider(FakeHttp(), url, "", "the-key").lists_games is known
