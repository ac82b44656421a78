"""--dry-run: everything is told, nothing is written."""

import base64
import hashlib
import json
from pathlib import Path

from integration.servers.behaviours import Honest, Status
from integration.servers.bodies import body

CONTENT = body(5 << 20, seed=31)
DIGEST = hashlib.sha256(CONTENT)
VOUCHED = (("Repr-Digest", f"sha-256=:{base64.b64encode(DIGEST.digest()).decode()}:"),)


def _written(ddm):
    home = Path(ddm.environment["HOME"])
    return [path for place in (home, ddm.directory) if place.exists() for path in place.iterdir()]


def test_what_would_be_fetched(ddm, scripted, download_dir):
    final = scripted.add("/real.bin", Honest(CONTENT, fields=VOUCHED)) + "?sig=secret"
    url = scripted.add("/asked", Status(302, ("Location", final)))

    ended = ddm("get", "--dry-run", "-d", "sub", url)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "real.bin",
        f"  from       {scripted.url('/real.bin')}?sig=***",
        "  size       5.0 MiB (5,242,880 bytes)",
        "  ranges     yes, 5 connections",
        '  validator  ETag "one"',
        f"  digest     sha-256:{DIGEST.hexdigest()}, from the server",
        f"  to         {download_dir}/sub/real.bin",
    ]
    assert _written(ddm) == []


def test_the_same_for_programs_with_what_failed(ddm, scripted, download_dir):
    (download_dir / "a.bin").touch()
    urls = [scripted.add("/a.bin", Honest(CONTENT)), scripted.add("/none", Status(404))]

    ended = ddm("add", "--dry-run", "--json", *urls)

    found = json.loads(ended.out)
    first, second = found["jobs"]
    assert (ended.code, found["version"]) == (3, 1)
    assert (first["name"], first["path"]) == ("a.bin", f"{download_dir}/a (1).bin")
    assert first["note"].startswith("exists; would be saved as a (1).bin")
    assert (first["size_bytes"], first["ranges"], first["etag"]) == (len(CONTENT), True, '"one"')
    assert (second["error"]["exit_status"], second["name"]) == (3, None)
    assert ended.err.startswith("ddm: none: ")
    assert [path.name for path in _written(ddm)] == ["a.bin"]


def test_json_without_a_dry_run_is_refused(ddm):
    ended = ddm("get", "--json", "http://127.0.0.1:1/a")

    assert (ended.code, ended.out) == (2, "")
    assert "--json goes with --dry-run" in ended.err
