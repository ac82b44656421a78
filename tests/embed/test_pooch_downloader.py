import io
import socket
import sys
from types import SimpleNamespace

import pytest

from ddm import DownloadError, Limits, RetryLimits, UsageError
from ddm.embed import PoochDownloader

BODY = bytes(range(256)) * 100


class Bar:
    """A progress bar that keeps what it is told."""

    def __init__(self, **_options):
        self.total, self.shown, self.closed = None, 0, False

    def update(self, n):
        self.shown += n

    def reset(self):
        self.shown = 0

    def close(self):
        self.closed = True


@pytest.fixture
def nobody():
    """A URL where nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/f"


def test_the_file_that_pooch_has_made_is_replaced(server, tmp_path):
    path = tmp_path / "tmp123"
    path.touch()

    assert PoochDownloader()(f"{server.url}/f", str(path), None) is None
    assert path.read_bytes() == BODY
    assert list(tmp_path.iterdir()) == [path]


def test_an_open_file_is_written_to(server):
    file = io.BytesIO()

    PoochDownloader()(f"{server.url}/f", file, None)

    assert file.getvalue() == BODY


def test_a_file_that_is_not_there_is_an_error_and_leaves_nothing(server, tmp_path):
    with pytest.raises(DownloadError, match="404"):
        PoochDownloader()(f"{server.url}/none", tmp_path / "f", None)

    assert list(tmp_path.iterdir()) == []


def test_a_download_needs_a_file(server):
    with pytest.raises(UsageError, match="no file"):
        PoochDownloader()(f"{server.url}/f", None, None)


@pytest.mark.parametrize(("path", "available"), [("/f", True), ("/none", False)])
def test_it_says_whether_a_file_could_be_had(server, path, available):
    assert PoochDownloader()(f"{server.url}{path}", None, None, check_only=True) is available


def test_that_nobody_answers_does_not_say_that_there_is_no_file(nobody):
    downloader = PoochDownloader(limits=Limits(retry=RetryLimits(max_attempts=1)))

    with pytest.raises(DownloadError, match="refused"):
        downloader(nobody, None, None, check_only=True)


def test_what_is_no_http_is_refused(tmp_path):
    with pytest.raises(UsageError, match="ftp"):
        PoochDownloader()("ftp://127.0.0.1/f", tmp_path / "f", None)


def test_a_bar_is_told_how_far_it_is_and_that_it_is_over(server, tmp_path):
    bar = Bar()

    PoochDownloader(progressbar=bar)(f"{server.url}/f", tmp_path / "f", None)

    assert (bar.total, bar.shown, bar.closed) == (len(BODY), len(BODY), True)


def test_true_is_a_bar_of_tqdms(server, tmp_path, monkeypatch):
    made = []

    def tqdm(**options):
        made.append(Bar(**options))
        return made[-1]

    monkeypatch.setitem(sys.modules, "tqdm.auto", SimpleNamespace(tqdm=tqdm))

    PoochDownloader(progressbar=True)(f"{server.url}/f", tmp_path / "f", None)

    assert [bar.closed for bar in made] == [True]


def test_without_tqdm_that_is_said_at_once(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)

    with pytest.raises(UsageError, match="pip install tqdm"):
        PoochDownloader(progressbar=True)
