"""Lists of URLs with options and mirrors; lists of digests; a browser's "Copy as cURL"."""

import hashlib
import time

from integration.servers.behaviours import Honest, Status
from integration.servers.bodies import body

ONE, TWO = body(2 << 20, seed=21), body(300_000, seed=22)


def _sha256(content):
    return hashlib.sha256(content).hexdigest()


def test_a_list_with_options_comments_and_mirrors(ddm, scripted, download_dir):
    one = scripted.add("/one", Honest(ONE))
    gone = scripted.add("/gone", Status(404))
    two = scripted.add("/two", Honest(TWO))
    (download_dir / "list.txt").write_text(
        f"\ufeff# two files\n{one}\n  out=first.bin\n  dir=sub\n  checksum=sha-256={_sha256(ONE)}\n"
        f"  header=X-Key: 1\n\n{gone}\t{two}\n\tout=second.bin\n"
    )

    ended = ddm("get", "-i", "list.txt")

    assert ended.code == 0, ended.err
    assert (download_dir / "sub" / "first.bin").read_bytes() == ONE
    assert (download_dir / "second.bin").read_bytes() == TWO
    assert {request.headers.get("x-key") for request in scripted.requests("/one")} == {"1"}
    assert {request.headers.get("x-key") for request in scripted.requests("/two")} == {None}


def test_a_mirror_on_the_command_line(ddm, scripted, download_dir):
    gone = scripted.add("/gone.bin", Status(404))

    ended = ddm("get", "--mirror", scripted.add("/two", Honest(TWO)), gone)

    assert ended.code == 0, ended.err
    assert [path.read_bytes() for path in download_dir.iterdir()] == [TWO]


def test_a_mistake_in_a_list_is_named_and_nothing_is_queued(ddm, scripted, download_dir):
    url = scripted.add("/one", Honest(ONE))

    ended = ddm("add", "-i", "-", stdin=f"{url}\n  uot=x\n")

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == (
        'ddm: <stdin>, line 2: there is no option "uot" in a list; did you mean out?\n'
    )
    assert ddm.status()["jobs"] == []


def test_ten_thousand_urls_are_queued_within_seconds(ddm):
    urls = "".join(f"http://127.0.0.1:1/{n}\n  out=file-{n}\n" for n in range(10_000))

    begun = time.monotonic()
    ended = ddm("add", "-i", "-", stdin=urls)
    elapsed_s = time.monotonic() - begun

    assert ended.code == 0, ended.err
    assert ended.out.split() == [str(n) for n in range(1, 10_001)]
    assert elapsed_s < 5  # 0.5 s where nothing else runs


def test_a_list_of_digests_from_a_server(ddm, scripted, download_dir):
    names = {"one.bin": ONE, "two.bin": TWO}
    urls = [scripted.add(f"/{name}", Honest(content)) for name, content in names.items()]
    lines = "".join(f"{_sha256(content)} *{name}\n" for name, content in names.items())
    sums = scripted.add("/SHA256SUMS", Honest(lines.encode()))

    ended = ddm("get", "--checksums", sums, *urls)

    assert ended.code == 0, ended.err
    assert {path.name: path.read_bytes() for path in download_dir.iterdir()} == names


def test_a_wrong_digest_in_a_list_fails_its_file_alone(ddm, scripted, download_dir):
    urls = [scripted.add(f"/{name}", Honest(TWO)) for name in ("good", "bad")]
    (download_dir / "SUMS").write_text(f"SHA256 (good) = {_sha256(TWO)}\n{'0' * 64}  bad\n")

    ended = ddm("get", "--checksums", "SUMS", *urls)

    assert ended.code == 32, ended.err
    assert ended.out == f"{download_dir}/good\n"
    assert "ddm: bad: " in ended.err


def test_a_file_that_a_list_of_digests_does_not_name_is_not_even_asked_for(
    ddm, scripted, download_dir
):
    url = scripted.add("/other", Honest(TWO))
    (download_dir / "SUMS").write_text(f"{_sha256(TWO)}  two\n")

    ended = ddm("get", "--checksums", "SUMS", url)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("ddm: SUMS has no digest of other; ")
    assert scripted.log == []


def test_copy_as_curl(ddm, scripted, download_dir):
    url = scripted.add("/one.bin", Honest(ONE)) + "?sig=secret"
    command = f"curl '{url}' \\\n  -H 'Cookie: sid=secret' \\\n  -H 'Accept: a/b' --compressed"

    ended = ddm("get", "--from-curl", "-o", "saved.bin", stdin=command)

    assert ended.code == 0, ended.err
    assert (download_dir / "saved.bin").read_bytes() == ONE
    assert {r.headers["cookie"] for r in scripted.log} == {"sid=secret"}
    assert "secret" not in ended.err + ddm("status", "--json").out


def test_a_curl_command_that_cannot_be_honoured_is_one_sentence(ddm):
    ended = ddm("add", "--from-curl", stdin="curl -d x=secret http://127.0.0.1:1/")

    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert "secret" not in ended.err
