"""Names are looked up elsewhere: nobody waits for those that never answer, and there is one thread."""

import contextlib
import signal
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from integration.namespace import in_namespace, mount_over
from integration.program import finish
from integration.servers.behaviours import Gated, Honest
from integration.servers.dns import RESOLV_CONF, DnsServer
from integration.servers.scripted import ScriptedServer
from integration.servers.threaded import Threaded

HOSTS, STUCK = 100, 30
UNRESOLVED, INTERRUPTED = 19, 130
LEAVES_WITHIN_S = 2
PATIENCE_S = 30
ASKS_ONCE = ("--max-tries", 1)


@contextlib.contextmanager
def machine(directory, zone, hosts=""):
    """Names are looked up in this hosts file and at a server with this zone."""
    mount_over("/etc/nsswitch.conf", "hosts: files dns\n", directory)
    mount_over("/etc/hosts", f"127.0.0.1 localhost\n{hosts}\n", directory)
    mount_over("/etc/resolv.conf", RESOLV_CONF, directory)
    with DnsServer(zone) as dns:
        yield dns


def named(url, host):
    """The URL with the host's name for 127.0.0.1."""
    return url.replace("127.0.0.1", host)


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {int(child) for child in children}


def wait_until(holds, meanwhile=lambda: None):
    give_up_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up_at, "that takes too long"
        meanwhile()
        time.sleep(0.01)  # another process is looked at from outside


class Watch:
    """Looks at a process's threads; most: how many there were at once."""

    def __init__(self, process):
        self._tasks = Path(f"/proc/{process.pid}/task")
        self.most = self.looks = 0

    def look(self):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            self.most = max(self.most, len(list(self._tasks.iterdir())))
            self.looks += 1


@in_namespace
def test_of_a_hundred_hosts_those_that_answer_wait_for_none_that_does_not(
    ddm, download_dir, tmp_path
):
    stuck = [f"stuck{number}.test" for number in range(STUCK)]
    quick = [f"quick{number}.test" for number in range(HOSTS - STUCK)]
    zone = dict.fromkeys(stuck) | dict.fromkeys(quick, ("127.0.0.1",))
    with machine(tmp_path, zone) as dns, ScriptedServer() as server:
        urls = [
            named(server.add(f"/{host}.bin", Honest(host.encode())), host) for host in stuck + quick
        ]
        assert ddm("add", *urls).code == 0
        with ddm.start("run", *ASKS_ONCE) as process:
            watch = Watch(process)
            wait_until(lambda: len(list(download_dir.glob("quick*.bin"))) == len(quick), watch.look)
            meanwhile = {job["url"]: job for job in ddm.status()["jobs"]}
            wait_until(lambda: process.poll() is not None, watch.look)
            ended = finish(process)
        jobs = ddm.status()["jobs"]

    assert (watch.most, watch.looks > 20) == (1, True)
    assert {meanwhile[url]["state"] for url in urls[:STUCK]} == {"resolving"}
    assert all(host in str(meanwhile[url]) for host, url in zip(stuck, urls, strict=False))
    assert ended.code == UNRESOLVED, ended.err
    assert {job["state"] for job in jobs[:STUCK]} == {"failed"}
    assert {job["state"] for job in jobs[STUCK:]} == {"done"}
    assert {(dns.queries[host, "A"], dns.queries[host, "AAAA"]) for host in quick} == {(1, 1)}


@in_namespace
def test_ctrl_c_does_not_wait_for_names_that_never_answer(ddm, tmp_path):
    hosts = [f"stuck{number}.test" for number in range(HOSTS)]
    with machine(tmp_path, dict.fromkeys(hosts)) as dns:
        assert ddm("add", *(f"http://{host}/a.bin" for host in hosts)).code == 0
        with ddm.start("run") as process:
            wait_until(lambda: len(dns.queries) >= STUCK)
            children = descendants(process.pid)
            process.send_signal(signal.SIGINT)
            begun_s = time.monotonic()
            ended = finish(process)
            took_s = time.monotonic() - begun_s

    assert took_s < LEAVES_WITHIN_S
    assert ended.code == INTERRUPTED, ended.err
    assert children
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


@in_namespace
def test_a_host_is_looked_up_once_for_all_its_jobs(ddm, download_dir, tmp_path):
    with machine(tmp_path, {"name.test": ("127.0.0.1",)}) as dns, ScriptedServer() as server:
        urls = [
            named(server.add(f"/{number}.bin", Honest(bytes(1 << 20))), "name.test")
            for number in range(20)
        ]
        ended = ddm("get", *urls)

    assert ended.code == 0, ended.err
    assert len(list(download_dir.iterdir())) == len(urls)
    assert dns.queries == {("name.test", "A"): 1, ("name.test", "AAAA"): 1}


class Six(ThreadingHTTPServer):
    """A server at [::1]."""

    address_family = 10


class Says(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"six")

    def log_message(self, *_):
        """Quiet."""


@in_namespace
def test_a_host_is_reached_where_only_its_ipv4_address_works(ddm, download_dir, tmp_path):
    zone = {"name.test": ("fd00::1", "::1", "127.0.0.1")}
    with machine(tmp_path, zone), ScriptedServer() as server:
        ended = ddm("get", *ASKS_ONCE, named(server.add("/a", Honest(b"four")), "name.test"))

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "four"


@in_namespace
def test_a_host_is_reached_where_only_its_ipv6_address_works(ddm, download_dir, tmp_path):
    zone = {"name.test": ("127.0.0.9", "::1")}
    with machine(tmp_path, zone), Threaded(Six(("::1", 0), Says)) as server:
        ended = ddm("get", *ASKS_ONCE, f"http://name.test:{server.port}/a")

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "six"


@in_namespace
def test_a_name_of_the_hosts_file_needs_no_server(ddm, download_dir, tmp_path):
    hosts = "127.0.0.1 only-here"
    with machine(tmp_path, {}, hosts) as dns, ScriptedServer() as server:
        ended = ddm("get", named(server.add("/a", Honest(b"a")), "only-here"))

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "a"
    assert not dns.queries


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "a.localhost"])
def test_nobody_is_asked_for_an_address_or_for_localhost(ddm, scripted, download_dir, host):
    gate = Gated(bytes(1 << 20), limit_bytes=1 << 18)
    with ddm.start("get", named(scripted.add("/a", gate), host)) as process:
        assert gate.wait_until_reached()
        children = descendants(process.pid)
        gate.release()
        ended = finish(process)

    assert ended.code == 0, ended.err
    assert len(children) <= 1  # that will sync the file; none that looks up


@in_namespace
def test_a_name_that_nobody_knows_fails_with_words_and_a_code_of_its_own(ddm, tmp_path):
    with machine(tmp_path, {}):
        ended = ddm("get", *ASKS_ONCE, "http://nobody-knows.test/a")

    assert ended.code == UNRESOLVED, ended.err
    assert "nobody-knows.test" in ended.err


@in_namespace
def test_a_name_that_answers_later_is_found_at_the_next_try(ddm, download_dir, tmp_path):
    with machine(tmp_path, {"name.test": None}) as dns, ScriptedServer() as server:
        url = named(server.add("/a", Honest(b"a")), "name.test")
        with ddm.start("get", url) as process:
            wait_until(lambda: dns.queries["name.test", "A"] > 1)
            dns.zone["name.test"] = ("127.0.0.1",)
            ended = finish(process)

    assert ended.code == 0, ended.err
    assert (download_dir / "a").read_text() == "a"
