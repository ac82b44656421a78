import random

from ddm.testing.log import LONGEST_S, LogDisk


def test_a_sync_is_over_when_its_time_has_come_and_then_takes_effect(clock):
    effects = []
    sync = LogDisk(clock, random.Random(1)).sync(lambda: effects.append(1))
    before = sync.over
    clock.advance_to(sync.due_s)

    assert (before, sync.over, effects) == (False, True, [])
    sync.result()
    assert effects == [1]


def test_some_disks_are_slow_and_some_take_no_time(clock):
    dues = [LogDisk(clock, random.Random(seed)).sync(list).due_s for seed in range(50)]
    took = [due - clock.now() for due in dues]

    assert min(took) == 0.0
    assert 0.1 < max(took) <= LONGEST_S
