import json

import pytest


def _fields(pairs):
    return [{"name": name, "value": value} for name, value in pairs]


@pytest.fixture
def entry():
    """An entry of a HAR, as a browser writes it: a GET with a 200, unless something else is said."""

    def make(url, *, asked=(), answered=(), method="GET", status=200, **changes):
        content = {"size": changes.pop("size", 0), "mimeType": changes.pop("mime", "")}
        if "text" in changes:
            content["text"] = changes.pop("text")
        request = {"method": method, "url": url, "headers": _fields(asked), "cookies": []}
        response = {
            "status": status,
            "headers": _fields(answered),
            "redirectURL": changes.pop("redirect", ""),
            "content": content,
        }
        request["cookies"] = _fields(changes.pop("cookies", ()))
        return {"time": 1.5, "request": request, "response": response, "cache": {}} | changes

    return make


@pytest.fixture
def har_text():
    """A HAR with these entries."""

    def make(*entries):
        log = {"version": "1.2", "creator": {"name": "test"}, "pages": [], "entries": entries}
        return json.dumps({"log": log}).encode()

    return make
