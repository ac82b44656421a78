"""The options of curl (its manual, curl(1)), by what they mean to DDM."""

from __future__ import annotations


def _options(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Honoured; the first ones have a value.
TAKEN = _options(
    "--url --header --cookie --user-agent --referer --user --oauth2-bearer --proxy --cacert"
    " --output --request"
)
TAKEN_FLAGS = frozenset({"--insecure"})

# About curl's own output, its way of talking, or what DDM does by itself. A --no- before them is too.
IGNORED = _options(
    "--basic --buffer --clobber --compressed --compressed-ssh --create-dirs --disable --fail"
    " --fail-early --fail-with-body --get --globoff --http0.9 --http1.0 --http1.1 --http2"
    " --http2-prior-knowledge --http3 --http3-only --ipv4 --ipv6 --junk-session-cookies"
    " --keepalive --location --parallel --path-as-is --progress-bar --progress-meter"
    " --remote-header-name --remote-name --remote-time --retry-all-errors --retry-connrefused"
    " --sessionid --show-error --silent --ssl-reqd --styled-output --tcp-fastopen --tcp-nodelay"
    " --tlsv1 --tlsv1.0 --tlsv1.1 --tlsv1.2 --tlsv1.3 --tr-encoding --verbose --xattr"
)
IGNORED_WITH_VALUE = _options(
    "--connect-timeout --continue-at --cookie-jar --expect100-timeout --keepalive-time"
    " --limit-rate --max-redirs --max-time --rate --retry --retry-delay"
    " --retry-max-time --speed-limit --speed-time --stderr --write-out"
)

_BODY = "DDM sends GET only, without a body"
_WAY = "DDM cannot go that way; use --proxy, or leave it out"
_LOGIN = "DDM knows basic authorization only, with --user"
_FILE = "DDM reads no such file"
_CERTIFICATE = "DDM has no certificate of its own to show"
REFUSED = {
    "--data": _BODY,
    "--data-ascii": _BODY,
    "--data-binary": _BODY,
    "--data-raw": _BODY,
    "--data-urlencode": _BODY,
    "--form": _BODY,
    "--form-string": _BODY,
    "--json": _BODY,
    "--upload-file": _BODY,
    "--url-query": "write the query into the URL",
    "--head": "it fetches no file",
    "--include": "it would put the headers into the file",
    "--output-dir": "give the directory with -d",
    "--range": "DDM fetches whole files",
    "--time-cond": "DDM asks its own conditions",
    "--location-trusted": "it would send secrets to other hosts",
    "--next": "paste one command at a time",
    "--connect-to": _WAY,
    "--interface": _WAY,
    "--preproxy": _WAY,
    "--proxy-user": "write the name and the password into the proxy's URL",
    "--resolve": _WAY,
    "--socks4": _WAY,
    "--socks4a": _WAY,
    "--socks5": _WAY,
    "--socks5-hostname": _WAY,
    "--unix-socket": _WAY,
    "--anyauth": _LOGIN,
    "--aws-sigv4": _LOGIN,
    "--digest": _LOGIN,
    "--negotiate": _LOGIN,
    "--ntlm": _LOGIN,
    "--netrc": _LOGIN,
    "--netrc-file": _LOGIN,
    "--capath": "give one file with --cacert",
    "--cert": _CERTIFICATE,
    "--key": _CERTIFICATE,
    "--config": _FILE,
    "--etag-compare": _FILE,
}

BY_LETTER = {
    "#": "--progress-bar",
    "0": "--http1.0",
    "1": "--tlsv1",
    "4": "--ipv4",
    "6": "--ipv6",
    "A": "--user-agent",
    "b": "--cookie",
    "c": "--cookie-jar",
    "C": "--continue-at",
    "d": "--data",
    "e": "--referer",
    "E": "--cert",
    "f": "--fail",
    "F": "--form",
    "g": "--globoff",
    "G": "--get",
    "H": "--header",
    "i": "--include",
    "I": "--head",
    "j": "--junk-session-cookies",
    "J": "--remote-header-name",
    "k": "--insecure",
    "K": "--config",
    "L": "--location",
    "m": "--max-time",
    "n": "--netrc",
    "N": "--no-buffer",
    "o": "--output",
    "O": "--remote-name",
    "q": "--disable",
    "r": "--range",
    "R": "--remote-time",
    "s": "--silent",
    "S": "--show-error",
    "T": "--upload-file",
    "u": "--user",
    "U": "--proxy-user",
    "v": "--verbose",
    "w": "--write-out",
    "x": "--proxy",
    "X": "--request",
    "y": "--speed-time",
    "Y": "--speed-limit",
    "z": "--time-cond",
    "Z": "--parallel",
    ":": "--next",
}
