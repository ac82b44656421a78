"""Which name a file gets, and where."""

import pytest

from integration.servers.behaviours import Honest

CONTENT = b"the bytes of the file\n"


def test_the_last_part_of_the_url_names_the_file(ddm, scripted, download_dir):
    ended = ddm("get", scripted.add("/some/where/a%20file.txt", Honest(CONTENT)) + "?key=value")

    assert ended.code == 0, ended.err
    assert [path.name for path in download_dir.iterdir()] == ["a file.txt"]


def test_content_disposition_names_the_file(ddm, scripted, download_dir):
    field = (
        "Content-Disposition",
        "attachment; filename=\"plain.txt\"; filename*=UTF-8''s%C3%BC.txt",
    )

    ended = ddm("get", scripted.add("/download", Honest(CONTENT, fields=(field,))))

    assert ended.code == 0, ended.err
    assert [path.name for path in download_dir.iterdir()] == ["sü.txt"]


@pytest.mark.parametrize("name", ["../../evil.txt", "/evil.txt", ".evil.txt"])
def test_a_name_from_the_server_stays_in_the_directory(ddm, scripted, download_dir, name):
    field = ("Content-Disposition", f'attachment; filename="{name}"')

    ended = ddm("get", scripted.add("/download", Honest(CONTENT, fields=(field,))))

    assert ended.code == 0, ended.err
    (path,) = download_dir.iterdir()
    assert path.name.endswith("evil.txt")
    assert not path.name.startswith(".")


def test_o_names_the_file_whatever_the_server_says(ddm, scripted, download_dir):
    field = ("Content-Disposition", 'attachment; filename="theirs.txt"')
    url = scripted.add("/download", Honest(CONTENT, fields=(field,)))

    ended = ddm("get", "-o", "mine.txt", url)

    assert ended.code == 0, ended.err
    assert [path.name for path in download_dir.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("option", ["-d", "--dir", "--download-dir"])
def test_d_says_where_the_file_goes(ddm, scripted, tmp_path, option):
    ended = ddm("get", option, tmp_path / "there", scripted.add("/a.txt", Honest(CONTENT)))

    assert ended.code == 0, ended.err
    assert (tmp_path / "there" / "a.txt").read_bytes() == CONTENT


def test_a_list_of_urls_comes_from_stdin(ddm, scripted, download_dir):
    urls = [scripted.add(f"/{name}.txt", Honest(name.encode())) for name in "abc"]

    ended = ddm("get", "-i", "-", stdin="\n".join(urls) + "\n")

    assert ended.code == 0, ended.err
    assert {path.name: path.read_text() for path in download_dir.iterdir()} == {
        "a.txt": "a",
        "b.txt": "b",
        "c.txt": "c",
    }


def test_a_file_that_is_there_already_keeps_its_name(ddm, scripted, download_dir):
    (download_dir / "a.txt").write_text("mine")

    ended = ddm("get", scripted.add("/a.txt", Honest(CONTENT)))

    assert ended.code == 0, ended.err
    assert (download_dir / "a.txt").read_text() == "mine"
    assert (download_dir / "a (1).txt").read_bytes() == CONTENT
