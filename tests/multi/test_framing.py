import pytest

from ddm.failures import Kind
from ddm.multi import framing


@pytest.mark.parametrize(
    ("failure", "kind", "said"),
    [
        (framing.no_head(), Kind.BROKEN, "before the end of the response's head"),
        (framing.too_short(4, 16), Kind.BROKEN, "after 4 of 16 bytes"),
        (framing.too_long(4), Kind.BAD_RESPONSE, "longer than announced (4 bytes)"),
    ],
)
def test_each_says_what_is_missing_or_too_much(failure, kind, said):
    assert failure.kind is kind
    assert said in failure.message


@pytest.mark.parametrize(
    ("done", "size", "head", "said"),
    [
        (0, 4, False, "before the end of the response's head"),
        (3, 4, True, "after 3 of 4 bytes"),
        (4, 4, True, None),
        (4, None, True, None),
    ],
)
def test_something_is_missing_without_a_head_or_before_the_announced_end(done, size, head, said):
    failure = framing.shortfall(done, size, head=head)

    assert (failure and said in failure.message) == (said and True)
