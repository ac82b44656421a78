"""Connections stay within their limits, and nobody is asked too often (promise 9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from ddm.http.url import Origin
from ddm.limits import Limits
from ddm.spec import JobSpec
from ddm.testing.origin import Internet
from ddm.testing.story import Story

REQUESTS_MAX = 300


class Traffic:
    """Looks at what one process asks of the servers."""

    def __init__(self, internet: Internet, limits: Limits, story: Story) -> None:
        self._internet = internet
        self._limits = limits
        self._story = story
        self._asked: Counter[str] = Counter()
        self._urls: Sequence[str] = ()

    def begin_run(self) -> None:
        """Requests are counted anew."""
        self._asked = self._internet.requests.copy()

    def check(self, urls: Sequence[str], jobs: Sequence[JobSpec]) -> None:
        """What runs now, and what was asked for in this run."""
        if urls != self._urls:
            self._urls = urls
            self.check_connections(urls, jobs)
            self.check_requests(jobs)

    def check_connections(self, urls: Sequence[str], jobs: Iterable[JobSpec]) -> None:
        """Transfers in all, per host, per job."""
        if len(urls) > self._limits.max_total_connections:
            raise self._story.violation(f"{len(urls)} connections in all")
        for (scheme, host), count in Counter(urlsplit(url)[:2] for url in urls).items():
            if count > self._limits.ceiling(Origin.of_key(f"{scheme}://{host}").key):
                raise self._story.violation(f"{count} connections to {host}")
        per_file = Counter(id(self._internet.file(url)) for url in urls)
        for spec in jobs:
            most = min(spec.max_segments or self._limits.max_segments, self._limits.max_segments)
            if (file := self._internet.file(spec.url)) and per_file[id(file)] > most:
                raise self._story.violation(f"{per_file[id(file)]} connections for {spec.url}")

    def check_requests(self, jobs: Iterable[JobSpec]) -> None:
        """Nobody is asked too often for anything in one run."""
        made = self._internet.requests
        if made.total() - self._asked.total() <= REQUESTS_MAX:
            return
        for spec in jobs:
            count = sum(made[url] - self._asked[url] for url in self._internet.chain(spec.url))
            if count > REQUESTS_MAX:
                raise self._story.violation(f"{count} requests for {spec.url}")
