"""--receipt: what was fetched, from where, and who vouched for it."""

import hashlib
import json
import stat

from integration.servers.behaviours import Honest, Status
from integration.servers.bodies import body

CONTENT = body(3 << 20, seed=41)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_a_receipt_of_a_file_and_of_one_that_failed(ddm, scripted, download_dir):
    final = scripted.add("/real.bin", Honest(CONTENT)) + "?sig=secret"
    url = scripted.add("/asked", Status(302, ("Location", final)))
    gone = scripted.add("/gone", Status(404))

    ended = ddm("get", "--receipt", "r.json", url, gone)

    path = download_dir / "r.json"
    found = json.loads(path.read_text())
    first, second = found["jobs"]
    assert (ended.code, found["version"], found["exit_status"]) == (3, 1, 3)
    assert first["urls"] == [url, f"{scripted.url('/real.bin')}?sig=***"]
    assert (first["state"], first["path"]) == ("done", f"{download_dir}/real.bin")
    assert (first["size_bytes"], first["etag"]) == (len(CONTENT), '"one"')
    assert first["digests"] == [{"algorithm": "sha-256", "hex": SHA256, "by": "ddm"}]
    twice = first["fetched_bytes"] - len(CONTENT)  # at most the last of a slow connection
    assert (0 <= twice <= 512 << 10, first["exit_status"]) == (True, 0)
    assert first["added_s"] <= first["ended_s"]
    assert (second["state"], second["exit_status"], second["digests"]) == ("failed", 3, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_digest_that_was_asked_for_is_the_user_s(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT))

    ended = ddm("get", "--checksum", f"sha-256:{SHA256}", "--receipt", "r.json", url)

    (job,) = json.loads((download_dir / "r.json").read_text())["jobs"]
    assert ended.code == 0, ended.err
    assert job["digests"] == [{"algorithm": "sha-256", "hex": SHA256, "by": "user"}]


def test_a_receipt_that_cannot_be_written_is_an_error_before_anything_is_fetched(ddm, scripted):
    ended = ddm("get", "--receipt", "none/r.json", scripted.add("/a.bin", Honest(CONTENT)))

    assert (ended.code, ended.out) == (2, "")
    assert "--receipt" in ended.err
    assert scripted.log == []
