"""200 jobs on 20 origins of different temper; `python -m ddm.testing --many SEED` tells what a seed saw."""

import pytest

from ddm.testing.many import run


# The last two are those in which it was once asked for more while Retry-After was in force.
@pytest.mark.parametrize("seed", [*range(8), 36, 39])
def test_all_end_within_the_budget_and_every_job_has_a_connection_before_any_has_two(seed):
    run(seed, rates=False)


@pytest.mark.parametrize("seed", [2, 8, 13, 14, 19])
def test_origins_that_count_requests_are_not_asked_for_more_again_and_again(seed):
    run(seed)
