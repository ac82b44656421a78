import contextlib
import hashlib
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.disk.digester import ALGORITHMS
from ddm.errors import UsageError
from ddm.http.digests import WANT_REPR_DIGEST, parse_checksum, repr_digests
from ddm.http.head import Head
from ddm.spec import Checksum

CONTENT = b"the file"
HEX = {name: hashlib.new(ALGORITHMS[name], CONTENT).hexdigest() for name in ALGORITHMS}
KNOWN = {name: Checksum(name, HEX[name]) for name in ALGORITHMS}
BASE64 = {name: b64encode(bytes.fromhex(HEX[name])).decode() for name in ALGORITHMS}
S256, S512, SHA1, MD5 = (BASE64[name] for name in ("sha-256", "sha-512", "sha-1", "md5"))
OTHER = b64encode(bytes(32)).decode()

dictionaries = st.text(st.sampled_from('sha-256=:;,"\\Az+/= \t'), max_size=60)
hex_digests = st.sampled_from(sorted(ALGORITHMS)).flatmap(
    lambda name: st.tuples(st.just(name), st.sampled_from([HEX[name], HEX[name].upper()]))
)


def _found(**fields):
    pairs = ((name.replace("_", "-"), value) for name, value in fields.items())
    return repr_digests(Head(200, tuple(pairs)))


@pytest.mark.parametrize(
    ("value", "algorithms"),
    [
        (f"sha-256=:{S256}:", ["sha-256"]),
        (f"sha-256=:{S256}:, sha-512=:{S512}:", ["sha-512", "sha-256"]),
        (f" sha-512=:{S512}:\t,sha-256=:{S256}: ", ["sha-512", "sha-256"]),
        (f'sha-256=:{S256}:;q=1;note="a,b", sha-512=:{S512}:', ["sha-512", "sha-256"]),
        (f'other="a,b\\",c", sha-256=:{S256}:', ["sha-256"]),
        (f"flag, n=3, sha-256=:{S256}:, list=(a b)", ["sha-256"]),
        (f"sha-256=:{S256.rstrip('=')}:", ["sha-256"]),
        (f"SHA-256=:{S256}:", ["sha-256"]),
        (f"sha-256=:{S256}:, sha-256=:{S256}:", ["sha-256"]),
        (f"sha-256=:{S256}:, sha-256=:AAAA:", ["sha-256"]),
        (f"sha=:{SHA1}:, md5=:{MD5}:, crc32c=:AAAA:", []),
    ],
)
def test_repr_digest_is_a_dictionary_of_byte_sequences(value, algorithms):
    assert _found(repr_digest=value) == tuple(KNOWN[name] for name in algorithms)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sha-256",
        "sha-256=1",
        f"sha-256={S256}",
        f"sha-256=:{S256}",
        f"sha-256={S256}:",
        f'sha-256=":{S256}:"',
        f"sha-256 = :{S256}:",
        f"sha-256=:{S256}: x",
        f"sha-256=:{S256[:-2]}:",
        f"sha-256=:{S512}:",
        f"sha-256=:{HEX['sha-256']}:",
        f"sha-256=:{S256[:10]} {S256[10:]}:",
        f"sha-256=:{S256[:-2]}ü=:",
        f'x="open, sha-256=:{S256}:',
    ],
)
def test_what_is_malformed_or_of_another_length_is_left_out(value):
    assert _found(repr_digest=value) == ()


@pytest.mark.parametrize(
    ("value", "algorithms"),
    [
        (f"SHA-256={S256}", ["sha-256"]),
        (f"sha-512={S512},MD5={MD5}", ["sha-512", "md5"]),
        (f"SHA={SHA1}, adler32=03da0195, sha-256={S256}", ["sha-256", "sha-1"]),
        (f"id-sha-256={S256}", []),
        (f"MD5={HEX['md5']}", []),
        (f"SHA-256=:{S256}:", []),
        ("", []),
    ],
)
def test_the_older_digest_is_a_list(value, algorithms):
    assert _found(digest=value) == tuple(KNOWN[name] for name in algorithms)


