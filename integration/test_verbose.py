"""-v and -vv, --color, and slips of the pen."""

from integration.servers.behaviours import Honest, ResetsAfter
from integration.servers.bodies import body

CONTENT = body(400_000, seed=61)


def test_v_tells_what_happens_to_each_file(ddm, scripted):
    ended = ddm("get", "-v", scripted.add("/a.bin", Honest(CONTENT)))

    assert ended.code == 0, ended.err
    lines = ended.err.splitlines()
    assert lines[0] == "ddm: a.bin: probing"
    assert "ddm: a.bin: finishing" in lines


def test_vv_tells_each_request_that_failed(ddm, scripted):
    first = scripted.add("/a.bin", ResetsAfter(CONTENT, after_bytes=1000, times=1))
    second = scripted.add("/b.bin", ResetsAfter(CONTENT, after_bytes=1000, times=1))
    quiet = ddm("get", "-v", first + "?sig=secret")
    loud = ddm("get", "-vv", second + "?sig=secret")

    assert (quiet.code, loud.code) == (0, 0)
    assert "a request failed" not in quiet.err
    assert "ddm: b.bin: a request failed (broken): " in loud.err
    assert "secret" not in quiet.err + loud.err


def test_q_is_silent_also_with_v(ddm, scripted):
    ended = ddm("get", "-q", "-v", scripted.add("/a.bin", Honest(CONTENT)))

    assert (ended.code, ended.err) == (0, "")


def test_a_slip_gets_a_hint(ddm):
    ended = ddm("stauts")

    assert (ended.code, ended.out) == (2, "")
    assert "Did you mean 'status'?" in ended.err


def test_color_is_always_auto_or_never(ddm):
    assert ddm("status", "--color", "never").code == 0
    ended = ddm("status", "--color", "blue")

    assert (ended.code, ended.out) == (2, "")
    assert "'auto', 'always', 'never'" in ended.err
