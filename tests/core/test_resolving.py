import pytest

from ddm.core import commands, events
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.name import Addresses
from ddm.limits import ADDRESS_STALE_S, NAME_FAILED_S
from ddm.record import State, Wanted
from ddm.spec import Route

MIB = 1 << 20
URL = "https://c.test/f.bin"
MISSING = Failure(Kind.UNRESOLVED, "c.test has no address", Exit.NAME_RESOLUTION)
V4 = ("192.0.2.1",)


@pytest.fixture
def silent(paper):
    """Nobody answers a look-up but the test."""
    paper.answers[commands.LookUp] = lambda _: None
    return paper


def asked(said):
    return [command.host for command in said if isinstance(command, commands.LookUp)]


def sent(said):
    return [command for command in said if isinstance(command, commands.StartTransfer)]


def test_a_job_waits_for_the_name_of_its_host_in_a_state_of_its_own(silent):
    said = silent.offer(url=URL)
    assert asked(said) == ["c.test"]
    assert not sent(said)
    assert silent.states() == [State.RESOLVING]
    (view,) = silent.engine.view(silent.now).jobs
    assert view.reason == "the address of c.test is looked up"


def test_the_answer_sends_its_request_with_the_addresses(silent):
    silent.offer(url=URL)
    said = silent.play(events.LookedUp("c.test", V4))
    (request,) = sent(said)
    assert request.addresses == (Addresses("c.test", 443, V4),)
    assert silent.states() == [State.RESOLVING, State.PROBING]


def test_one_look_up_serves_all_jobs(silent):
    assert asked(silent.offer(url=URL, job_id=1)) == ["c.test"]
    assert asked(silent.offer(url=URL, job_id=2)) == []
    assert len(sent(silent.play(events.LookedUp("c.test", V4)))) == 2


def test_who_waits_for_a_name_takes_no_connection_from_others(paper):
    paper.answers[commands.LookUp] = lambda _: None
    paper.offer(url=URL, job_id=1)
    assert paper.engine.view(paper.now).connections == 0
    assert len(sent(paper.offer(2, "https://example.org/g"))) == 1


def test_a_name_is_tried_three_times_for_all_and_then_its_jobs_fail(silent):
    silent.offer(url=URL, job_id=1)
    silent.offer(url=URL, job_id=2)
    for _ in range(2):
        silent.play(events.LookedUp("c.test", (), MISSING))
        assert asked(silent.wait()) == ["c.test"]
    said = silent.play(events.LookedUp("c.test", (), MISSING))
    failed = [c for c in said if isinstance(c, commands.RecordState) and c.state is State.FAILED]
    assert [command.job_id for command in failed] == [1, 2]
    assert failed[0].failure.message == "c.test has no address (gave up after 3 tries)"
    assert failed[0].failure.kind is Kind.UNRESOLVED


def test_a_proxy_that_cannot_be_found_is_called_the_proxy(silent):
    silent.offer(url=URL, spec={"route": Route("http://c.proxy:3128")})
    (explained,) = silent.engine.explain(1, silent.now).causes
    for _ in range(3):
        said = silent.play(events.LookedUp("c.proxy", (), MISSING))
        silent.wait()
    (failed,) = (c for c in said if isinstance(c, commands.RecordState))
    assert explained.sentence.startswith("the address of its proxy c.proxy has been asked for")
    assert failed.failure.message.startswith("no way to its proxy: c.test has no address")


def test_jobs_that_come_right_after_a_name_was_given_up_fail_with_it(silent):
    silent.offer(url=URL, job_id=1)
    silent.play(events.LookedUp("c.test", (), MISSING))
    silent.wait()
    silent.play(events.LookedUp("c.test", (), MISSING))
    silent.wait()
    silent.play(events.LookedUp("c.test", (), MISSING))
    said = silent.offer(url=URL, job_id=2)
    assert not asked(said)
    assert silent.states(2) == [State.FAILED]
    silent.now += NAME_FAILED_S
    assert asked(silent.offer(url=URL, job_id=3)) == ["c.test"]


def test_a_job_that_is_queued_again_is_not_failed_by_what_was_found_before(silent):
    silent.offer(url=URL)
    for _ in range(2):
        silent.play(events.LookedUp("c.test", (), MISSING))
        silent.wait()
    silent.play(events.LookedUp("c.test", (), MISSING))
    silent.play(events.QueueChanged())
    assert asked(silent.offer(url=URL)) == ["c.test"]


def test_a_job_whose_name_is_missing_goes_on_at_its_mirror(silent):
    silent.offer(url=URL, spec={"mirrors": ("https://example.org/f.bin",)})
    for _ in range(2):
        silent.play(events.LookedUp("c.test", (), MISSING))
        silent.wait()
    said = silent.play(events.LookedUp("c.test", (), MISSING))
    assert [c.request.url for c in sent(said)] == ["https://example.org/f.bin"]


def test_a_job_that_waits_for_a_name_can_be_paused_and_resumed(silent):
    silent.offer(url=URL)
    silent.play(events.WishChanged(1, Wanted.PAUSE))
    assert silent.states()[-1] is State.PAUSED
    silent.play(events.LookedUp("c.test", V4))
    assert len(sent(silent.offer(url=URL))) == 1


def test_a_running_job_is_not_ended_by_a_name_that_cannot_be_looked_up_any_more(make_paper):
    paper = make_paper(stall_timeout_secs=1e6, max_segments=2)
    paper.begin(64 * MIB, url=URL)
    paper.answers[commands.LookUp] = lambda c: events.LookedUp(c.host, (), MISSING)
    paper.now += ADDRESS_STALE_S + 1
    first = min(paper.live)
    paper.break_off(first, Kind.BROKEN, paper.positions[first] + 64 * 1024)
    while asked(paper.said[-1:]) or paper.engine.deadline() < paper.now + NAME_FAILED_S:
        paper.wait()
    assert State.FAILED not in paper.states()
    assert len(paper.live) == 1


def test_explain_says_which_name_is_looked_up_and_since_when(silent):
    silent.offer(url=URL)
    silent.now += 3
    (cause,) = silent.engine.explain(1, silent.now).causes
    assert cause.word.value == "resolving"
    assert "c.test has been asked for for 3" in cause.sentence
    silent.play(events.LookedUp("c.test", (), MISSING))
    (cause,) = silent.engine.explain(1, silent.now).causes
    assert cause.sentence.startswith("c.test has no address; asked again in")
    assert cause.until_s is not None


def test_the_story_tells_of_look_ups(silent):
    silent.offer(url=URL)
    silent.play(events.LookedUp("c.test", V4))
    told = [line.text for line in silent.engine.explain(1, silent.now, story=True).story]
    assert "the addresses of c.test are asked for" in told
    assert "c.test is 192.0.2.1" in told
