"""The board as SciUnit: scores are the board's own verdicts, and rivals sit the same tests."""

import math

import pytest

import resprout

sciunit = pytest.importorskip("sciunit")
from resprout import suites  # noqa: E402

#: Rows as the board has them; the values are made up.
ROWS = [
    {"id": "C1.peak", "kind": "calibration", "value": 190.0, "published": 185.0, "band_low": 150.0, "band_high": 240.0},
    {"id": "C2.half_life", "kind": "calibration", "value": 6.0, "published": 3.4, "band_low": 2.0, "band_high": 5.0},
    {"id": "P01.oral_peak", "kind": "informed", "value": None, "published": 45.0, "band_low": 25.0, "band_high": 65.0},
]  # fmt: skip


@pytest.fixture(scope="module")
def made_up():
    return resprout.Board([{**row, "unit": "1", "source": "s", "statement": "t", "pass": False} for row in ROWS])


def by_name(scores, row=0):
    """The scores of one model, by the name of the test."""
    return {test.name: score for test, score in zip(scores.columns, scores.iloc[row])}


def test_there_is_a_suite_for_each_kind_and_a_score_for_each_row(made_up):
    of = suites.suites(made_up)
    assert {kind: len(suite.tests) for kind, suite in of.items()} == {"calibration": 2, "informed": 1}
    scores = of["calibration"].judge(suites.OfBoard(made_up), stop_on_error=True)
    peak, half_life = (by_name(scores)[name] for name in ("C1.peak", "C2.half_life"))
    assert peak.passed and peak.score == pytest.approx((190 - 195) / 45) and str(peak) == "pass, z = -0.11"
    assert not half_life.passed and half_life.score == pytest.approx((6 - 3.5) / 1.5)
    nothing = of["informed"].judge(suites.OfBoard(made_up), stop_on_error=True).iloc[0, 0]
    assert nothing.score is None and not isinstance(nothing, suites.BandScore)


def test_scores_are_the_verdicts_of_the_board():
    board = resprout.validate(["C5", "C6"])
    for suite in suites.suites(board).values():
        scores = suite.judge([suites.OfBoard(board), suites.without_magnesium()], stop_on_error=True)
        verdicts = {row["id"]: row["pass"] for row in board}
        assert scores.shape[0] == 2 and scores.shape[1] > 0
        for name, score in by_name(scores).items():
            assert score.passed == verdicts[name], name
    of = {row["id"]: row for row in board}
    # interneuron-first accounts need magnesium: without it GluN2C is blocked no more than GluN2A
    rival = suites.TargetTest(of["C6.ratio"]).judge(suites.without_magnesium())
    assert of["C6.ratio"]["pass"] and not rival.passed and rival.score < -1
    assert suites.TargetTest(of["C5.at_0_mv"]).judge(suites.without_magnesium()).score is None


def test_rivals_are_the_published_equations():
    """One compartment has a closed form; others conserve what is infused, and sets of rates give what they are known to."""
    one = suites.Compartments("one", 10.0, 0.02, [])
    rate = 35 / 40 / 10 * 1000
    assert one.ng_per_ml(40) == pytest.approx(rate * (1 - math.exp(-0.8)) / 0.02)
    assert one.answer("C2.half_life") == pytest.approx(math.log(2) / 0.02 / 60) and one.answer("C6.ratio") is None
    rivals = ((suites.domino(), 0.4381, 239, 1.9), (suites.clements(), 0.0109, 177, 3.05))
    for rival, elimination_per_min, peak, half_life_h in rivals:
        # the area is dose over clearance
        area = math.fsum(rival.ng_per_ml(minute + 0.5) for minute in range(6000))
        assert area == pytest.approx(35 * 1000 / (rival.volume_l * elimination_per_min), rel=2e-3), rival.name
        # as simulated elsewhere from the same rates
        assert rival.answer("C1.peak") == pytest.approx(peak, rel=0.01), rival.name
        assert rival.answer("C2.half_life") == pytest.approx(half_life_h, rel=0.01), rival.name
