import pytest

from ddm.testing.world import run

BLOCK = 25


@pytest.mark.parametrize("first", range(0, 500, BLOCK))
def test_every_promise_is_kept_in_the_worlds_of_500_seeds(first):
    for seed in range(first, first + BLOCK):
        run(seed)
