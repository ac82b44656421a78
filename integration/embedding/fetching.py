"""Behaviours: jobs that are fetched, that wait, that fail."""

from __future__ import annotations

import hashlib
import threading

import pytest

from ddm import DownloadError, Exit, State
from integration.embedding.stage import Stage
from integration.servers.behaviours import First, Honest, Status
from integration.servers.bodies import body
from integration.servers.certificate import make_certificate, server_context
from integration.servers.scripted import Reply, Request, ScriptedServer

KIB = 1 << 10
MANY, TOGETHER = 24, 8


class _Meeting(Honest):
    """A file that nobody gets before so many have asked for theirs."""

    def __init__(self, content: bytes, meeting: threading.Barrier) -> None:
        super().__init__(content)
        self._meeting = meeting

    def answer(self, request: Request, reply: Reply) -> None:
        """Wait for the others."""
        self._meeting.wait()
        super().answer(request, reply)

    def release(self) -> None:
        """Let everybody go."""
        self._meeting.abort()


async def two_dozen_jobs_are_fetched_some_at_a_time(stage: Stage) -> None:
    meeting = threading.Barrier(TOGETHER)
    contents = [body(100 * KIB + number, number) for number in range(MANY)]
    manager = stage.open("queue")
    async with stage.embedded(manager):
        jobs = [
            manager.add(
                stage.server.add(f"/{number}", _Meeting(content, meeting)),
                stage.to(f"{number}.bin"),
            )
            for number, content in enumerate(contents)
        ]
        await stage.over(manager.quiet())

    assert [job.result().read_bytes() for job in jobs] == contents
    assert manager.idle


async def a_file_with_a_digest_is_compared_with_it(stage: Stage) -> None:
    content = body(700 * KIB)
    url = stage.server.add("/", Honest(content))
    right, wrong = hashlib.sha256(content).hexdigest(), hashlib.sha256(b"").hexdigest()
    manager = stage.open("queue")
    async with stage.embedded(manager):
        good = manager.add(url, stage.to("good"), checksums=[f"sha-256:{right}"])
        bad = manager.add(url, stage.to("bad"), checksums=[f"sha-256:{wrong}"])

        assert (await stage.result(good)).read_bytes() == content
        with pytest.raises(DownloadError) as caught:
            await stage.result(bad)

    assert caught.value.code is Exit.CHECKSUM
    assert not stage.to("bad").exists()


async def a_server_that_is_busy_is_waited_for(stage: Stage) -> None:
    content = body(300 * KIB)
    busy = Status(503, ("Retry-After", "1"))
    manager = stage.open()
    async with stage.embedded(manager):
        job = manager.add(stage.server.add("/", First(1, busy, Honest(content))), stage.to("file"))
        await stage.until("the job waits", lambda: job.state is State.WAITING)
        waiting = job.view()
        path = await stage.result(job)

    assert waiting.waiting_s is not None
    assert 0 < waiting.waiting_s <= 1
    assert "503" in (waiting.reason or "")
    assert path.read_bytes() == content


async def a_job_that_fails_says_why_and_the_others_go_on(stage: Stage) -> None:
    content = body(300 * KIB)
    manager = stage.open()
    async with stage.embedded(manager):
        missing = manager.add(stage.server.url("/missing"), stage.to("missing"))
        there = manager.add(stage.server.add("/there", Honest(content)), stage.to("there"))
        with pytest.raises(DownloadError, match="404") as caught:
            await stage.result(missing)

        assert (await stage.result(there)).read_bytes() == content
    assert caught.value.code is Exit.NOT_FOUND
    assert missing.state is State.FAILED


async def a_job_that_failed_is_tried_again_when_it_is_resumed(stage: Stage) -> None:
    content = body(300 * KIB)
    manager = stage.open("queue")
    async with stage.embedded(manager):
        url = stage.server.add("/", First(1, Status(404), Honest(content)))
        job = manager.add(url, stage.to("file"))
        with pytest.raises(DownloadError):
            await stage.result(job)
        job.resume()

        assert (await stage.result(job)).read_bytes() == content


async def a_file_comes_over_tls(stage: Stage) -> None:
    content = body(700 * KIB)
    certificate = make_certificate(stage.directory)
    manager = stage.open()
    with ScriptedServer(server_context(certificate)) as server:
        url = server.add("/", Honest(content))
        async with stage.embedded(manager):
            trusting = manager.add(url, stage.to("file"), ca_file=certificate)
            doubting = manager.add(url, stage.to("other"))

            assert (await stage.result(trusting)).read_bytes() == content
            with pytest.raises(DownloadError) as caught:
                await stage.result(doubting)
    assert caught.value.code is Exit.TLS


async def several_managers_are_at_home_in_one_loop(stage: Stage) -> None:
    contents = [body(400 * KIB, number) for number in range(4)]
    urls = [stage.server.add(f"/{each}", Honest(content)) for each, content in enumerate(contents)]
    one, other = stage.open("one"), stage.open()
    async with stage.embedded(one), stage.embedded(other):
        jobs = [
            manager.add(url, stage.to(f"{number}"))
            for number, (manager, url) in enumerate(
                zip([one, other, one, other], urls, strict=True)
            )
        ]
        paths = [await stage.result(job) for job in jobs]

    assert [path.read_bytes() for path in paths] == contents
    assert [job.id for job in jobs] == [1, 1, 2, 2]


ALL = (
    two_dozen_jobs_are_fetched_some_at_a_time,
    a_file_with_a_digest_is_compared_with_it,
    a_server_that_is_busy_is_waited_for,
    a_job_that_fails_says_why_and_the_others_go_on,
    a_job_that_failed_is_tried_again_when_it_is_resumed,
    a_file_comes_over_tls,
    several_managers_are_at_home_in_one_loop,
)
