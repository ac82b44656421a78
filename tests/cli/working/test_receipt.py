import hashlib
import json
import os
import stat

import pytest

from ddm.cli.showing.outcome import of_record
from ddm.cli.working.receipt import check_path, job_object, write
from ddm.errors import Exit, UsageError
from ddm.record import Receipt, State, StoredFailure
from ddm.spec import Checksum, JobSpec

SHA256 = hashlib.sha256(b"abc").hexdigest()
RECEIPT = Receipt(
    ("http://h/a.iso?sig=***", "http://m/a.iso"), ((Checksum("md5", "a" * 32), "user"),), 1.5, 3, 2
)


@pytest.fixture
def done(record, tmp_path):
    """A job that has fetched three bytes."""
    (tmp_path / "a.iso").write_bytes(b"abc")

    def make(**more):
        spec = JobSpec("http://me:secret@h/a.iso?sig=secret", str(tmp_path))
        values = {
            "spec": spec, "state": State.DONE, "name": "a.iso", "size_bytes": 3, "etag": '"one"',
            "created_s": 1_700_000_000.25, "updated_s": 1_700_000_001.5,
        }  # fmt: skip
        return record(**(values | more))

    return make


def _written(path, *jobs, status=0, stopped=False):
    code = write(path, [(job, of_record(job)) for job in jobs], status, lambda: stopped)
    return code, json.loads(path.read_text())


def test_a_receipt_says_what_was_fetched_and_from_where(done, tmp_path):
    code, found = _written(tmp_path / "r.json", done(receipt=RECEIPT))

    assert code == 0
    assert found == {
        "version": 1,
        "exit_status": 0,
        "jobs": [
            {
                "id": 1,
                "state": "done",
                "exit_status": 0,
                "message": None,
                "urls": ["http://h/a.iso?sig=***", "http://m/a.iso"],
                "directory": str(tmp_path),
                "name": "a.iso",
                "path": f"{tmp_path}/a.iso",
                "size_bytes": 3,
                "etag": '"one"',
                "last_modified": None,
                "content_coding": None,
                "digests": [{"algorithm": "md5", "hex": "a" * 32, "by": "user"}],
                "added_s": 1_700_000_000.25,
                "added": "2023-11-14T22:13:20Z",
                "ended_s": 1_700_000_001.5,
                "ended": "2023-11-14T22:13:21Z",
                "seconds": 1.5,
                "fetched_bytes": 3,
                "requests": 2,
            }
        ],
    }


@pytest.mark.parametrize("receipt", [None, Receipt((), (), 0.0, 0, 0)])
def test_where_nobody_vouched_the_digest_is_computed_and_says_so(done, tmp_path, receipt):
    _, found = _written(tmp_path / "r.json", done(receipt=receipt))

    assert found["jobs"][0]["digests"] == [{"algorithm": "sha-256", "hex": SHA256, "by": "ddm"}]


def test_a_file_that_is_gone_has_no_digest(done, tmp_path, capsys):
    (tmp_path / "a.iso").unlink()
    code, found = _written(tmp_path / "r.json", done())

    assert (code, found["jobs"][0]["digests"]) == (0, [])
    assert "receipt: could not read" in capsys.readouterr().err


def test_a_job_that_failed_says_why_and_nothing_is_read(done, tmp_path):
    job = done(state=State.FAILED, error=StoredFailure("broken", "reset", Exit.NETWORK))
    code, found = _written(tmp_path / "r.json", job, status=Exit.NETWORK)
    (told,) = found["jobs"]

    assert (code, found["exit_status"]) == (Exit.NETWORK, 6)
    assert (told["state"], told["exit_status"], told["message"]) == ("failed", 6, "reset")
    assert (told["path"], told["digests"], told["urls"]) == (
        None,
        [],
        ["http://***@h/a.iso?sig=***"],
    )


def test_a_job_that_has_not_ended_has_no_end(done):
    job = done(state=State.QUEUED)
    told = job_object(job, of_record(job), None)

    assert told["ended_s"] is told["ended"] is None


def test_a_receipt_is_private_and_replaces_another(done, tmp_path):
    path = tmp_path / "r.json"
    path.write_text("old")
    path.chmod(0o644)
    _written(path, done())

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.iso", "r.json"]


@pytest.mark.parametrize(("status", "after"), [(0, Exit.CREATE_FAILED), (6, 6)])
def test_a_receipt_that_cannot_be_written_is_told(done, tmp_path, capsys, status, after):
    path = tmp_path / "a.iso" / "r.json"

    assert write(path, [], status, lambda: False) == after
    assert f"could not write the receipt {path}: " in capsys.readouterr().err


@pytest.mark.parametrize("name", [".", "none/r.json"])
def test_a_path_that_will_not_do_is_refused_before(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(UsageError, match="--receipt"):
        check_path(tmp_path / name)


def test_a_path_that_will_do(tmp_path):
    check_path(tmp_path / "r.json")


def test_a_device_or_a_pipe_is_never_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(UsageError, match="is no regular file"):
        check_path(tmp_path / "pipe")
