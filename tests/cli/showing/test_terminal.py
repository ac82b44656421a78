import pytest

from ddm.cli.showing.terminal import is_dumb


@pytest.mark.parametrize(
    ("environ", "dumb"),
    [({}, True), ({"TERM": "dumb"}, True), ({"TERM": ""}, True), ({"TERM": "xterm"}, False)],
)
def test_what_cannot_move_a_cursor_is_dumb(environ, dumb):
    assert is_dumb(environ) is dumb
