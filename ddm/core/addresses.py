"""The addresses of hosts: looked up elsewhere, shared by all jobs, and aged.

Nobody says how long an address holds (getaddrinfo(3) has no word for it), so it is asked for anew after a minute, as
libcurl does by itself; until the answer is there the old one serves. What is much older, or led to a host that could
not be reached, does not: then a job waits. A name that cannot be looked up is tried again as a request would be,
once for all jobs, and then for a moment nobody asks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec import Struct

from ddm import redact
from ddm.failures import Failure
from ddm.http.name import Addresses, Name, own_addresses
from ddm.http.proxy import Proxies, names_of
from ddm.http.url import URL, Origin
from ddm.limits import ADDRESS_FRESH_S, ADDRESS_STALE_S, HOSTS_MAX, NAME_FAILED_S

_NEVER = float("-inf")


class Way(Struct, frozen=True):
    """How an origin is reached.

    proxy: its URL, "" for none. names: what has to be looked up on the way. known: what needs no look-up.
    """

    proxy: str
    names: tuple[Name, ...]
    known: tuple[Addresses, ...]

    def __repr__(self) -> str:
        """For tracebacks: a proxy's URL may hold a password."""
        return f"Way({redact.url(self.proxy)!r}, {self.names!r})"


class Host(Struct):
    """What is known of one name.

    addresses: the last that were found, at known_s. asked_s: since when a look-up is under way. tries: how many
    failed in a row, the last with failure; again_s: not before that is it tried once more. given_up: that was the
    last try for those who waited.
    """

    addresses: tuple[str, ...] = ()
    known_s: float = _NEVER
    asked_s: float | None = None
    tries: int = 0
    failure: Failure | None = None
    again_s: float = _NEVER
    given_up: bool = False


class AddressBook:
    """The names on the ways to origins, and what is known of them."""

    def __init__(self, proxies: Proxies) -> None:
        """`proxies`: those that the environment names."""
        self._proxies = proxies
        self._ways: dict[tuple[Origin, str | None], Way] = {}
        self._hosts: dict[str, Host] = {}
        self._waiting: dict[str, set[int]] = {}  # jobs that cannot go on without a name

    def way(self, url: URL, asked: str | None) -> Way:
        """The way to where a URL leads. asked: the proxy that the user wants, as `Route` has it."""
        key = url.origin, asked
        way = self._ways.get(key)
        if way is None:
            if len(self._ways) >= HOSTS_MAX:
                self._ways.clear()
            way = self._ways[key] = _way(url, self._proxies.chosen(url, asked))
        return way

    def host(self, name: str) -> Host:
        """What is known of a name."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host()
        return host

    def found(self, way: Way) -> tuple[Addresses, ...]:
        """For libcurl: what is known of the names on a way, however old."""
        found = ((name, self.host(name.host).addresses) for name in way.names)
        return way.known + tuple(
            Addresses(name.host, name.port, addresses) for name, addresses in found if addresses
        )

    def lacking(self, way: Way, now: float) -> str | None:
        """The first name on a way that nobody may be sent by, None if it is clear."""
        for name in way.names:
            if self.host(name.host).known_s < now - ADDRESS_STALE_S:
                return name.host
        return None

    def to_ask(self, way: Way, now: float) -> Iterator[str]:
        """The names on a way that are to be looked up now; from here on they are being looked up."""
        for name in way.names:
            host = self.host(name.host)
            if (
                host.asked_s is None
                and host.again_s <= now
                and host.known_s < now - ADDRESS_FRESH_S
            ):
                host.asked_s = now
                if host.given_up:
                    host.tries, host.failure, host.given_up = 0, None, False
                yield name.host

    def answered(self, name: str, addresses: tuple[str, ...], now: float) -> None:
        """A look-up is over, and well."""
        self._hosts[name] = Host(addresses, now)

    def failed(self, name: str, failure: Failure, again_s: float, *, given_up: bool) -> None:
        """A look-up is over, in vain; the next one is not to be made before `again_s`."""
        host = self.host(name)
        host.asked_s, host.failure, host.again_s = None, failure, again_s
        host.tries += 1
        host.given_up = given_up

    def forgive(self) -> None:
        """Somebody asks for something anew: names that were given up may be looked up at once."""
        for host in self._hosts.values():
            if host.given_up:
                host.again_s = _NEVER

    def doubt(self, way: Way, now: float) -> None:
        """Nobody could be reached there: what is known is not believed any more, unless it was asked for just now."""
        for host in (self.host(name.host) for name in way.names):
            if host.known_s < now - NAME_FAILED_S:
                host.known_s = _NEVER

    # -- jobs that wait --------------------------------------------------------------------------------

    def wait(self, name: str, job_id: int) -> None:
        """The job cannot go on without this name."""
        self._waiting.setdefault(name, set()).add(job_id)

    def take_waiting(self, name: str) -> set[int]:
        """The jobs that waited for a name; some may have left."""
        return self._waiting.pop(name, set())

    def next_s(self) -> float | None:
        """When a name that jobs wait for may be asked for again; None if that is not a question of time."""
        hosts = (self.host(name) for name in self._waiting)
        return min((host.again_s for host in hosts if host.asked_s is None), default=None)

    def take_due(self, now: float) -> set[int]:
        """The jobs that wait for a name which may be asked for again."""
        hosts = [(name, self.host(name)) for name in self._waiting]
        due = [name for name, host in hosts if host.asked_s is None and host.again_s <= now]
        return set().union(*map(self.take_waiting, due))

    @property
    def waiting(self) -> int:
        """How many jobs wait for a name."""
        return sum(map(len, self._waiting.values()))

    def forget_but(self, names: Collection[str]) -> None:
        """Where there are too many, forget those that nobody needs; `names` are needed."""
        if len(self._hosts) >= HOSTS_MAX:
            for name, host in list(self._hosts.items()):
                if not (name in names or name in self._waiting or host.asked_s is not None):
                    del self._hosts[name]


def _way(url: URL, proxy: str) -> Way:
    names = names_of(url, proxy)
    own = (Addresses(name.host, name.port, own_addresses(name.host)) for name in names)
    known = tuple(each for each in own if each.addresses)
    return Way(proxy, tuple(name for name in names if not own_addresses(name.host)), known)
