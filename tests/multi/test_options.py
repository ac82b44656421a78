import socket

import pycurl
import pytest

from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.multi.authorities import Authorities
from ddm.multi.options import (
    WIDE_WINDOW_BYTES,
    TransferOptions,
    header_lines,
    resolve_entry,
    wide_window_possible,
    widen_window,
)
from ddm.spec import Route


def options(**changes):
    values = {
        "request": Request("http://127.0.0.1/x", (("Range", "bytes=0-9"),)),
        "receive_buffer_bytes": 65_536,
        "connect_timeout_s": 30.0,
        "wide_window": False,
        "authorities": Authorities(),
        "route": Route(),
        "shared": False,
    }
    return dict(TransferOptions(**(values | changes)).pairs())


def test_libcurl_takes_every_option():
    for option, value in options(wide_window=True, authorities=Authorities("/dev/null")).items():
        pycurl.Curl().setopt(option, value)


def test_only_http_is_spoken_and_no_redirect_followed():
    found = options()

    assert found[pycurl.PROTOCOLS] == pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS
    assert found[pycurl.FOLLOWLOCATION] == 0


def test_nothing_that_would_change_bytes_or_time_out_a_pause_is_set():
    found = options(wide_window=True, authorities=Authorities("/dev/null"))

    assert not found.keys() & {
        pycurl.ACCEPT_ENCODING,
        pycurl.IGNORE_CONTENT_LENGTH,
        pycurl.TIMEOUT,
        pycurl.TIMEOUT_MS,
        pycurl.FAILONERROR,
        pycurl.LOW_SPEED_TIME,
    }


def test_a_time_out_is_rounded_to_what_libcurl_takes_but_never_to_none():
    found = options(connect_timeout_s=0.0001)

    assert found[pycurl.CONNECTTIMEOUT_MS] == 1


def test_the_window_and_the_bundle_are_left_alone_unless_asked_for():
    assert not options().keys() & {pycurl.SOCKOPTFUNCTION, pycurl.CAINFO}
    found = options(wide_window=True, authorities=Authorities("/x.pem"))
    assert found[pycurl.SOCKOPTFUNCTION] is widen_window
    assert found[pycurl.CAINFO] == "/x.pem"


def test_header_lines_switch_off_what_libcurl_would_add():
    assert header_lines((("Range", "bytes=0-9"),)) == [
        b"Range: bytes=0-9",
        b"Accept:",
        b"User-Agent:",
    ]


def test_header_lines_keep_what_was_given_also_empty_and_not_ascii():
    fields = (("accept", "*/*"), ("User-Agent", ""), ("X-Name", "é"), ("X-Raw", "\udcff"))

    assert header_lines(fields) == [
        b"accept: */*",
        b"User-Agent;",
        "X-Name: é".encode(),
        b"X-Raw: \xff",
    ]


def test_widening_a_socket_keeps_it_open():
    with socket.socket() as unconnected:
        before = unconnected.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        assert widen_window(unconnected.fileno(), 0) == pycurl.SOCKOPT_OK

        assert unconnected.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) > before


def test_widening_a_closed_socket_is_no_error():
    with socket.socket() as closed:
        fd = closed.fileno()

    assert widen_window(fd, 0) == pycurl.SOCKOPT_OK


@pytest.mark.parametrize(
    ("text", "possible"),
    [(f"{WIDE_WINDOW_BYTES}\n", True), ("212992\n", False), ("?\n", False)],
)
def test_the_window_is_widened_only_where_the_kernel_grants_all_of_it(tmp_path, text, possible):
    (tmp_path / "rmem_max").write_text(text)

    assert wide_window_possible(str(tmp_path / "rmem_max")) is possible


def test_a_system_that_does_not_tell_its_maximum_gets_no_wide_window(tmp_path):
    assert not wide_window_possible(str(tmp_path / "missing"))


def test_where_certificates_lie_under_hashed_names_no_file_of_all_is_read():
    found = options(authorities=Authorities("/system", "/hashed"))

    assert (found[pycurl.CAINFO], found[pycurl.CAPATH]) == (None, "/hashed")


def test_a_route_names_its_proxy_and_its_authorities():
    found = options(
        authorities=Authorities("/system", "/hashed"),
        route=Route(proxy="http://127.0.0.1:1", ca_file="/mine"),
    )

    assert (found[pycurl.PROXY], found[pycurl.NOPROXY]) == ("http://127.0.0.1:1", "")
    assert (found[pycurl.CAINFO], pycurl.CAPATH in found) == ("/mine", False)
    assert found[pycurl.SSL_VERIFYPEER] == 1


def test_the_environment_says_nothing_about_proxies():
    assert (options()[pycurl.PROXY], options()[pycurl.NOPROXY]) == ("", "")


def test_an_https_proxy_is_trusted_by_the_same_authorities_and_never_blindly():
    found = options(route=Route(ca_file="/mine", insecure=True))

    assert found[pycurl.PROXY_CAINFO] == "/mine"
    assert not found.keys() & {pycurl.PROXY_SSL_VERIFYPEER, pycurl.PROXY_SSL_VERIFYHOST}


def test_only_an_insecure_route_leaves_certificates_unlooked_at():
    assert options()[pycurl.SSL_VERIFYHOST] == 2
    assert options(route=Route(insecure=True))[pycurl.SSL_VERIFYPEER] == 0
    assert options(route=Route(insecure=True))[pycurl.SSL_VERIFYHOST] == 0


def test_only_what_is_shared_may_speak_http2_and_waits_for_a_connection_that_is_made():
    own, shared = options(), options(shared=True)

    assert own[pycurl.HTTP_VERSION] == pycurl.CURL_HTTP_VERSION_1_1
    assert shared[pycurl.HTTP_VERSION] == pycurl.CURL_HTTP_VERSION_2TLS
    assert (pycurl.PIPEWAIT in own, shared[pycurl.PIPEWAIT]) == (False, 1)


def test_all_addresses_are_told_and_any_other_name_is_refused():
    known = (Addresses("a.test", 80, ("fd00::1", "10.0.0.1")), Addresses("::1", 443, ("::1",)))
    found = options(addresses=known)

    assert found[pycurl.RESOLVE] == ["a.test:80:[fd00::1],10.0.0.1", "[::1]:443:[::1]"]
    assert found[pycurl.RESOLVER_START_FUNCTION](None) == 1
    assert [resolve_entry(name) for name in known] == found[pycurl.RESOLVE]


def test_which_family_is_tried_is_left_to_libcurl():
    assert pycurl.IPRESOLVE not in options(addresses=(Addresses("a.test", 80, ("10.0.0.1",)),))
