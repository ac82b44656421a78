from ddm.spec import JobSpec
from ddm.testing.scenario import DIRECTORY, Scenario


def test_a_scenario_is_calm_unless_something_is_said():
    scenario = Scenario((JobSpec("http://a.test/f", DIRECTORY),), [])

    assert (scenario.calm_s, scenario.disk_faults, scenario.store_faults) == (0.0, (), ())
    assert (scenario.interruptions, scenario.wishes, scenario.added) == ((), (), ())
