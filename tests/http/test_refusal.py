import pytest

from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.head import Head
from ddm.http.refusal import refusal

NOW_S = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, Kind.NOT_ALLOWED, Exit.NOT_ALLOWED),
        (403, Kind.NOT_ALLOWED, Exit.NOT_ALLOWED),
        (404, Kind.NOT_FOUND, Exit.NOT_FOUND),
        (407, Kind.NOT_ALLOWED, Exit.NOT_ALLOWED),
        (408, Kind.SERVER_ERROR, Exit.BAD_RESPONSE),
        (410, Kind.NOT_FOUND, Exit.NOT_FOUND),
        (418, Kind.REFUSED, Exit.BAD_RESPONSE),
        (429, Kind.THROTTLED, Exit.OVERLOADED),
        (499, Kind.REFUSED, Exit.BAD_RESPONSE),
        (500, Kind.SERVER_ERROR, Exit.BAD_RESPONSE),
        (503, Kind.THROTTLED, Exit.OVERLOADED),
        (599, Kind.SERVER_ERROR, Exit.BAD_RESPONSE),
        (204, Kind.BAD_RESPONSE, Exit.BAD_RESPONSE),
        (300, Kind.BAD_RESPONSE, Exit.BAD_RESPONSE),
        (304, Kind.BAD_RESPONSE, Exit.BAD_RESPONSE),
        (999, Kind.BAD_RESPONSE, Exit.BAD_RESPONSE),
    ],
)
def test_a_status_has_its_kind_and_exit_status(status, kind, code):
    failure = refusal(Head(status), wall_s=NOW_S)

    assert (failure.kind, failure.code, failure.status) == (kind, code, status)


def test_every_status_is_a_failure_that_names_it():
    failures = {status: refusal(Head(status), wall_s=NOW_S) for status in range(1000)}

    assert {status: failure.status for status, failure in failures.items()} == {
        status: status for status in failures
    }
    assert [s for s, failure in failures.items() if f"answered {s}" not in failure.message] == []


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "the server answered 404 Not Found"),
        (499, "the server answered 499"),
        (304, "the server answered 304 Not Modified, which makes no sense here"),
    ],
)
def test_the_message_is_the_status_in_words(status, message):
    assert refusal(Head(status), wall_s=NOW_S).message == message


def test_a_401_says_where_name_and_password_go():
    assert "user:password@host" in refusal(Head(401), wall_s=NOW_S).message


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_the_wait_that_a_server_asks_for_is_kept(status):
    head = Head(status, (("retry-after", "7"),))

    assert refusal(head, wall_s=NOW_S).retry_after_s == 7.0


def test_a_wait_may_be_a_date():
    head = Head(503, (("retry-after", "Thu, 01 Jan 2026 00:00:09 GMT"),))

    assert refusal(head, wall_s=NOW_S).retry_after_s == 9.0


def test_of_two_waits_the_longer_one_counts_and_nonsense_does_not():
    head = Head(503, (("retry-after", "3"), ("retry-after", "soon"), ("retry-after", "8")))

    assert refusal(head, wall_s=NOW_S).retry_after_s == 8.0


def test_a_404_asks_for_no_wait():
    head = Head(404, (("retry-after", "7"),))

    assert refusal(head, wall_s=NOW_S).retry_after_s is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_carries_its_location_but_does_not_show_it(status):
    failure = refusal(Head(status, (("location", "/x?token=1"),)), wall_s=NOW_S)

    assert (failure.kind, failure.location) == (Kind.REDIRECTED, "/x?token=1")
    assert "token" not in failure.message


@pytest.mark.parametrize(
    "fields",
    [(), (("location", ""),), (("location", "/a"), ("location", "/b"))],
)
def test_a_redirect_to_nowhere_or_to_two_places_is_a_bad_response(fields):
    assert refusal(Head(302, fields), wall_s=NOW_S) == Failure(
        Kind.BAD_RESPONSE,
        "the server answered 302 Found, but not where to",
        Exit.BAD_RESPONSE,
        302,
    )
