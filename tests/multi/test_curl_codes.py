import pycurl

from ddm.multi.curl_codes import CODES, KINDS

# Names of pycurl's that are no failure (0), or no CURLcode of today.
NO_FAILURES = {"E_OK", "E_CALL_MULTI_PERFORM", "E_ALREADY_COMPLETE"}
THEIRS = {
    name: getattr(pycurl, name)
    for name in dir(pycurl)
    if name.startswith("E_") and not name.startswith("E_MULTI_") and name not in NO_FAILURES
}


def test_every_code_that_pycurl_knows_has_a_kind():
    assert {name for name, code in THEIRS.items() if code not in KINDS} == set()


def test_every_code_has_one_kind():
    assert sum(map(len, CODES.values())) == len(KINDS)


def test_a_name_that_pycurl_knows_too_has_its_code():
    former = {51}  # had the name that 60 has now
    names = {
        code: name for named in CODES.values() for code, name in named.items() if code not in former
    }

    assert {c: name for c, name in names.items() if THEIRS.get(f"E_{name}", c) != c} == {}
