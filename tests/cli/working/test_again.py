import pytest
from msgspec.structs import replace

from ddm.cli.working import again
from ddm.cli.working.session import session
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State
from ddm.spec import JobSpec


@pytest.fixture
def spec(home):
    return JobSpec("http://127.0.0.1/a.bin", str(home))


def test_a_file_that_is_there_is_counted_as_one_to_be_checked(here, store, spec, home):
    store.add([spec])
    store.set_part(1, "a.bin", Representation(3), PartIdentity("boot", 1, 1), 0)
    store.set_state(1, State.DONE, None)
    (home / "a.bin").write_bytes(b"abc")
    new = replace(spec, name="b.bin")

    assert again.queue(here, store, [spec, new], force_restart=False) == [1, 2]
    assert here.tally.checking == {1}
    assert here.tally.left() == 2


def test_a_job_in_work_is_not_begun_again_and_that_is_said(home, store, spec, capsys):
    store.add([spec])
    store.set_state(1, State.RUNNING, None)
    with session(quiet=False) as here:
        again.queue(here, store, [spec], force_restart=True)

    assert capsys.readouterr().err.endswith("it is in work already, and is not begun again\n")
