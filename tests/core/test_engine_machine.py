"""Jobs, servers, a disk and a store in thirty lines each, run through whatever may happen to them.

After every step no claim runs ahead of the disk; DONE means every byte; and with the trouble over
it comes to an end.
"""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ddm.core.events import RoomGivenUp, StopRequested
from ddm.failures import Kind
from ddm.record import State
from tests.core.machine_files import FILES, MIRRORED
from tests.core.machine_world import REMOVED, World

STEPS = (
    *("bytes",) * 5, *("whole",) * 4, "break", "lie", *("refuse",) * 2, "gone",
    *("time",) * 4, *("disk",) * 4, "eio", "slow", "full", "quota", "room", "give up",
    "pause", "remove", "run", "check", "stop", "kill", "power", "unplug",
)  # fmt: skip


NETWORK = ("bytes", "whole", "break", "lie", "refuse", "gone")


def step(world, what, n):
    """One thing happens, whatever is possible then."""
    paper, engine = world.paper, world.paper.engine
    if what in ("stop", "kill", "power", "unplug"):
        leave(world, what)
    elif what in ("run", "check"):
        queue_again(world, what, n)
    elif what in TROUBLE:
        TROUBLE[what](world, n)
    elif what == "give up" and engine.stuck:
        paper.play(RoomGivenUp())
        assert not engine.stuck
    elif what in NETWORK and paper.live:
        exchange(world, sorted(paper.live)[n % len(paper.live)], what, n)
    elif engine.deadline() is not None:
        paper.wait()
    look(world)


TROUBLE = {
    "eio": lambda world, _: setattr(world, "eio", True),
    "slow": lambda world, _: setattr(world, "slow", not world.slow),
    "full": lambda world, n: world.full.update({n % 2 + 1: "full"}),
    "quota": lambda world, n: world.full.update({n % 2 + 1: "quota"}),
    "room": lambda world, _: world.full.clear(),
    "pause": World.pause,
    "remove": World.remove,
    "disk": World.answer_disk,
}


def exchange(world, transfer_id, what, n):
    """Something comes, or ends, on one connection."""
    flows = transfer_id in world.taken
    if transfer_id in world.cancelled and not (flows and what == "bytes"):
        world.paper.break_off(transfer_id, Kind.CANCELLED)
    elif flows:
        world.bring(transfer_id, what, n)
    else:
        world.answer(transfer_id, what, n)


def leave(world, what):
    if what == "stop":
        world.slow = False
        world.paper.play(StopRequested())
        for transfer_id in world.cancelled & set(world.paper.live):
            world.paper.break_off(transfer_id, Kind.CANCELLED)
        while world.syncs:
            world.answer_disk(0)
        assert world.paper.engine.idle
        look(world)
    if what in ("power", "unplug"):
        world.boot += what == "power"
        world.mount += what == "unplug"
        for part in world.disk.values():
            part.right = part.synced
    if what == "power":
        rows, states = world.durable
        world.rows, world.states = {n: dict(row) for n, row in rows.items()}, dict(states)
    world.begin()


def queue_again(world, what, n):
    """Run what rests or failed again, or ask for a file that is done."""
    job_id = n % len(world.files) + 1
    if world.paper.engine.holds(job_id):
        return
    if (world.states[job_id] is State.DONE) != (what == "check"):
        return
    if what == "check":
        world.rows[job_id]["checking"] = True
    world.states[job_id] = State.QUEUED
    world.offer(job_id)


def look(world):
    """What must hold after every step."""
    for view in world.paper.engine.take_left():
        if view.removed:
            world.removed(view.id)
    for job_id in world.files:
        world.check(job_id)


def is_over(world):
    """Let it go on without any more trouble; whether it came to an end."""
    world.eio = world.slow = False
    world.full.clear()
    for transfer_id in world.cancelled & set(world.paper.live):
        world.paper.break_off(transfer_id, Kind.CANCELLED)
    for _ in range(400):
        pending = world.syncs or world.digests
        what = "whole" if world.paper.live else "disk" if pending else "time"
        step(world, what, 0)
        if not world.paper.engine.admitted:
            return True
    return False


# What matters where one place is left for another.
MOVES = (*("bytes", "whole", "gone") * 3, *("time", "disk") * 2, "break", "lie", "kill", "run")


def stories(steps):
    return st.lists(
        st.tuples(st.sampled_from(steps), st.integers(0, 999)), min_size=40, max_size=80
    )


MANY = settings(
    max_examples=80,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@MANY
@given(stories(STEPS))
def test_no_claim_runs_ahead_done_means_whole_and_it_ends(make_paper, steps):
    run(World(make_paper, FILES), steps)


@MANY
@given(stories(MOVES))
def test_what_comes_from_several_places_is_one_of_their_files(make_paper, steps):
    run(World(make_paper, MIRRORED), steps)


def run(world, steps):
    for what, n in steps:
        step(world, what, n)

    assert is_over(world)
    assert set(world.states.values()) <= {State.DONE, State.FAILED, State.PAUSED, REMOVED}
