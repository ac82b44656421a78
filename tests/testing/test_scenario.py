from ddm.testing.scenario import draw

SEEDS = range(300)


def test_the_same_seed_draws_the_same_scenario():
    one, other = draw(7), draw(7)

    assert (one.jobs, one.limits, one.disk_faults, one.interruptions) == (
        other.jobs,
        other.limits,
        other.disk_faults,
        other.interruptions,
    )


def test_every_job_has_its_own_url():
    for seed in SEEDS:
        urls = [job.url for job in draw(seed).jobs]
        assert len(set(urls)) == len(urls)


def test_interruptions_come_in_order():
    for seed in SEEDS:
        turns = [interruption.turn for interruption in draw(seed).interruptions]
        assert turns == sorted(turns)


def test_a_few_hundred_seeds_draw_everything_there_is():
    scenarios = [draw(seed) for seed in SEEDS]
    files = [f for s in scenarios for o in s.origins for f in o.files.values()]

    assert {len(s.jobs) for s in scenarios} == {1, 2, 3, 4}
    assert {i.how for s in scenarios for i in s.interruptions} == {"stop", "kill", "power"}
    assert {fault.doing.value for s in scenarios for fault in s.disk_faults} == {
        "open",
        "write",
        "sync",
        "publish",
    }
    assert any(s.foreign for s in scenarios)
    assert any(s.heirs for s in scenarios)
    assert any(len(f.changes) > 1 for f in files)
    assert {f.traits.status for f in files} == {200, 403, 404, 410}
    assert min(f.versions[0].body.size for f in files) == 0
