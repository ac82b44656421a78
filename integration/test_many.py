"""Two dozen files at once, from two servers: one process with one thread."""

from pathlib import Path

from integration.program import finish
from integration.servers.behaviours import Gated
from integration.servers.bodies import body
from integration.servers.scripted import ScriptedServer

SIZE = 3 << 20


def test_two_dozen_files_at_once_in_one_thread(ddm, download_dir):
    contents = {f"file-{number}.bin": body(SIZE + number, seed=number) for number in range(24)}
    gates = {name: Gated(content, limit_bytes=SIZE // 4) for name, content in contents.items()}
    with ScriptedServer() as one, ScriptedServer() as other:
        servers = [one, other] * 12
        urls = [
            server.add(f"/{name}", gate)
            for server, (name, gate) in zip(servers, gates.items(), strict=True)
        ]
        with ddm.start("get", *urls) as process:
            assert all(gate.wait_until_reached() for gate in gates.values())
            status = Path(f"/proc/{process.pid}/status").read_text()
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
            for gate in gates.values():
                gate.release()
            ended = finish(process)

    assert "Threads:\t1\n" in status
    assert len(children.split()) <= 1  # that syncs the files
    assert not any(Path(f"/proc/{child}").exists() for child in children.split())
    assert ended.code == 0, ended.err
    assert sorted(ended.out.splitlines()) == sorted(str(download_dir / name) for name in contents)
    wrong = [n for n, content in contents.items() if (download_dir / n).read_bytes() != content]
    assert wrong == []
