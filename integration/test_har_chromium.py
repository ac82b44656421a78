"""A real HAR: Chromium visits a page that redirects to a file behind a cookie, and its own exporter saves it."""

import pytest

from integration import chromium
from integration.chromium import Chromium
from integration.servers.behaviours import Honest, Plain, redirect
from integration.servers.bodies import body

CONTENT = body(300_000)

pytestmark = pytest.mark.skipif(
    chromium.program() is None, reason="Chromium is missing: apt-get install chromium"
)


class Page(Plain):
    """Gives a cookie, and goes on to the download."""

    def answer(self, request, reply):
        content = b'<script>location.href = "/download?id=7"</script>'
        fields = [("Content-Type", "text/html"), ("Content-Length", len(content))]
        reply.head(200, [*fields, ("Set-Cookie", "sid=s3cret; Path=/; HttpOnly")])
        reply.body(content)


class BehindCookie(Honest):
    """The file, for who brings the cookie."""

    def answer(self, request, reply):
        if request.headers.get("cookie") == "sid=s3cret":
            super().answer(request, reply)
        else:
            reply.head(403, [("Content-Length", 0)])


@pytest.fixture
def save(scripted, tmp_path):
    """Let Chromium visit the page; where its HAR is."""

    def saved(*, sanitized=False):
        scripted.add("/", Page())
        scripted.add("/download", redirect("/files/real.bin?sig=s1gned"))
        attachment = ("Content-Disposition", 'attachment; filename="right name.bin"')
        scripted.add("/files/real.bin", BehindCookie(CONTENT, fields=(attachment,)))
        home = tmp_path / "chromium"
        home.mkdir()
        path = tmp_path / "page.har"
        with Chromium(home) as browser:
            last = scripted.url("/files/real.bin?sig=s1gned")
            path.write_text(browser.har(scripted.url("/"), last, sanitized=sanitized))
        return path

    return saved


def test_with_its_cookie_the_file_is_fetched(ddm, save, scripted, download_dir):
    path = save()
    added = ddm("import-har", "--allow-cookies", path)
    ran = ddm("run")

    assert (added.code, added.out) == (0, "1\n"), added.err
    assert f"secrets are stored: Cookie for {scripted.url('')};" in added.err
    assert ran.code == 0, ran.err
    assert (download_dir / "right name.bin").read_bytes() == CONTENT
    assert "s3cret" not in added.err + ran.err + str(ddm.status())
    assert "Chrome/" in scripted.requests("/files/real.bin")[-1].headers["user-agent"]


def test_without_the_flag_one_sentence_says_what_is_left_out(ddm, save, scripted):
    path = save()
    added = ddm("import-har", "--pick", "/download", path)
    ran = ddm("run")

    assert (added.code, added.out) == (0, "1\n"), added.err
    _, sentence = added.err.splitlines()
    assert sentence == (
        f"ddm: left out, as they may be secrets: Cookie for {scripted.url('')};"
        " with --allow-cookies they are stored and sent"
    )
    assert ran.code == 24
    assert "cookie" not in scripted.log[-1].headers


def test_a_har_saved_without_sensitive_data_has_no_cookies_and_that_is_said(ddm, save):
    added = ddm("import-har", "--allow-cookies", save(sanitized=True))

    assert "there are no cookies or credentials in this file" in added.err
