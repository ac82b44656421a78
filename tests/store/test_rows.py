import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ddm.byteranges import ByteRange, RangeSet
from ddm.errors import DamagedError
from ddm.record import State
from ddm.spec import Checksum, JobSpec, Route
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
        ("headers", '[["secret", 7]]'),
        ("headers", "[" * 100_000),
        ("settings", "[]"),
        ("settings", '{"max_segments": "secret"}'),
        ("settings", '{"checksums": [["secret"]]}'),
        ("settings", '{"checksums": [{"algorithm": "secret"}]}'),
        ("settings", '{"route": "secret"}'),
        ("settings", '{"route": {"insecure": "secret"}}'),
        ("settings", '{"overwrite": 1}'),
        ("written", zlib.crc32(b"\x02").to_bytes(4, "big") + b"\x02"),
        ("synced", 7),
        ("vouched", "secret"),
        ("vouched", '["secret"]'),
        ("vouched", '[["secret", 7]]'),
        ("part_inode", "secret"),
    ],
)
def test_a_damaged_row_is_named_without_what_is_in_it(jobs, database, path, column, value):
    jobs.add([SPEC])
    database.write("PRAGMA ignore_check_constraints = ON")
    database.write("UPDATE jobs SET part_boot_id = '', part_device = '1', part_inode = '2'")
    database.write(f"UPDATE jobs SET {column} = ?", (value,))
    with pytest.raises(DamagedError, match=f"^job 1 in {path} cannot be read") as caught:
        jobs.get(1)
    assert caught.value.__cause__ is None
    assert "secret" not in str(caught.value)


@pytest.fixture
def claims(jobs, database):
    """Stores what a disk made of the claims; what is read of them."""
    jobs.add([SPEC])

    def stored(**columns):
        jobs.set_progress(1, CLAIMS, CLAIMS)
        for column, value in columns.items():
            database.write(f"UPDATE jobs SET {column} = ?", (value,))
        return jobs.get(1).written, jobs.get(1).synced

    return stored


NOTHING = (RangeSet(), RangeSet())


def test_a_claim_with_one_bit_flipped_is_nothing(claims):
    whole = claims_in(CLAIMS)
    for bit in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[bit // 8] ^= 1 << bit % 8
        assert claims(written=bytes(flipped)) == NOTHING


def test_a_claim_that_was_cut_is_nothing(claims):
    whole = claims_in(CLAIMS)
    for length in range(1, len(whole)):
        assert claims(synced=whole[:length]) == NOTHING


def test_claims_that_are_whole_are_believed(claims):
    assert claims() == (CLAIMS, CLAIMS)
    assert claims(synced=b"") == (CLAIMS, RangeSet())


def test_a_setting_of_a_later_ddm_is_passed_over(jobs, database):
    jobs.add([SPEC])
    later = '{"max_segments": 3, "route": {"insecure": true, "later": {}}, "later": [1]}'
    database.write("UPDATE jobs SET settings = ?", (later,))
    assert jobs.get(1).spec == replace(SPEC, max_segments=3, route=Route(insecure=True))
    assert jobs.get(1).state is State.QUEUED


def test_the_settings_of_an_earlier_ddm_are_understood(jobs, database):
    jobs.add([SPEC])
    for stored, expected in (("{}", 0), ('{"max_segments": 5}', 5)):
        database.write("UPDATE jobs SET settings = ?", (stored,))
        assert jobs.get(1).spec == replace(SPEC, max_segments=expected)


TEXT = st.text(st.characters(codec=None), max_size=8)  # half surrogates too
SPECS = st.builds(
    JobSpec,
    url=st.just("http://127.0.0.1/f"),
    directory=st.just("/d"),
    headers=st.lists(st.tuples(TEXT, TEXT), max_size=3).map(tuple),
    max_segments=st.integers(0, 128),
    checksums=st.lists(st.builds(Checksum, TEXT, TEXT), max_size=2).map(tuple),
    route=st.builds(Route, st.none() | TEXT, st.none() | TEXT, st.booleans()),
    allow_downgrade=st.booleans(),
    overwrite=st.booleans(),
    mirrors=st.lists(TEXT, max_size=2).map(tuple),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SPECS)
def test_a_spec_comes_back_as_it_was(jobs, spec):
    (job_id,) = jobs.add([spec])
    assert jobs.get(job_id).spec == spec
