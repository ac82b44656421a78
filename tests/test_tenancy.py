import contextlib
import gc
import os
import socket
import warnings

import pytest

from ddm.tenancy import Tenancy


def begin():
    """A tenancy that has begun, and what was done at its end."""
    tenancy, done = Tenancy(), []
    exits = contextlib.ExitStack()
    exits.callback(done.append, "ended")
    tenancy.begin(exits, "queue of a test")
    return tenancy, done


def test_what_was_done_is_undone_once():
    tenancy, done = begin()
    tenancy.end()
    tenancy.end()

    assert done == ["ended"]


def test_one_that_is_forgotten_ends_with_a_warning():
    tenancy, done = begin()
    tenancy.itself = tenancy  # so that it takes a collection
    del tenancy
    with pytest.warns(ResourceWarning, match="unclosed queue of a test"):
        gc.collect()

    assert done == ["ended"]


def test_one_that_has_ended_is_forgotten_without_a_word():
    tenancy, _ = begin()
    tenancy.end()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del tenancy
        gc.collect()


def test_in_a_forked_child_its_descriptors_lead_nowhere_and_it_is_never_ended():
    tenancy, done = begin()
    near, far = socket.socketpair()
    copy = os.dup(near.fileno())

    tenancy.let_go(object(), [copy])
    tenancy.end()

    os.write(copy, b"unheard")
    far.setblocking(False)
    with pytest.raises(BlockingIOError):
        far.recv(1)
    assert not os.get_inheritable(copy)
    assert done == []
    os.close(copy)
    near.close()
    far.close()
