"""The board as SciUnit: every published figure a test, and rivals that sit the same tests.

    board = resprout.validate(["C1", "C2", "C6"])
    suites = resprout.suites.suites(board)
    suites["calibration"].judge([resprout.suites.OfBoard(board), resprout.suites.domino()])

A test holds an answer against the band of its row. The score ``z`` counts half widths from the middle of the band, so that a
row passes where it is at most 1. Needs ``pip install sciunit``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Optional

import sciunit

from ._study import Board
from ._tables import needed

__all__ = [
    "AnswersTargets",
    "BandScore",
    "BlockByConcentration",
    "Compartments",
    "OfBoard",
    "TargetTest",
    "clements",
    "domino",
    "suites",
    "without_magnesium",
]


class AnswersTargets(sciunit.Capability):
    """Has an answer to targets, in the unit of the target; ``None`` to those that it says nothing of."""

    def answer(self, id: str) -> Optional[float]:
        """The answer to the target ``id``, such as ``C1.peak``."""
        return self.unimplemented()  # type: ignore[no-any-return]


class BandScore(sciunit.Score):
    """How far an answer is from the middle of a band, in half widths of it."""

    _allowed_types = (float,)
    _description = "Half widths of the band between its middle and the answer; at most 1 passes"
    _best = 0.0
    _worst = math.inf

    @property
    def norm_score(self) -> float:
        """1 at the middle of the band, 0.5 at its ends."""
        return 1.0 / (1.0 + abs(float(self.score)))

    @property
    def passed(self) -> bool:
        """Whether the answer lies within the band."""
        # the ends belong to the band, whatever rounding says of them
        return abs(float(self.score)) <= 1.0 + 1e-12

    def __str__(self) -> str:
        return f"{'pass' if self.passed else 'FAIL'}, z = {self.score:.2f}"


class TargetTest(sciunit.Test):
    """A row of the board: its published figure and band, put to whoever answers targets."""

    required_capabilities = (AnswersTargets,)
    score_type = BandScore

    def __init__(self, row: Mapping[str, Any]) -> None:
        #: The id of the target; ``id`` is SciUnit's own.
        self.target: str = row["id"]
        self.kind: str = row["kind"]
        observation = {
            "mean": row["published"],
            "low": row["band_low"],
            "high": row["band_high"],
            "unit": row["unit"],
            "source": row["source"],
        }
        super().__init__(observation, name=self.target)
        self.description = row["statement"]

    def validate_observation(self, observation: Any) -> Any:
        """A band has two ends."""
        if not observation["low"] < observation["high"]:
            raise sciunit.errors.ObservationError(f"{self.target}: the band has no width")
        return observation

    def generate_prediction(self, model: AnswersTargets) -> Optional[float]:
        """What the model answers."""
        return model.answer(self.target)

    def compute_score(self, observation: Any, prediction: Optional[float]) -> Any:
        """Half widths between the answer and the middle of the band."""
        if prediction is None or math.isnan(prediction):
            return sciunit.scores.NoneScore(None)
        low, high = observation["low"], observation["high"]
        return BandScore((float(prediction) - (low + high) / 2) / ((high - low) / 2))


def suites(board: Board) -> dict[str, Any]:
    """A ``sciunit.TestSuite`` for every kind of evidence on the board."""
    kinds: dict[str, list[TargetTest]] = {}
    for row in board:
        kinds.setdefault(row["kind"], []).append(TargetTest(row))
    return {kind: sciunit.TestSuite(tests, name=kind) for kind, tests in kinds.items()}


class OfBoard(sciunit.Model, AnswersTargets):
    """The program, with the answers that are on a board."""

    def __init__(self, board: Board, name: str = "resprout") -> None:
        self.answers: dict[str, Optional[float]] = {row["id"]: row["value"] for row in board}
        super().__init__(name=name)

    def answer(self, id: str) -> Optional[float]:
        """The value of the row; none where it could not be measured."""
        return self.answers.get(id)


class Compartments(sciunit.Model, AnswersTargets):
    """Linear compartments with published rate constants: a rival on the concentrations of racemic ketamine in plasma, 0.5
    mg/kg over 40 min, 70 kg.

    Args:
        name: who published it.
        volume_l: the central volume, in litres.
        elimination_per_min: ``k10``.
        exchange_per_min: ``(k12, k21)`` for every peripheral compartment.
    """

    dose_mg, infusion_min = 35.0, 40.0

    def __init__(
        self, name: str, volume_l: float, elimination_per_min: float, exchange_per_min: Sequence[tuple[float, float]]
    ) -> None:
        numpy = needed("numpy")
        count = 1 + len(exchange_per_min)
        rates = numpy.zeros((count, count))
        rates[0, 0] = -elimination_per_min - sum(out for out, _ in exchange_per_min)
        for place, (out, back) in enumerate(exchange_per_min, start=1):
            rates[place, 0], rates[0, place], rates[place, place] = out, back, -back
        eigenvalues, vectors = numpy.linalg.eig(rates)
        weights = vectors[0] * numpy.linalg.solve(vectors, numpy.eye(count)[0])
        self.volume_l = volume_l
        self._modes = [(float(rate.real), float(weight.real)) for rate, weight in zip(eigenvalues, weights)]
        super().__init__(name=name)

    def ng_per_ml(self, minutes: float) -> float:
        """The concentration so many minutes after the infusion began: the closed form of a linear system."""
        during, after = min(minutes, self.infusion_min), max(0.0, minutes - self.infusion_min)
        per_min = self.dose_mg / self.infusion_min / self.volume_l * 1000.0
        of_mode = (weight * math.expm1(rate * during) / rate * math.exp(rate * after) for rate, weight in self._modes)
        return per_min * math.fsum(of_mode)

    def answer(self, id: str) -> Optional[float]:
        """Peak, decline and half-life of ketamine; nothing else."""
        at = self.ng_per_ml
        answers: dict[str, Callable[[], float]] = {
            "C1.peak": lambda: at(self.infusion_min),
            "C2.at_110_min": lambda: at(110) / at(40),
            "C2.at_230_min": lambda: at(230) / at(40),
            "C2.half_life": lambda: 6 * math.log(2) / math.log(at(6 * 60) / at(12 * 60)),
        }
        return answers[id]() if id in answers else None


def domino() -> Compartments:
    """Three compartments: Domino et al. 1982, Anesth Analg 61:87."""
    return Compartments("Domino 1982", 0.063 * 70, 0.4381, [(0.5921, 0.2470), (0.5900, 0.0146)])


def clements() -> Compartments:
    """Two compartments, after 0.25 mg/kg: Clements and Nimmo 1981, Br J Anaesth 53:27."""
    return Compartments("Clements 1981", 1.752 * 70, 0.0109, [(0.0186, 0.0137)])


class BlockByConcentration(sciunit.Model, AnswersTargets):
    """Block that follows the concentration alone, ``c / (c + IC50)``: a rival on the occupancy of NMDA receptors at 0.78 uM.

    Args:
        name: what is claimed.
        ic50_um: the half-inhibiting concentration by subunit, in uM.
    """

    concentration_um = 0.78

    def __init__(self, name: str, ic50_um: Mapping[str, float]) -> None:
        self.ic50_um = dict(ic50_um)
        super().__init__(name=name)

    def answer(self, id: str) -> Optional[float]:
        """The block of a subunit, and the ratio of that of GluN2C to that of GluN2A."""
        block = {name: self.concentration_um / (self.concentration_um + ic50) for name, ic50 in self.ic50_um.items()}
        if id == "C6.ratio":
            return block["glun2c"] / block["glun2a"] if {"glun2c", "glun2a"} <= block.keys() else None
        group, _, subunit = id.partition(".")
        return block.get(subunit) if group == "C6" else None


def without_magnesium() -> BlockByConcentration:
    """Potencies as measured without magnesium: Kotermanski and Johnson 2009, J Neurosci 29:2774 (recalled)."""
    return BlockByConcentration("without magnesium", {"glun2a": 0.33, "glun2b": 0.31, "glun2c": 0.51, "glun2d": 0.83})
