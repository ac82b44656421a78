from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange, RangeSet
from ddm.cli.watch.map import Cell, bar, layout
from ddm.core.view import SegmentView


def drawn(done, segments=(), size=100, cells=10, *, ascii_only=True):
    ranges = RangeSet(ByteRange(*r) for r in done)
    views = [SegmentView(*s, live=True) for s in segments]
    return bar(ranges, views, size, cells, ascii_only=ascii_only).plain


def test_nothing_is_there():
    assert drawn([]) == ".........."


def test_a_cell_is_whole_only_if_every_byte_of_it_is_there():
    assert drawn([(0, 29)]) == "==+......."
    assert drawn([(0, 30)]) == "===......."
    assert drawn([(1, 30)]) == "+==......."


def test_every_range_stands_where_it_is():
    assert drawn([(0, 20), (50, 60), (95, 100)]) == "==...=...+"


def test_what_is_on_its_way_stands_behind_where_it_is_written():
    assert drawn([(0, 25)], [(0, 25, 60)]) == "==>---...."


def test_a_stream_without_an_end_reaches_to_the_end():
    assert drawn([(0, 50)], [(0, 50, None)]) == "=====>----"


def test_what_waits_for_its_next_try_is_not_on_its_way():
    views = [SegmentView(0, 10, 50, live=False)]

    assert bar(RangeSet.of(0, 10), views, 100, 10, ascii_only=True).plain == "=........."


def test_with_utf_8_it_is_drawn_with_lines():
    assert drawn([(0, 25)], [(0, 25, 60)], ascii_only=False) == "━━╸┄┄┄····"


def test_an_empty_file_is_whole():
    assert drawn([], size=0) == "=========="


def test_a_file_of_fewer_bytes_than_cells_is_drawn():
    assert drawn([(0, 3)], size=3) == "=========="
    assert drawn([(0, 1)], size=2, cells=4) == "==.."


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=6),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4),
    st.integers(1, 300),
    st.integers(1, 60),
)
@settings(max_examples=100)
def test_whatever_is_drawn_is_true(done, on_their_way, size, cells):
    ranges = RangeSet(ByteRange(min(r), max(r)) for r in done).within(size)
    segments = [SegmentView(min(r), min(r), max(r), live=True) for r in on_their_way]
    found = layout(ranges, segments, size, cells)

    assert len(found) == cells
    for index, cell in enumerate(found):
        held = [b for r in ranges for b in range(r.start, r.stop) if b * cells // size == index]
        wanted = [b for b in range(size) if b * cells // size == index]
        if cell is Cell.WHOLE:
            assert held == wanted
        if held:
            assert cell not in (Cell.MISSING, Cell.COMING)
