"""Every row of the hostile server's table, tried on the installed program."""

import concurrent.futures
import os
from pathlib import Path

import pytest

from integration.hostile import ddm_get
from integration.hostile.table import ROWS, document
from integration.hostile.trial import TLS, clear, problems, run
from integration.program import ROOT

AT_ONCE = 2 * (os.cpu_count() or 2)


@pytest.fixture(scope="module")
def trials(request, tmp_path_factory):
    """All the rows that are asked for, several at once; each test waits for its own."""
    place = tmp_path_factory.mktemp("hostile")
    tls = TLS.make(place)
    asked = [item.callspec.params["row"] for item in request.session.items if _is_a_trial(item)]
    pool = concurrent.futures.ThreadPoolExecutor(AT_ONCE)
    yield {row.id: pool.submit(_try, row, place / row.id, tls) for row in asked}
    pool.shutdown(cancel_futures=True)


def _is_a_trial(item):
    return "row" in getattr(getattr(item, "callspec", None), "params", {})


def _try(row, place: Path, tls):
    trial = run(row, ddm_get.command, place, ddm_get.environment(place / "home"), tls)
    found = problems(trial)
    clear(trial)
    return trial, found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_hostile_server(row, trials):
    if missing := ddm_get.missing_options(row):
        pytest.skip(f"ddm get has no {missing}")
    trial, found = trials[row.id].result()

    assert found == [], trial.said


def test_every_row_has_a_name_of_its_own():
    assert len({row.id for row in ROWS}) == len(ROWS)


def test_the_page_of_the_documentation_is_up_to_date():
    # python -m integration.hostile.table > docs/hostile.md
    assert (ROOT / "docs" / "hostile.md").read_text() == document()
