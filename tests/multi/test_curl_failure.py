import errno

import pytest

from ddm.errors import Exit
from ddm.failures import Kind
from ddm.multi.curl_failure import Ending, from_curl

URL = "https://files.example:8443/x?token=secret"
CALM = "HTTP/2 stream 1 reset by server (error 0xb ENHANCE_YOUR_CALM)"
WAY_OUT = "if you know its authority, name a file with it with --cacert"


@pytest.mark.parametrize(
    ("ending", "kind", "code", "message"),
    [
        (
            Ending(6, "Could not resolve host: files.example"),
            Kind.UNRESOLVED,
            Exit.NAME_RESOLUTION,
            "the name files.example could not be resolved; check it, and that the network is up",
        ),
        (
            Ending(42, "Error 42 resolving proxy.example:8080"),
            Kind.INTERNAL,
            Exit.UNEXPECTED,
            "a bug in DDM: libcurl wanted to look up proxy.example by itself",
        ),
        (
            Ending(7, "Failed to connect", errno.ECONNREFUSED),
            Kind.UNREACHABLE,
            Exit.NETWORK,
            "could not connect to files.example port 8443: Connection refused",
        ),
        (
            Ending(28, "Connection timed out after 300 milliseconds"),
            Kind.UNREACHABLE,
            Exit.TOO_SLOW,
            "could not connect to files.example port 8443: no answer in time",
        ),
        (
            Ending(28, "Operation too slow.", connected=True),
            Kind.STALLED,
            Exit.TOO_SLOW,
            "files.example port 8443 sent nothing, or next to nothing, for too long",
        ),
        (
            Ending(56, "Connection reset by peer", errno.ECONNRESET, connected=True),
            Kind.BROKEN,
            Exit.NETWORK,
            "the connection to files.example port 8443 broke: Connection reset by peer",
        ),
        (
            Ending(
                92, "HTTP/2 stream 1 reset by server (error 0xb ENHANCE_YOUR_CALM)", connected=True
            ),
            Kind.THROTTLED,
            Exit.OVERLOADED,
            f"files.example port 8443 wants to be asked less: {CALM}",
        ),
        (
            Ending(60, "self-signed"),
            Kind.UNTRUSTED,
            Exit.TLS,
            f"the certificate of files.example is not trusted: self-signed; {WAY_OUT}",
        ),
        (
            Ending(35, "TLS connect error: wrong version number"),
            Kind.TLS,
            Exit.TLS,
            "no TLS with files.example port 8443: TLS connect error: wrong version number",
        ),
        (
            Ending(8, "Header without colon"),
            Kind.BAD_RESPONSE,
            Exit.BAD_RESPONSE,
            "the answer of files.example port 8443 makes no sense: Header without colon",
        ),
        (
            Ending(27, ""),
            Kind.INTERNAL,
            Exit.UNEXPECTED,
            "libcurl failed with error 27: libcurl's error 27",
        ),
    ],
)
def test_a_code_becomes_a_kind_an_exit_status_and_a_sentence(ending, kind, code, message):
    failure = from_curl(ending, URL)

    assert (failure.kind, failure.code, failure.message) == (kind, code, message)


@pytest.mark.parametrize("code", [16, 18, 52, 55, 56, 92])
def test_codes_of_a_connection_that_broke(code):
    assert from_curl(Ending(code, "gone"), URL).kind is Kind.BROKEN


@pytest.mark.parametrize("code", [51, 60, 77, 83, 90, 91])
def test_codes_of_a_certificate_that_is_not_trusted(code):
    assert from_curl(Ending(code, "who?"), URL).kind is Kind.UNTRUSTED


@pytest.mark.parametrize("code", [2, 4, 23, 27, 42, 43, 48, 99, 9999])
def test_codes_that_are_our_own_mistakes_or_unknown(code):
    assert from_curl(Ending(code, "?"), URL).kind is Kind.INTERNAL


@pytest.mark.parametrize(
    "message",
    [
        "chunk hex-length char not a hex digit: 0x7a",
        "Malformed encoding found in chunked-encoding",
        "Illegal or missing hexadecimal sequence in chunked-encoding",
    ],
)
def test_chunks_that_make_no_sense_are_a_bad_response(message):
    ending = Ending(56, message, connected=True)

    assert from_curl(ending, URL).kind is Kind.BAD_RESPONSE


def test_a_reset_within_the_handshake_is_a_broken_connection():
    ending = Ending(35, "Recv failure: Connection reset by peer", errno.ECONNRESET)

    assert from_curl(ending, URL).kind is Kind.BROKEN


def test_a_proxy_is_named_with_where_it_comes_from():
    message = from_curl(Ending(7, "CONNECT tunnel failed, response 407"), URL).message

    assert message == (
        "could not connect to files.example port 8443: CONNECT tunnel failed, response 407; "
        "check --proxy, and http_proxy, https_proxy and all_proxy in the environment"
    )


def test_secrets_and_control_characters_do_not_get_through():
    message = from_curl(Ending(1, "no \x1b[2J of http://u:p@h/?q=secret"), URL).message

    assert "secret" not in message
    assert "u:p" not in message
    assert "\x1b" not in message


def test_a_url_that_makes_no_sense_is_still_named():
    assert "nonsense" in from_curl(Ending(3, "bad URL"), "nonsense").message
