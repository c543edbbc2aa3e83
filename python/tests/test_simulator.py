"""An experiment as a function of numbers: its values are those of runs, one point or many, and it drops into SALib."""

import pickle
import time

import numpy as np
import pytest

import resprout

from conftest import CONFIG

PARAMETERS = ["stress.0.level", "arm.ketamine.doses.0.amt"]
OUTCOMES = ["spine_density_24h_after_dose[ketamine]", "spine_density_horizon[vehicle]"]


@pytest.fixture(scope="module")
def simulator():
    return resprout.Simulator(CONFIG, PARAMETERS, OUTCOMES, threads=2)


def test_a_point_is_what_a_run_gives(simulator):
    x = simulator([[0.8, 0.5], [0.4, 1.0]])
    assert x.shape == (2, 2) and x.dtype == np.float64 and simulator.errors == {}
    edits = {"stress.0.level": 0.4, "arm.ketamine.doses.0.amt": "1 mg/kg"}
    arms = resprout.run(CONFIG, set=edits, figures=False).summary["arms"]
    expected = [arms["ketamine"]["spine_density_24h_after_dose"]["mean"], arms["vehicle"]["spine_density_horizon"]["mean"]]
    # the summary adds up in another order
    np.testing.assert_allclose(x[1], expected, rtol=1e-14)
    assert not np.array_equal(x[0], x[1])
    assert simulator.units == ["1", "mg/kg"]


def test_one_point_a_mapping_and_an_array_agree(simulator):
    x = simulator(np.array([[0.8, 0.5]], dtype=np.float32))
    one = simulator([0.8, 0.5])
    assert one.shape == (2,)
    named = simulator({"arm.ketamine.doses.0.amt": 0.5, "stress.0.level": 0.8})
    assert named == dict(zip(OUTCOMES, one))
    np.testing.assert_allclose(x[0], one, rtol=1e-3)
    assert simulator(np.empty((0, 2))).shape == (0, 2)


def test_a_point_that_fails_is_nan_alone_and_says_why(simulator):
    x = simulator([[0.8, 0.5], [np.nan, 0.5], [9.0, 0.5], [0.8, np.inf], [0.4, 1.0]])
    assert np.isnan(x).tolist() == [[False] * 2, [True] * 2, [True] * 2, [True] * 2, [False] * 2]
    assert sorted(simulator.errors) == [1, 2, 3]
    assert "NaN" in str(simulator.errors[1]) and simulator.errors[2].code == "E009"
    assert all(isinstance(error, resprout.InputError) for error in simulator.errors.values())
    np.testing.assert_array_equal(x[[0, 4]], simulator([[0.8, 0.5], [0.4, 1.0]]))
    assert simulator.errors == {}


def test_draws_follow_from_seed_and_point_alone(simulator):
    points = np.array([[0.8, 0.5], [0.4, 1.0], [0.8, 0.6]])
    together = simulator(points, seed=7)
    one_by_one = np.array([simulator(point, seed=7) for point in points[::-1]])[::-1]
    np.testing.assert_array_equal(together, one_by_one)
    assert not np.isnan(together).any()
    assert not np.array_equal(together, simulator(points, seed=8))
    assert not np.array_equal(together, simulator(points))
    # no dose reaches the vehicle: alike where points share their draws, not where each has its own
    vehicle = OUTCOMES.index("spine_density_horizon[vehicle]")
    shared = simulator(points)
    assert shared[0, vehicle] == shared[2, vehicle] and together[0, vehicle] != together[2, vehicle]
    own = resprout.Simulator(CONFIG, PARAMETERS, OUTCOMES, seed=7, threads=1, set={"run.seed": 4})
    np.testing.assert_array_equal(own(points), together)


def test_it_is_pickled(simulator):
    again = pickle.loads(pickle.dumps(simulator))
    np.testing.assert_array_equal(again([0.8, 0.5]), simulator([0.8, 0.5]))
    assert again.parameters == PARAMETERS and again.outcomes == OUTCOMES