def test_an_algorithm_with_two_values_says_nothing_the_others_still_do():
    twice = f"sha-256=:{S256}:, sha-256=:{OTHER}:, sha-512=:{S512}:"

    assert _found(repr_digest=twice) == (KNOWN["sha-512"],)
    assert _found(repr_digest=f"sha-256=:{S256}:", digest=f"SHA-256={OTHER}, MD5={MD5}") == (
        KNOWN["md5"],
    )


def test_fields_that_agree_are_one():
    fields = tuple(("repr-digest", f"{name}=:{BASE64[name]}:") for name in ("sha-256", "sha-512"))
    head = Head(206, (*fields, ("digest", f"sha-256={S256}")))

    assert repr_digests(head) == (KNOWN["sha-512"], KNOWN["sha-256"])


def test_the_digest_of_a_messages_content_says_nothing_of_the_file():
    assert _found(content_digest=f"sha-256=:{S256}:") == ()


def test_long_nonsense_takes_no_time():
    assert _found(repr_digest='"\\' * 100_000, digest="=" * 100_000) == ()


@given(dictionaries | st.text(max_size=40), dictionaries | st.text(max_size=40))
@settings(max_examples=200)
def test_any_fields_give_digests_or_nothing(repr_digest, digest):
    for checksum in _found(repr_digest=repr_digest, digest=digest):
        assert parse_checksum(str(checksum)) == checksum


@given(st.binary(min_size=32, max_size=32), st.text(st.sampled_from('a1"\\, ='), max_size=20))
@settings(max_examples=100)
def test_a_digest_is_read_as_it_was_written_whatever_stands_behind_it(digest, rest):
    value = f"sha-256=:{b64encode(digest).decode()}:,{rest}"

    assert _found(repr_digest=value) == (Checksum("sha-256", digest.hex()),)


def test_the_digests_that_are_wanted_are_among_those_that_are_understood():
    wanted = [item.partition("=")[0] for item in WANT_REPR_DIGEST.split(", ")]

    assert [
        checksum.algorithm
        for name in wanted
        for checksum in _found(repr_digest=f"{name}=:{BASE64[name]}:")
    ] == wanted


@pytest.mark.parametrize("name", sorted(ALGORITHMS))
@pytest.mark.parametrize("separator", [":", "="])
def test_every_algorithm_that_can_be_computed_can_be_asked_for(name, separator):
    for spelling in (name, name.upper(), name.replace("-", "")):
        assert parse_checksum(f" {spelling}{separator}{HEX[name].upper()} ") == KNOWN[name]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", '"" is no checksum: write ALGORITHM:HEX; the algorithms are md5, sha-1, sha-256 and'),
        (HEX["md5"], "is no checksum: write ALGORITHM:HEX"),
        (":abc", "is no checksum"),
        (f"sha-256: {HEX['sha-256']}", "is no checksum"),
        ("crc32:00000000", 'does not know the algorithm "crc32"; the algorithms are md5, sha-1,'),
        ("s-ha1:00", "does not know the algorithm"),
        ("sha-256:", "a sha-256 digest has 64 hexadecimal digits, this one has 0"),
        ("SHA1:" + "0" * 41, "a sha-1 digest has 40 hexadecimal digits, this one has 41"),
        ("md5:" + "g" * 32, 'a md5 digest is 32 hexadecimal digits, "g+" is not'),
        (f"sha-256:{S256}", "is 64 hexadecimal digits"),
        ("md5:" + "\u0660" * 32, "is 32 hexadecimal digits"),
        ("md5:\x1b[2J", r"\\x1b"),
    ],
)
def test_a_checksum_that_makes_no_sense_is_refused_with_what_is_wrong(text, complaint):
    with pytest.raises(UsageError, match=complaint):
        parse_checksum(text)


@given(hex_digests)
@settings(max_examples=20)
def test_a_checksum_is_read_back_as_it_is_shown(named):
    checksum = parse_checksum(":".join(named))

    assert parse_checksum(str(checksum)) == checksum


@given(st.text(max_size=60) | st.text(st.sampled_from("sha-256md51:=0f "), max_size=40))
@settings(max_examples=200)
def test_any_text_is_a_checksum_or_refused(text):
    with contextlib.suppress(UsageError):
        assert parse_checksum(text).algorithm in ALGORITHMS
