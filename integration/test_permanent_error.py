"""A range that is refused for ever ends the job at once; what came beside it is kept."""

import time

from werkzeug import Request, Response

from integration.servers.behaviours import ForbiddenRange
from integration.servers.bodies import body

MIB = 1 << 20
SIZE = 16 * MIB
CONTENT = body(SIZE, seed=4)
REFUSED_AT = SIZE // 2


def serve(request: Request) -> Response:
    """Ranges of the content, but 403 to the one in the middle."""
    asked = request.headers.get("Range", f"bytes=0-{SIZE - 1}")
    first, last = map(int, asked.removeprefix("bytes=").split("-"))
    if first <= REFUSED_AT <= last:
        return Response("no\n", status=403)
    fields = {"Content-Range": f"bytes {first}-{last}/{SIZE}", "ETag": '"one"'}
    return Response(CONTENT[first : last + 1], status=206, headers=fields)


def test_a_range_that_is_refused_for_ever_ends_the_job(ddm, httpserver, download_dir):
    httpserver.expect_request("/file.bin").respond_with_handler(serve)

    ended = ddm("get", httpserver.url_for("/file.bin"), timeout_s=20)

    assert ended.code == 24
    assert "403" in ended.err
    assert "Traceback" not in ended.err
    assert [path.name for path in download_dir.iterdir()] == ["file.bin.part"]
    (job,) = ddm.status()["jobs"]
    assert job["state"] == "failed"
    assert 0 < job["done_bytes"] < SIZE


def test_its_siblings_are_stopped_at_once(ddm, scripted):
    url = scripted.add("/file.bin", ForbiddenRange(CONTENT, at=REFUSED_AT, bytes_per_s=MIB / 8))

    began = time.monotonic()
    ended = ddm("get", url)
    took_s = time.monotonic() - began

    assert ended.code == 24
    assert took_s < 8  # the slow siblings alone would need longer
    (job,) = ddm.status()["jobs"]
    assert (job["state"], 0 < job["done_bytes"] < SIZE) == ("failed", True)