def test_a_call_adds_less_than_a_millisecond_to_the_work_of_the_program(simulator):
    """A call without points is all that the package and the border add."""
    nothing = np.empty((0, 2))
    simulator(nothing)
    took = []
    for _ in range(50):
        began = time.perf_counter()
        simulator(nothing)
        took.append(time.perf_counter() - began)
    assert sorted(took)[len(took) // 4] < 1e-3, sorted(took)


@pytest.mark.parametrize(
    ("parameters", "outcomes", "told"),
    [
        (["bdnf.nothing"], OUTCOMES, "bdnf.nothing"),
        (["title"], OUTCOMES, "title"),
        (PARAMETERS, ["nothing[ketamine]"], "nothing"),
        (PARAMETERS, ["spine_density_horizon"], "of which arm"),
        (PARAMETERS, ["spine_density_horizon[vehicles]"], "vehicles"),
        (PARAMETERS, ["at(nothing[ketamine], 1 h)"], "nothing"),
        (PARAMETERS, ["at(("], "at(("),
        (["stress.0.level", "stress.0.level"], OUTCOMES, "stress.0.level"),
        ([], OUTCOMES, "parameters"),
        (PARAMETERS, [], "outcomes"),
    ],
)
def test_what_an_experiment_does_not_have_is_refused_at_once(parameters, outcomes, told):
    with pytest.raises(resprout.InputError) as refused:
        resprout.Simulator(CONFIG, parameters, outcomes)
    assert told in str(refused.value)


def test_points_of_another_shape_or_type_are_refused(simulator):
    for wrong in ([0.8], [[0.8, 0.5, 1.0]], [[[0.8, 0.5]]], 0.8, [[0.8], [0.8, 0.5]], {"stress.0.level": 0.8}, {"x": 1}):
        with pytest.raises(resprout.InputError):
            simulator(wrong)
    for wrong in ("ab", None, [["a", "b"]], [[None, 1.0]], [[1j, 1.0]], object(), [[True, False]]):
        with pytest.raises(TypeError):
            simulator(wrong)
    for wrong in (-1, 2**63, 1.5, "a"):
        with pytest.raises((resprout.InputError, TypeError)):
            simulator([0.8, 0.5], seed=wrong)
    for wrong in ("ab", None, [1], {"a": 1}):
        with pytest.raises(TypeError):
            resprout.Simulator(CONFIG, wrong, OUTCOMES)
        with pytest.raises(TypeError):
            resprout.Simulator(CONFIG, PARAMETERS, wrong)


def test_a_measure_and_a_model_parameter(simulator):
    of = resprout.Simulator(CONFIG, ["bdnf.trkb_hill"], ["at(bdnf[ketamine], 2 h) / baseline(bdnf[ketamine])"], threads=2)
    low, high = of([[1.2], [1.6]])
    assert low > 0 and high > 0 and not np.isnan([low, high]).any()


def test_salib_finds_what_the_program_finds(tmp_path):
    """Sobol's indices of SALib over the Simulator are those of `sensitivity` on the very same points."""
    from SALib.analyze import sobol

    base = resprout.Experiment.from_toml(CONFIG, set={"network.neurons": 100, "run.replicates": 1, "time.horizon": "50 h"})
    factors = [
        {"key": "stress.0.level", "from": 0.2, "to": 1.0},
        {"key": "arm.ketamine.doses.0.amt", "from": "0.1 mg/kg", "to": "2 mg/kg"},
    ]
    study = {
        "title": "Which",
        "base": base,
        "design": {"method": "saltelli", "points": 16},
        "factor": factors,
        "outcome": [{"key": "spine_density_24h_after_dose", "arms": ["ketamine"]}],
    }
    found = resprout.sensitivity(study, threads=2, out=tmp_path / "study")
    points = found.tables["points"].to_pandas()[PARAMETERS].to_numpy()
    simulator = resprout.Simulator(base, PARAMETERS, ["spine_density_24h_after_dose[ketamine]"], threads=2)
    y = simulator(points)[:, 0]
    in_study = found.tables["study"].to_pandas()
    np.testing.assert_array_equal(y, in_study.sort_values("point").value)

    problem = {"num_vars": 2, "names": PARAMETERS, "bounds": [[0.2, 1.0], [0.1, 2.0]]}
    theirs = sobol.analyze(problem, y, calc_second_order=False, seed=1)
    ours = found.tables["sensitivity"].to_pandas()
    ours = ours[ours.n == ours.n.max()]
    for index, name in (("first_order", "S1"), ("total_order", "ST")):
        of = ours[ours["index"] == index].set_index(ours[ours["index"] == index].factor.astype(str)).value
        np.testing.assert_allclose([of[name_] for name_ in PARAMETERS], theirs[name], atol=0.05)
    assert "F15" in found.figures
