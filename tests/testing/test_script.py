import random

import pytest

from ddm.http.request import Request
from ddm.testing.reply import Ending
from ddm.testing.script import Cut, Moved, Script
from ddm.testing.trouble import Trouble

CONTENT = bytes(range(100))
REQUEST = Request("http://a.test/f", (("Range", "bytes=10-49"),))


def answer(script, request=REQUEST):
    return script.answer(request, random.Random(1), now=0.0, wall_s=0.0)


def body(reply):
    return reply.body.read(reply.start, reply.stop)


def test_a_good_server_sends_the_range_with_a_validator():
    reply = answer(Script(CONTENT))

    assert (reply.head.status, body(reply)) == (206, CONTENT[10:50])
    assert dict(reply.head.fields)["content-range"] == "bytes 10-49/100"
    assert dict(reply.head.fields)["etag"].startswith('"')


def test_other_content_has_another_etag():
    first, second = (dict(answer(Script(bytes(50) + more)).head.fields) for more in (b"a", b"b"))

    assert first["etag"] != second["etag"]


def test_an_etag_may_be_given_or_left_out():
    assert dict(answer(Script(CONTENT, etag='W/"1"')).head.fields)["etag"] == 'W/"1"'
    assert "etag" not in dict(answer(Script(CONTENT, etag=None)).head.fields)


def test_without_ranges_it_is_always_the_whole_file():
    reply = answer(Script(CONTENT, ranges=False))

    assert (reply.head.status, body(reply)) == (200, CONTENT)


def test_the_first_requests_fail_one_each():
    script = Script(CONTENT, fails=[503, Trouble.RESET_EARLY, 404], retry_after_s=30)

    replies = [answer(script) for _ in range(4)]

    assert [reply.head and reply.head.status for reply in replies] == [503, None, 404, 206]
    assert replies[0].head.fields == (("retry-after", "30"),)
    assert replies[1].ending is Ending.RESET


def test_a_failure_may_be_a_later_one():
    script = Script(CONTENT, fails=[200, 503])

    assert [answer(script).head.status for _ in range(3)] == [206, 503, 206]


def test_a_connection_breaks_after_so_many_bytes_once():
    script = Script(CONTENT, fails=[Cut(7)])

    first, second = answer(script), answer(script)

    assert (first.stop, first.ending) == (17, Ending.RESET)
    assert (second.stop, second.ending) == (50, Ending.WHOLE)


def test_a_body_that_is_shorter_than_the_cut_is_whole():
    assert answer(Script(CONTENT, fails=[Cut(40)])).ending is Ending.WHOLE


def test_a_server_that_hangs_up_does_so_for_good():
    script = Script(CONTENT, hangs_up_bytes=5)

    assert [answer(script).stop for _ in range(3)] == [15, 15, 15]


def test_a_status_for_good():
    script = Script(status=410, content=b"")

    assert [answer(script).head.status for _ in range(2)] == [410, 410]


@pytest.mark.parametrize("fails", [[], [Trouble.DRIP]])
def test_fields_of_its_own_come_with_the_file(fails):
    fields = {"Content-Disposition": 'attachment; filename="x"'}

    reply = answer(Script(CONTENT, fields=fields, fails=fails))

    assert dict(reply.head.fields)["content-disposition"] == fields["Content-Disposition"]


def test_a_head_and_a_body_take_the_time_that_was_said():
    reply = answer(Script(CONTENT, delay_s=2.0, speed_bps=10.0))

    assert (reply.delay_s, reply.speed_bps) == (2.0, 10.0)


def test_a_digest_that_is_wrong():
    right, wrong = (answer(Script(CONTENT, digest=worth)).head for worth in ("right", "wrong"))

    assert dict(right.fields)["repr-digest"] != dict(wrong.fields)["repr-digest"]


def test_what_has_moved_says_where():
    reply = answer(Moved("/new", 301))

    assert (reply.head.status, reply.head.fields) == (301, (("location", "/new"),))
