import pycurl

from ddm.multi.curl import connect_s, new_easy, new_multi


def test_the_handles_are_those_of_pycurl():
    with new_easy() as easy, new_multi() as multi:
        assert isinstance(easy, pycurl.Curl)
        assert isinstance(multi, pycurl.CurlMulti)


def test_a_handle_that_was_never_used_has_no_connection():
    with new_easy() as easy:
        assert connect_s(easy) is None
