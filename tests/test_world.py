"""Promises 1 to 7 and 9 in the worlds of 2000 seeds; `python -m ddm.testing SEED` tells what one saw."""

import pytest

from ddm.testing.world import run

SEEDS, BLOCK = 2000, 50


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_every_promise_is_kept_in_the_worlds_of_2000_seeds(first):
    for seed in range(first, first + BLOCK):
        run(seed)
