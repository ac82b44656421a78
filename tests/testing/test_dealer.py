from ddm.testing.dealer import draw
from ddm.testing.trouble import Trouble

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
        "rename",
        "sync a directory",
        "remove",
        "read",
    }
    assert {o.too_many for s in scenarios for o in s.origins} == {403, 503, 0}
    assert {f.traits.digest for f in files} == {None, "right", "wrong"}
    assert {f.traits.hangs_up_bytes for f in files} > {None, 1, 100, 5000}
    assert {len(j.checksums) for s in scenarios for j in s.jobs} == {0, 1}
    assert any(j.url.startswith("https:") for s in scenarios for j in s.jobs)
    assert any(s.limits.timeout_secs for s in scenarios)
    assert any(s.foreign for s in scenarios)
    assert any(s.heirs for s in scenarios)
    assert any(len(f.changes) > 1 for f in files)
    assert {f.traits.status for f in files} == {200, 403, 404, 410}
    assert min(f.versions[0].body.size for f in files) == 0


def test_bits_flip_only_where_somebody_knows_a_digest():
    for scenario in map(draw, SEEDS):
        files = {path: f for o in scenario.origins for path, f in o.files.items()}
        told = sum(bool(job.checksums) for job in scenario.jobs)
        unknown = [f for f in files.values() if f.traits.digest is None]
        assert sum(Trouble.FLIP in f.temper.kinds for f in unknown) <= told
