from ddm.testing.dealer import draw

SCENARIOS = [draw(seed) for seed in range(300)]


def test_a_few_hundred_seeds_draw_everything_that_users_do():
    wishes = [wish for s in SCENARIOS for wish in s.wishes]

    assert {wish.what for wish in wishes} == {"pause", "resume", "remove", "delete", "check"}
    assert {len(s.added) for s in SCENARIOS} == {0, 1, 2, 3}
    assert {s.gives_up for s in SCENARIOS} == {s.checks for s in SCENARIOS} == {True, False}


def test_a_job_that_is_to_go_is_wished_nothing_more_for():
    for scenario in SCENARIOS:
        for number, wish in enumerate(scenario.wishes):
            if wish.what in {"remove", "delete"}:
                assert wish.job not in {later.job for later in scenario.wishes[number + 1 :]}


def test_crashes_strike_between_turns_and_within():
    crashes = [i for s in SCENARIOS for i in s.interruptions if i.how != "stop"]

    assert {crash.operation is None for crash in crashes} == {True, False}
    assert {crash.after for crash in crashes} == {True, False}


def test_a_full_disk_mostly_shows():
    faults = [fault for s in SCENARIOS for fault in s.disk_faults if fault.lasts_s]

    assert 0 < sum(fault.quota for fault in faults) < len(faults) / 2


def test_a_store_is_sometimes_busy_and_sometimes_unusable():
    assert {fault.busy for s in SCENARIOS for fault in s.store_faults} == {True, False}
