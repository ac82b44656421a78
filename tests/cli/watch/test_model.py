import pytest

from ddm.cli.watch.keys import Key
from ddm.cli.watch.model import Model
from ddm.cli.watch.rows import Row
from ddm.record import State


@pytest.fixture
def rows(listed):
    return [Row(listed(id=number, name=f"{number}.iso")) for number in range(1, 101)]


@pytest.fixture
def model(rows):
    made = Model()
    made.show(rows)
    made.visible(10)
    return made


def shown(model, room=10):
    rows, above = model.visible(room)
    return rows[0].id, rows[-1].id, above, model.selected.id


def press(model, *keys):
    for key in keys:
        model.press(key)


def test_it_begins_at_the_top(model):
    assert shown(model) == (1, 10, 0, 1)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([Key.UP], (1, 10, 0, 1)),
        ([Key.DOWN] * 9, (1, 10, 0, 10)),
        ([Key.DOWN] * 10, (2, 11, 1, 11)),
        ([Key.PAGE_DOWN], (2, 11, 1, 11)),
        ([Key.PAGE_DOWN, Key.PAGE_UP], (1, 10, 0, 1)),
        ([Key.END], (91, 100, 90, 100)),
        ([Key.END, Key.DOWN], (91, 100, 90, 100)),
        ([Key.END, Key.HOME], (1, 10, 0, 1)),
    ],
)
def test_the_selected_job_is_always_to_be_seen(model, keys, expected):
    press(model, *keys)

    assert shown(model) == expected


def test_a_screen_that_grows_shows_more(model):
    press(model, Key.END)
    model.visible(10)

    assert shown(model, 200) == (1, 100, 0, 100)


def test_a_selected_job_stays_selected_when_others_go(model, rows):
    press(model, *[Key.DOWN] * 4)
    model.show(rows[2:])

    assert model.selected.id == 5


def test_a_selected_job_that_goes_leaves_its_place(model, rows):
    press(model, Key.END)
    model.show(rows[:-1])

    assert model.selected.id == 99


def test_without_jobs_nothing_is_selected(model):
    model.show([])
    press(model, Key.DOWN, Key.END, Key.PAGE_UP)

    assert model.selected is None
    assert model.visible(5) == ([], 0)


def test_jobs_that_come_after_none_can_be_selected(model, rows):
    model.show([])
    model.show(rows)
    press(model, Key.DOWN)

    assert model.selected.id == 2


def test_s_goes_through_the_orders_and_to_the_top(listed, job_view, live):
    made = Model()
    made.show(
        [
            Row(listed(id=1, state=State.DONE, name="c", size_bytes=10)),
            Row(listed(id=2, name="b")),
            Row(listed(id=3), job_view(id=3, name="d", speed_bps=5.0, size_bytes=10, done_bytes=2)),
            Row(listed(id=4), job_view(id=4, name="a", speed_bps=9.0, size_bytes=10, done_bytes=1)),
        ]
    )
    orders = {}
    for _ in range(6):
        orders[made.order] = [row.id for row in made.rows]
        press(made, Key.END, Key.SORT)
        assert made.selected is made.rows[0]

    assert orders == {
        "queue": [1, 2, 3, 4],
        "id": [1, 2, 3, 4],
        "state": [3, 4, 2, 1],
        "speed": [4, 3, 1, 2],
        "progress": [1, 3, 4, 2],
        "name": [4, 2, 1, 3],
    }
    assert made.order == "queue"


def test_any_key_closes_the_help_and_does_nothing_else(model):
    press(model, Key.HELP)
    assert model.helping
    press(model, Key.END)

    assert not model.helping
    assert model.selected.id == 1


def test_it_begins_with_the_order_of_the_queue(listed):
    model = Model()
    model.show([Row(listed(id=1), None, 2), Row(listed(id=2), None, 1), Row(listed(id=3))])

    assert [row.id for row in model.rows] == [3, 2, 1]
    model.press(Key.SORT)
    assert [row.id for row in model.rows] == [1, 2, 3]
