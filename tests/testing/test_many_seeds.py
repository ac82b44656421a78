"""200 jobs on 20 origins of different temper; `python -m ddm.testing --many SEED` tells what a seed saw."""

import pytest

from ddm.testing.many import run


@pytest.mark.parametrize("seed", range(8))
def test_all_end_within_the_budget_and_every_job_has_a_connection_before_any_has_two(seed):
    run(seed, rates=False)


@pytest.mark.xfail(
    reason="a limit of requests a second is taken for one of connections", strict=False
)
@pytest.mark.parametrize("seed", [0, 5, 13])
def test_origins_that_count_requests_are_not_asked_for_more_again_and_again(seed):
    run(seed)


@pytest.mark.xfail(reason="a refusal among later ones does not prolong the wait", strict=False)
@pytest.mark.parametrize("seed", [36, 39])
def test_while_retry_after_is_in_force_no_job_of_the_origin_asks_for_more(seed):
    run(seed, rates=False)
