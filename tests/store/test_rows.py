import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.errors import StateError
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.rows import claims_in, path_in, text_in

SPEC = JobSpec("http://127.0.0.1/f", "/d", headers=(("X-Api-Key", "secret"),))
CLAIMS = RangeSet((ByteRange(0, 300), ByteRange(500, 1 << 40)))


def test_half_surrogates_are_bytes_in_a_path_and_escapes_in_text():
    assert path_in("/d/\udcff") == b"/d/\xff"
    assert text_in("/d/\udcff") == "/d/\\udcff"
    assert (path_in("/é"), text_in("é")) == ("/é", "é")
    assert (path_in(None), text_in(None)) == (None, None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("state", "lost"),
        ("wanted", 7),
        ("headers", "["),
        ("headers", '[["secret"]]'),
        ("headers", "7"),
        ("settings", "[]"),
        ("written", b"\x00\x00\x00\x00\x02"),
        ("synced", 7),
        ("part_inode", "secret"),
    ],
)
def test_a_damaged_row_is_named_without_what_is_in_it(jobs, database, path, column, value):
    jobs.add([SPEC])
    database.write("PRAGMA ignore_check_constraints = ON")
    database.write("UPDATE jobs SET part_boot_id = '', part_device = '1', part_inode = '2'")
    database.write(f"UPDATE jobs SET {column} = ?", (value,))
    with pytest.raises(StateError, match=f"^job 1 in {path} cannot be read") as caught:
        jobs.get(1)
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value)


def test_a_claim_with_one_bit_flipped_is_not_believed(jobs, database):
    jobs.add([SPEC])
    whole = claims_in(CLAIMS)
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        database.write("UPDATE jobs SET written = ?", (bytes(flipped),))
        with pytest.raises(StateError, match="job 1 "):
            jobs.get(1)


def test_a_claim_that_was_cut_is_not_believed(jobs, database):
    jobs.add([SPEC])
    whole = claims_in(CLAIMS)
    for length in range(1, len(whole)):
        database.write("UPDATE jobs SET written = ?", (whole[:length],))
        with pytest.raises(StateError, match="job 1 "):
            jobs.get(1)


def test_a_setting_of_a_later_ddm_is_passed_over(jobs, database):
    jobs.add([SPEC])
    database.write("""UPDATE jobs SET settings = '{"max_segments": 3, "later": true}'""")
    assert jobs.get(1).spec.max_segments == 3
    assert jobs.get(1).state is State.QUEUED
