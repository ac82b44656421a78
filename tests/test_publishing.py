import contextlib

import pytest

from ddm.core.commands import OpenPart, PublishFile, RecordState
from ddm.core.events import FilePublished
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.learned import Learned
from ddm.ledger import Ledger
from ddm.parts import Parts
from ddm.publishing import Publishing
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore
from ddm.testing.clock import VirtualClock


@pytest.fixture
def store(connect):
    return JobStore(connect())


@pytest.fixture
def publishing(store, tmp_path):
    """Two files that are whole, and that it is about to be recorded that they are."""
    store.add([JobSpec("http://a.test/", str(tmp_path))] * 2)
    with contextlib.closing(Parts(LocalDisk("boot"), NoMarks())) as parts:
        ledger = Ledger(store, NoMarks(), Learned(store, VirtualClock()))
        publishing = Publishing(parts, ledger)
        publishing.log, publishing.answers = ledger.committed, parts.answers
        for job_id in (1, 2):
            asked = (job_id, str(tmp_path), f"f{job_id}")
            parts.do(OpenPart(*asked, exact=True, size_bytes=1, resume=None))
            ledger.record(RecordState(job_id, State.FINISHING))
            publishing.add(PublishFile(job_id, exact=True))
        yield publishing


def names(directory):
    return sorted(path.name for path in directory.iterdir() if path.is_file())


def put_on_disk(publishing):
    publishing.log.begin()
    publishing.log.look()


def published(publishing):
    """Whose files have their names now."""
    publishing.publish()
    return [(type(answer), answer.name) for answer in publishing.answers()]


def test_files_get_their_names_once_it_is_on_the_disk_that_they_will(publishing, store, tmp_path):
    publishing.commit(0.0, more=False)
    assert [record.state for record in store.all()] == [State.FINISHING] * 2
    assert published(publishing) == []
    assert publishing
    assert names(tmp_path) == ["f1.part", "f2.part"]

    put_on_disk(publishing)
    assert published(publishing) == [(FilePublished, "f1"), (FilePublished, "f2")]
    assert names(tmp_path) == ["f1", "f2"]
    assert not publishing


def test_they_wait_while_another_process_is_writing(publishing, connect, tmp_path):
    with connect().transaction():
        publishing.commit(0.0, more=False)
        put_on_disk(publishing)
        assert published(publishing) == []
        assert publishing.uncommitted

    publishing.commit(0.0, more=False)
    put_on_disk(publishing)
    assert len(published(publishing)) == 2
    assert published(publishing) == []


def test_while_others_may_be_whole_in_a_moment_they_are_waited_for_but_not_long(publishing):
    for now, committed in ((5.0, False), (5.099, False), (5.101, True)):
        publishing.commit(now, more=True)
        assert publishing.uncommitted is not committed


def test_what_comes_while_the_disk_writes_is_committed_together_after_that(publishing, store):
    later = PublishFile(2, exact=True)
    publishing._whole.remove(later)
    publishing.commit(0.0, more=False)
    publishing.add(later)
    publishing.commit(9.0, more=False)
    assert publishing._whole == [later]
    assert not publishing.uncommitted

    put_on_disk(publishing)
    assert published(publishing) == [(FilePublished, "f1")]
    publishing.commit(9.0, more=False)
    put_on_disk(publishing)
    assert published(publishing) == [(FilePublished, "f2")]
