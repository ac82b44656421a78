from ddm.testing.crowd import JOBS, ORIGINS, draw


def test_a_seed_draws_the_same_crowd_again_and_another_one_another():
    assert draw(1).jobs == draw(1).jobs
    assert draw(1).jobs != draw(2).jobs


def test_every_job_asks_an_origin_that_leads_to_a_file():
    crowd = draw(3)
    by_host = {origin.host: origin for origin in crowd.origins}

    assert (len(crowd.jobs), len(by_host)) == (JOBS, ORIGINS)
    for number, job in enumerate(crowd.jobs):
        host, path = job.url.removeprefix("http://").split("/")
        location = by_host[host].moved.get(f"/{path}", job.url)
        host, path = location.removeprefix("http://").split("/")
        served = by_host[host].files[f"/{path}"]
        assert served.versions[0].body is crowd.bodies[f"{number}.bin"]


def test_origins_that_count_requests_can_be_left_out():
    rated = [[o.manners.requests_per_s for o in draw(1, rates=r).origins] for r in (True, False)]

    assert [any(counts) for counts in rated] == [True, False]
