import os
import select
import socket
import stat
import subprocess
import sys
from contextlib import closing

import pytest

from ddm.store import poke
from ddm.store.poke import Poke


@pytest.fixture(params=["short", "long"])
def state_dir(request, tmp_path):
    directory = tmp_path if request.param == "short" else tmp_path / ("d" * 200)
    directory.mkdir(exist_ok=True)
    return directory


def poked(listener):
    return select.select([listener], [], [], 0)[0] != []


def test_who_listens_is_poked_once(state_dir):
    with closing(Poke.listen(state_dir)) as listener:
        assert not poked(listener)
        poke.send(state_dir)
        poke.send(state_dir)
        assert poked(listener)
        listener.drain()
        assert not poked(listener)
        listener.drain()


def test_it_is_private_whatever_the_umask(state_dir):
    before = os.umask(0)
    try:
        listener = Poke.listen(state_dir)
    finally:
        os.umask(before)
    with closing(listener):
        assert stat.S_IMODE((state_dir / "poke").stat().st_mode) == 0o600
        assert not os.get_inheritable(listener.fileno())


def test_nobody_who_listens_is_no_error(state_dir):
    poke.send(state_dir)
    poke.send(state_dir / "missing")
    (state_dir / "poke").touch()
    poke.send(state_dir)


def test_a_listener_that_does_not_listen_stops_nobody(state_dir):
    with closing(Poke.listen(state_dir)) as listener:
        for _ in range(2_000):
            poke.send(state_dir)
        assert poked(listener)
        listener.drain()
        assert not poked(listener)


def test_closing_takes_the_name_away_and_again_is_no_error(state_dir):
    listener = Poke.listen(state_dir)
    listener.close()
    listener.close()
    assert list(state_dir.iterdir()) == []


def test_closing_leaves_the_socket_of_a_successor(state_dir):
    first = Poke.listen(state_dir)
    with closing(Poke.listen(state_dir)) as second:
        first.close()
        poke.send(state_dir)
        assert poked(second)


def test_what_a_dead_one_left_is_replaced(state_dir):
    code = (
        "import os, sys; from pathlib import Path; from ddm.store.poke import Poke;"
        "Poke.listen(Path(sys.argv[1])); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(state_dir)], check=True)
    assert stat.S_ISSOCK((state_dir / "poke").stat().st_mode)
    poke.send(state_dir)
    with closing(Poke.listen(state_dir)) as listener:
        poke.send(state_dir)
        assert poked(listener)


def test_a_place_where_it_is_not_possible_is_an_os_error(state_dir):
    with pytest.raises(FileNotFoundError):
        Poke.listen(state_dir / "missing")
    (state_dir / "poke").write_text("somebody's")
    with pytest.raises(OSError, match="Address already in use"):
        Poke.listen(state_dir)
    assert (state_dir / "poke").read_text() == "somebody's"


def test_another_process_pokes(state_dir):
    code = "import sys; from pathlib import Path; from ddm.store.poke import send; send(Path(sys.argv[1]))"
    with closing(Poke.listen(state_dir)) as listener:
        subprocess.run([sys.executable, "-c", code, str(state_dir)], check=True)
        assert poked(listener)


def test_a_stream_in_its_place_is_no_error_for_who_pokes(tmp_path):
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as stream:
        stream.bind(str(tmp_path / "poke"))
        stream.listen()
        poke.send(tmp_path)
