import io

import pytest

from ddm.cli.asking.asked import Asked
from ddm.cli.asking.asked_request import AskedRequest
from ddm.errors import UsageError
from ddm.spec import Checksum, JobSpec, Route


@pytest.fixture
def url_list():
    def make(content):
        file = io.BytesIO(content)
        file.name = "urls.txt"
        return file

    return make


def _specs(*urls, directory="/files", **given):
    return Asked(urls, directory, **given).specs()


def test_every_url_is_a_spec_in_the_order_given():
    assert _specs("http://h/b", "http://h/a", max_segments=3) == [
        JobSpec("http://h/b", "/files", max_segments=3),
        JobSpec("http://h/a", "/files", max_segments=3),
    ]


def test_a_name_goes_with_one_url():
    assert _specs("http://h/a", name="b") == [JobSpec("http://h/a", "/files", "b")]


def test_a_name_for_two_urls_is_refused():
    with pytest.raises(UsageError, match="-o names one file, but there are 2 URLs"):
        _specs("http://h/a", "http://h/b", name="b")


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\nb"])
def test_a_name_that_is_no_name_is_refused(name):
    with pytest.raises(UsageError):
        _specs("http://h/a", name=name)


@pytest.mark.parametrize("url", ["ftp://h/a", "file:///etc/passwd", "h/a", "http://h/\r\na"])
def test_a_url_that_ddm_does_not_fetch_is_refused(url):
    with pytest.raises(UsageError):
        _specs(url)


def test_nothing_to_fetch_is_an_error():
    with pytest.raises(UsageError, match="give a URL"):
        _specs()


def test_a_list_has_one_url_a_line_with_comments_and_blank_lines(url_list):
    content = b"\xef\xbb\xbf# first\r\nhttp://h/a\r\n\r\n   \n  # more\n http://h/b"
    found = _specs("http://h/0", list_file=url_list(content))

    assert [spec.url for spec in found] == ["http://h/0", "http://h/a", "http://h/b"]


def test_an_empty_list_is_no_error(url_list):
    assert _specs(list_file=url_list(b"\n# nothing today\n")) == []


@pytest.mark.parametrize("line", [b"nope", b"\xff", b"http://h/" + b"a" * 200_000])
def test_a_bad_line_is_named_with_its_file(url_list, line):
    with pytest.raises(UsageError, match=r"^urls\.txt, line 2: "):
        _specs(list_file=url_list(b"http://h/a\n" + line))


def test_a_relative_directory_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()

    places = [_specs("http://h/a", directory=d)[0].directory for d in (".", "x/", "./x", "x/..")]
    assert places == [str(tmp_path), str(tmp_path / "x"), str(tmp_path / "x"), str(tmp_path)]


def test_a_link_in_the_directory_s_path_stays(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)

    assert _specs("http://h/a", directory=f"{tmp_path}/link")[0].directory == f"{tmp_path}/link"


def test_a_checksum_goes_with_one_url():
    asked = (f"md5:{'a' * 32}", f"SHA-256:{'B' * 64}")

    assert _specs("http://h/a", checksums=asked)[0].checksums == (
        Checksum("md5", "a" * 32),
        Checksum("sha-256", "b" * 64),
    )


@pytest.mark.parametrize("urls", [("http://h/a", "http://h/b")])
def test_a_checksum_for_two_urls_is_refused(urls):
    with pytest.raises(UsageError, match="--checksum is of one file, but there are 2 URLs"):
        _specs(*urls, checksums=("md5:" + "a" * 32,))


def test_a_checksum_that_is_none_is_refused():
    with pytest.raises(UsageError):
        _specs("http://h/a", checksums=("md5:abc",))


def test_every_file_is_asked_for_in_the_same_way():
    request = AskedRequest(headers=("X-Api-Key: k",), proxy="", allow_downgrade=True)
    found = _specs("http://h/a", "http://h/b", overwrite=True, request=request)

    assert found == [
        JobSpec(
            url,
            "/files",
            headers=(("X-Api-Key", "k"),),
            route=Route(proxy=""),
            allow_downgrade=True,
            overwrite=True,
        )
        for url in ("http://h/a", "http://h/b")
    ]


def test_files_of_a_list_come_with_their_own_options(url_list):
    content = b"http://h/a\thttp://m/a\n out=one\n dir=/other\nhttp://h/b\n"

    assert _specs(list_file=url_list(content), max_segments=2) == [
        JobSpec("http://h/a", "/other", "one", max_segments=2, mirrors=("http://m/a",)),
        JobSpec("http://h/b", "/files", max_segments=2),
    ]


def test_mirrors_go_with_one_url(url_list):
    file = url_list(b"http://h/a\thttp://m/a\n")
    (spec,) = _specs(list_file=file, mirrors=(" http://n/a",))

    assert spec.mirrors == ("http://m/a", "http://n/a")


def test_mirrors_for_two_urls_are_refused():
    with pytest.raises(UsageError, match="--mirror is of one file, but there are 2 URLs"):
        _specs("http://h/a", "http://h/b", mirrors=("http://m/a",))


def test_a_mirror_that_is_no_url_is_refused():
    with pytest.raises(UsageError):
        _specs("http://h/a", mirrors=("nope",))


@pytest.mark.parametrize("urls", [(), ("http://h/a",)])
def test_a_curl_command_goes_with_no_other_source(urls, url_list):
    file = None if urls else url_list(b"")

    with pytest.raises(UsageError, match="--from-curl brings the URL"):
        _specs(*urls, list_file=file, from_curl=True)


def test_a_curl_command_is_a_job(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"curl http://h/a -b a=b"))
    monkeypatch.setattr("sys.stdin", stdin)

    assert _specs(from_curl=True, name="c", mirrors=("http://m/a",)) == [
        JobSpec("http://h/a", "/files", "c", headers=(("Cookie", "a=b"),), mirrors=("http://m/a",))
    ]


def test_json_is_of_a_dry_run():
    with pytest.raises(UsageError, match="--json goes with --dry-run"):
        _specs("http://h/a", as_json=True)
    assert len(_specs("http://h/a", as_json=True, dry_run=True)) == 1


def test_a_priority_is_that_of_every_job():
    assert [spec.priority for spec in _specs("http://h/a", "http://h/b", priority=-3)] == [-3, -3]
    assert [spec.priority for spec in _specs("http://h/a")] == [0]
