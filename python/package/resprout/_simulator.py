"""An experiment as a function of numbers: for inference, screening and search."""

from __future__ import annotations

import hashlib
import logging
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from . import _native
from ._experiment import Experiment, config_of
from ._progress import Telling, Told
from ._run import PathLike, threads_of
from ._tables import needed
from ._toml import Edits, whole
from .errors import CheckpointError, InputError, NumericalError, ResproutError, RunError, fault_of, refusal

logger = logging.getLogger("resprout")

_BY_EXIT_CODE: dict[int, type[ResproutError]] = {2: InputError, 3: NumericalError, 5: CheckpointError}


class Simulator:
    """An experiment as a function: ``Simulator(base, parameters, outcomes)(theta) -> x``.

    ``theta`` has the shape ``(n, len(parameters))``, ``x`` the shape ``(n, len(outcomes))``; a single point may be a vector
    ``(len(parameters),)`` and gives ``(len(outcomes),)``, and a mapping by name gives a dictionary by name. Points that begin
    alike share what they share. A point that fails is NaN, and ``errors`` keeps why. A value of ``x`` is the mean over the
    networks of the experiment.

    All points draw the same random numbers, those of the experiment's seed. With ``seed``, of the constructor or of a call,
    every point has draws of its own, which follow from the seed and the point alone: results do not depend on which points
    are asked together, nor on threads.

    It can be pickled, and takes what SALib, sbi, pyABC and Optuna hand over: arrays of ``numpy``, tensors of ``torch``
    (which are given back as such), mappings by name.

    Args:
        base: an :class:`Experiment`, or what :func:`run` takes.
        parameters: model parameters (``"bdnf.secretion_gain"``, see ``resprout params list``) or keys of the config that take
            a number (``"arm.ketamine.doses.0.amt"``), each in its own unit, see ``units``.
        outcomes: headline figures of an arm (``"spine_density_24h_after_dose[ketamine]"``; without the arm if there is one),
            or measurements in the language of the scoreboard.
        set: changes of the experiment.
        seed: makes the draws of points independent.
        threads: how many threads work.
    """

    def __init__(
        self,
        base: Union[Experiment, Mapping[str, Any], PathLike],
        parameters: Sequence[str],
        outcomes: Sequence[str],
        *,
        set: Edits = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
    ) -> None:
        self._config = config_of(base, set, None)
        self._parameters = _names(parameters, "parameters")
        self._outcomes = _names(outcomes, "outcomes")
        self._seed = None if seed is None else whole(seed, "seed", 0, 2**63 - 1)
        self._threads = threads
        threads_of(threads)
        self._alike = _native.Simulator(self._config, self._parameters, self._outcomes)
        self._apart: Optional[_native.Simulator] = None
        #: Why points of the last call failed, by their row.
        self.errors: dict[int, ResproutError] = {}

    @property
    def parameters(self) -> list[str]:
        """The names of the columns of ``theta``."""
        return list(self._parameters)

    @property
    def units(self) -> list[str]:
        """The units of the columns of ``theta``; ``"1"`` for pure numbers."""
        return [unit or "1" for unit in self._alike.units]

    @property
    def outcomes(self) -> list[str]:
        """The names of the columns of ``x``."""
        return list(self._outcomes)

    def __call__(self, theta: Any, *, seed: Optional[int] = None, progress: Told = None) -> Any:
        """The outcomes ``x`` at the points ``theta``; see the class."""
        if isinstance(theta, Mapping):
            return self._named(theta, seed, progress)
        numpy = needed("numpy")
        is_tensor = type(theta).__module__.partition(".")[0] == "torch"
        given = theta.detach().cpu().numpy() if is_tensor else theta
        try:
            points = numpy.asarray(given)
        except ValueError:
            raise refusal("`theta` is no array: its rows differ in length") from None
        if points.dtype.kind not in "fiu":
            raise TypeError(f"`theta` holds {points.dtype}: expected numbers")
        points = numpy.ascontiguousarray(points, dtype=numpy.float64)
        width = len(self._parameters)
        if points.ndim not in (1, 2) or points.shape[-1] != width:
            raise refusal(f"`theta` has the shape {points.shape}", f"expected (n, {width}) or ({width},)")
        x = self._simulated(points.reshape(-1, width), seed, progress)
        x = x.reshape((*points.shape[:-1], len(self._outcomes)))
        if not is_tensor:
            return x
        torch = needed("torch")
        return torch.as_tensor(x, dtype=theta.dtype if theta.is_floating_point() else torch.float32)

    def _simulated(self, points: Any, seed: Optional[int], progress: Told) -> Any:
        numpy = needed("numpy")
        of, asked = self._alike, points
        seed = self._seed if seed is None else whole(seed, "seed", 0, 2**63 - 1)
        if seed is not None:
            of = self._of_own_draws()
            asked = numpy.column_stack([points, [_seed_of(seed, row.tobytes()) for row in points]])
        with Telling(progress, "points") as told:
            count = threads_of(self._threads)
            numbers, failures = of.simulate(numpy.ascontiguousarray(asked).tobytes(), count, told)
        self.errors = {row: _error(code, text) for row, code, text in failures}
        if failures:
            logger.warning("%d of %d points failed: %s", len(failures), len(points), failures[0][2].splitlines()[0])
        return numpy.frombuffer(numbers, dtype=numpy.float64).reshape(len(points), len(self._outcomes)).copy()

    def _of_own_draws(self) -> _native.Simulator:
        if self._apart is None:
            config = self._config
            changes = [edit for edit in config.edits if edit.split("=")[0].strip() != "run.seed"]
            held = _native.Config.held(config.name, config.text, config.files, changes)
            self._apart = _native.Simulator(held, [*self._parameters, "run.seed"], self._outcomes)
        return self._apart

    def _named(self, theta: Mapping[str, Any], seed: Optional[int], progress: Told) -> dict[str, float]:
        unknown = [name for name in theta if name not in self._parameters]
        missing = [name for name in self._parameters if name not in theta]
        if unknown or missing:
            what = f"`{unknown[0]}` is no parameter" if unknown else f"`{missing[0]}` is missing"
            raise refusal(what, f"parameters: {', '.join(self._parameters)}")
        x = self([theta[name] for name in self._parameters], seed=seed, progress=progress)
        return dict(zip(self._outcomes, (float(value) for value in x)))

    def __reduce__(self) -> Any:
        config = self._config
        held = (config.name, config.text, config.files, config.edits)
        return _again, (held, self._parameters, self._outcomes, self._seed, self._threads)

    def __repr__(self) -> str:
        return f"<resprout.Simulator of {self._config.title!r}: {', '.join(self._parameters)} -> {', '.join(self._outcomes)}>"


def _again(held: Any, parameters: list[str], outcomes: list[str], seed: Optional[int], threads: Optional[int]) -> Simulator:
    return Simulator(Experiment._of(_native.Config.held(*held)), parameters, outcomes, seed=seed, threads=threads)


def _names(of: Any, what: str) -> list[str]:
    if isinstance(of, str) or not isinstance(of, Sequence):
        raise TypeError(f"`{what}` is of type {type(of).__name__}: expected a list of names")
    names = list(of)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"an entry of `{what}` is of type {type(name).__name__}: expected a name")
    if not names:
        raise refusal(f"`{what}` is empty")
    return names


def _seed_of(seed: int, point: bytes) -> float:
    """The seed of a point: 48 bits, which a float holds and a config writes as a whole number."""
    drawn = hashlib.blake2b(struct.pack("<Q", seed) + point, digest_size=8).digest()
    return float(int.from_bytes(drawn, "little") >> 16)


def _error(code: int, text: str) -> ResproutError:
    kind = _BY_EXIT_CODE.get(code, RunError)
    return kind(text.rstrip(), [fault_of(parts) for parts in _native.fault_parts(text)])
