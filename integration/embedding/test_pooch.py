"""Pooch with DDM as its downloader, against a real server."""

import hashlib
from pathlib import Path

import pytest

from ddm import DownloadError
from ddm.embed import PoochDownloader
from integration.servers.behaviours import Honest, IgnoresRange, ResetsAfter
from integration.servers.bodies import body
from integration.servers.scripted import ScriptedServer

pooch = pytest.importorskip("pooch", reason="pooch is not installed (pip install pooch)")

CONTENT = body(3 << 20)
RIGHT = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
WRONG = f"sha256:{'0' * 64}"


def retrieve(url: str, known_hash: str, directory: Path) -> Path:
    return Path(
        pooch.retrieve(url, known_hash, fname="data", path=directory, downloader=PoochDownloader())
    )


@pytest.mark.parametrize(
    "behaviour",
    [Honest(CONTENT), IgnoresRange(CONTENT), ResetsAfter(CONTENT, after_bytes=200_000, times=3)],
)
def test_a_file_comes_into_the_cache_once(scripted: ScriptedServer, tmp_path: Path, behaviour):
    url = scripted.add("/data", behaviour)

    path = retrieve(url, RIGHT, tmp_path)
    asked = len(scripted.requests("/data"))
    retrieve(url, RIGHT, tmp_path)

    assert path.read_bytes() == CONTENT
    assert len(scripted.requests("/data")) == asked
    assert list(tmp_path.iterdir()) == [path]


def test_a_wrong_digest_is_pooch_s_error_and_leaves_nothing(
    scripted: ScriptedServer, tmp_path: Path
):
    url = scripted.add("/data", Honest(CONTENT))

    with pytest.raises(ValueError, match="hash"):
        retrieve(url, WRONG, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_an_error_of_ours_and_leaves_nothing(
    scripted: ScriptedServer, tmp_path: Path
):
    with pytest.raises(DownloadError, match="404"):
        retrieve(scripted.url("/missing"), RIGHT, tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_registry_fetches_and_asks(scripted: ScriptedServer, tmp_path: Path):
    scripted.add("/data", Honest(CONTENT))
    registry = {"data": RIGHT, "missing": RIGHT}
    cache = pooch.create(path=tmp_path, base_url=scripted.url("/"), registry=registry)

    fetched = cache.fetch("data", downloader=PoochDownloader())

    assert Path(fetched).read_bytes() == CONTENT
    assert cache.is_available("data", downloader=PoochDownloader())
    assert not cache.is_available("missing", downloader=PoochDownloader())
