"""Digests: what only a digest can tell (RFC 9530), and what is no digest of the file."""

from __future__ import annotations

import base64
import hashlib

from integration.hostile.lies import Text, both, flipped, ignore_range, later, put, times, when
from integration.hostile.row import BIG, MIDDLE, SMALL, Row, refused
from integration.hostile.scene import Scene
from integration.hostile.wire import Answer, Visit

_WRONG = base64.b64encode(b"\0" * 32).decode()


def _repr_digest(visit: Visit, _: Answer) -> str:
    digest = base64.b64encode(hashlib.sha256(visit.scene.content()).digest()).decode()
    return f"sha-256=:{digest}:"


def _digest(visit: Visit, _: Answer) -> str:
    return _repr_digest(visit, _).replace("sha-256=:", "SHA-256=").removesuffix(":")


def _content_digest(_: Visit, answer: Answer) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(answer.body).digest()).decode()}:"


def _checksum(name: str, size: int, algorithm: str = "sha256", label: str = "sha-256") -> str:
    content = Scene(name, size).content()
    return f"--checksum={label}:{hashlib.new(algorithm, content).hexdigest()}"


_GOOD: Text = _repr_digest

# fmt: off
ROWS = (
    Row(id="repr-digest", what="a Repr-Digest that is right", lie=put("Repr-Digest", _GOOD), **BIG),
    Row(id="repr-digest-flipped", what="a bit is wrong, always; Repr-Digest knows",
        codes=refused(32), lie=both(put("Repr-Digest", _GOOD), flipped)),
    Row(id="repr-digest-flipped-once", what="a bit is wrong once; Repr-Digest knows",
        lie=both(put("Repr-Digest", _GOOD), when(times(1, later), flipped)), **BIG),
    Row(id="repr-digest-wrong", what="a Repr-Digest that is not the file's", codes=refused(32),
        lie=put("Repr-Digest", f"sha-256=:{_WRONG}:")),
    Row(id="repr-digest-chunked", what="a bit is wrong, no length, no ranges; Repr-Digest knows",
        codes=refused(32), lie=both(ignore_range, put("Repr-Digest", _GOOD), flipped)),
    Row(id="repr-digest-odd", what="a Repr-Digest that makes no sense",
        lie=put("Repr-Digest", "sha-256=:not base64!:, x=;;,")),
    Row(id="repr-digest-unknown", what="a Repr-Digest of an algorithm that nobody knows",
        lie=put("Repr-Digest", "crc99=:AAAA:")),
    Row(id="digest-old", what="the older Digest field, right", lie=put("Digest", _digest), **BIG),
    Row(id="digest-old-wrong", what="the older Digest field, wrong", codes=refused(32),
        lie=put("Digest", f"SHA-256={_WRONG}")),
    Row(id="content-digest", what="Content-Digest, of the part alone: no digest of the file",
        lie=put("Content-Digest", _content_digest), **BIG),
    Row(id="content-md5", what="Content-MD5, gone from HTTP, wrong",
        lie=put("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA==")),
    Row(id="checksum", what="the user's checksum, right", flags=(_checksum("checksum", MIDDLE),)),
    Row(id="checksum-sha512", what="the user's SHA-512, right",
        flags=(_checksum("checksum-sha512", MIDDLE, "sha512", "sha-512"),)),
    Row(id="checksum-md5", what="the user's MD5, right",
        flags=(_checksum("checksum-md5", MIDDLE, "md5", "md5"),)),
    Row(id="checksum-wrong", what="the user's checksum, wrong", codes=refused(32), size=SMALL,
        flags=(f"--checksum=sha-256:{'0' * 64}",)),
    Row(id="checksum-flipped-once", what="a bit is wrong once; the user's checksum knows",
        lie=when(times(1, later), flipped), flags=(_checksum("checksum-flipped-once", MIDDLE),)),
    Row(id="checksum-no-hex", what="a checksum that is no number", codes=refused(2), size=SMALL,
        flags=("--checksum=sha-256:xyz",)),
)
# fmt: on
