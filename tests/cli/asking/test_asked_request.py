import os
import pty
import subprocess
import sys

import pytest

from ddm.cli.asking.asked_request import AskedRequest
from ddm.errors import UsageError
from ddm.spec import Route

ASKING = "from ddm.cli.asking.asked_request import AskedRequest as A; print(A(user='me').fields())"
OF_A_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); " + ASKING


def test_each_option_becomes_its_field():
    request = AskedRequest(
        headers=("X-Api-Key:  k : v \t", "X-Empty:"),
        cookies=("a=b", "c=d=e"),
        user="me:pass:word",
        referer="http://h/page",
        user_agent="me/1",
    )

    assert request.fields() == (
        ("X-Api-Key", "k : v"),
        ("X-Empty", ""),
        ("Cookie", "a=b; c=d=e"),
        ("Referer", "http://h/page"),
        ("User-Agent", "me/1"),
        ("Authorization", "Basic bWU6cGFzczp3b3Jk"),
    )


def test_nothing_asked_for_is_no_field_and_the_usual_route():
    assert (AskedRequest().fields(), AskedRequest().route()) == ((), Route())


def test_a_password_goes_in_the_very_bytes_that_were_written():
    (field,) = AskedRequest(user="mé:\udcff").fields()

    assert field == ("Authorization", "Basic bcOpOv8=")


@pytest.mark.parametrize("break_", ["\r", "\n", "\0", "\r\nX-Evil: 1"])
@pytest.mark.parametrize("option", ["headers", "name", "cookies", "user", "referer", "user_agent"])
def test_a_line_break_is_refused_at_every_entrance_and_no_value_is_shown(option, break_):
    given = {
        "headers": ("X-Key: secret" + break_,),
        "name": (f"X-K{break_}ey: secret",),
        "cookies": ("a=secret" + break_,),
        "user": "me:secret" + break_,
    }.get(option, "secret" + break_)
    with pytest.raises(UsageError) as caught:
        AskedRequest(**{"headers" if option == "name" else option: given}).fields()

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"headers": ("secret",)}, "with a colon"),
        ({"headers": (": secret",)}, "no name for a header"),
        ({"headers": ("Range: secret",)}, "set by DDM itself"),
        ({"headers": ("Proxy-Authorization: secret",)}, "use --proxy"),
        ({"cookies": ("secret.txt",)}, "NAME=VALUE"),
        ({"headers": ("cookie: a=secret",), "cookies": ("a=b",)}, "--cookie and -H 'Cookie"),
        ({"headers": ("AUTHORIZATION: secret",), "user": "a:b"}, "--user and -H"),
    ],
)
def test_what_makes_no_sense_is_refused_without_its_value(given, why):
    with pytest.raises(UsageError, match=why) as caught:
        AskedRequest(**given).fields()

    assert "secret" not in str(caught.value)


def test_no_secret_is_in_a_traceback():
    request = AskedRequest(headers=("X: secret",), user="me:secret", proxy="http://a:secret@h")

    assert "secret" not in repr(request)


def test_a_route_has_an_absolute_file_and_a_warning(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    found = AskedRequest(proxy="socks5h://p:1080", ca_file="ca.pem", insecure=True).route()

    assert found == Route("socks5h://p:1080", str(tmp_path / "ca.pem"), insecure=True)
    assert capsys.readouterr().err == (
        "ddm: warning: --insecure: certificates are not looked at; anybody on the way can read "
        "and change everything\n"
    )


def test_a_proxy_that_makes_no_sense_is_refused():
    with pytest.raises(UsageError, match="has to begin with"):
        AskedRequest(proxy="ftp://p").route()


def test_without_a_terminal_no_password_is_asked_for():
    run = subprocess.run(
        [sys.executable, "-c", ASKING],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )

    assert run.stdout == ""
    assert "but there is none; write NAME:PASSWORD" in run.stderr


def test_a_password_is_asked_for_on_the_terminal_and_does_not_appear():
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", OF_A_TERMINAL],
        stdin=theirs,
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        shown = b""
        while not shown.endswith(b": "):
            shown += os.read(ours, 1000)
        os.write(ours, b"word\n")
        out, _ = process.communicate(timeout=30)
        shown += os.read(ours, 1000)
    os.close(ours)

    assert shown == b"password of me: \r\n"
    assert out == b"(('Authorization', 'Basic bWU6d29yZA=='),)\n"
