"""Add now, fetch later; and two processes that share one queue."""

from integration.program import finish
from integration.servers.behaviours import Gated, Honest
from integration.servers.bodies import body

MIB = 1 << 20


def test_add_prints_ids_and_run_fetches_all_in_order(ddm, scripted, download_dir):
    urls = [scripted.add(f"/{name}.bin", Honest(name.encode())) for name in "abc"]

    added = ddm("add", *urls)
    queued = ddm.status()["jobs"]
    ran = ddm("run", "--jobs", 1)

    assert (added.code, added.out) == (0, "1\n2\n3\n")
    assert [(job["id"], job["state"]) for job in queued] == [
        (1, "queued"),
        (2, "queued"),
        (3, "queued"),
    ]
    assert ran.code == 0, ran.err
    assert [request.path for request in scripted.log] == ["/a.bin", "/b.bin", "/c.bin"]
    assert [job["state"] for job in ddm.status()["jobs"]] == ["done", "done", "done"]
    assert {path.name: path.read_text() for path in download_dir.iterdir()} == {
        "a.bin": "a",
        "b.bin": "b",
        "c.bin": "c",
    }


def test_add_asks_nobody(ddm, scripted):
    ddm("add", scripted.add("/a.bin", Honest(b"a")))

    assert scripted.log == []


def test_run_with_an_empty_queue_is_no_error(ddm):
    assert ddm("run").code == 0


def test_status_of_a_new_user_is_empty(ddm):
    assert ddm.status()["jobs"] == []


def test_a_job_that_failed_is_not_run_again_by_itself(ddm, scripted):
    ddm("add", scripted.url("/missing.bin"))

    first = ddm("run")
    asked = len(scripted.log)
    second = ddm("run")

    assert (first.code, second.code) == (3, 0)
    assert len(scripted.log) == asked


def test_get_while_run_holds_the_queue_hands_its_job_over(ddm, scripted, download_dir):
    content = body(4 * MIB)
    gate = Gated(content, limit_bytes=MIB)
    ddm("add", scripted.add("/long.bin", gate))

    with ddm.start("run") as running:
        assert gate.wait_until_reached()
        with ddm.start("get", scripted.add("/short.bin", Honest(b"short"))) as getting:
            assert scripted.wait_for(["/short.bin"])
            handed_over = finish(getting)
        gate.release()
        ran = finish(running)

    assert (handed_over.code, ran.code) == (0, 0), handed_over.err + ran.err
    assert (download_dir / "short.bin").read_bytes() == b"short"
    assert (download_dir / "long.bin").read_bytes() == content
