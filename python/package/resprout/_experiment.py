"""Experiments: from TOML, or built in Python, with the same checks."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, Optional, Union

from . import _native
from ._progress import Told
from ._run import PathLike, Run, path_of, run_config
from ._toml import Edits, document, edits
from .errors import Fault, fault_of


#: What a text that stands in no file is called in messages.
_STATED = "<experiment>"


class Experiment:
    """An experiment that was read and checked, by the rules of ``resprout check``.

    It is built from a file, from a text, or from Python's own values::

        resprout.Experiment.from_toml("exp.toml")
        resprout.Experiment.from_toml('schema_version = 1\\ntitle = "One dose"\\n…')
        resprout.Experiment(
            title="One dose",
            network={"neurons": 500, "synapses_per_neuron": 100},
            time={"horizon": "3 d"},
            arm=[
                {"name": "vehicle"},
                {"name": "single", "doses": [{"drug": "ketamine", "time": "1 d", "amt": "0.5 mg/kg", "route": "iv", "dur": "40 min"}]},
            ],
        )

    Tables and keys are those of a config; quantities are texts with their unit. ``schema_version`` may be left out. All
    faults are told at once, in an :class:`~resprout.InputError`.
    """

    def __init__(
        self, tables: Union[Mapping[str, Any], PathLike, None] = None, /, *, folder: PathLike = ".", **more: Any
    ) -> None:
        if tables is not None and not isinstance(tables, Mapping):
            if more:
                raise TypeError("a config that is read takes no tables: state changes with `edited`")
            self._config = _read(tables, [])
            return
        stated = {"schema_version": 1, **(tables or {}), **more}
        text = document(stated)
        self._config = _native.Config.stated(_STATED, text, path_of(folder, "folder"), [])

    @classmethod
    def _of(cls, config: _native.Config) -> Experiment:
        made = cls.__new__(cls)
        made._config = config
        return made

    @classmethod
    def from_toml(cls, config: PathLike, *, set: Edits = None, seed: Optional[int] = None) -> Experiment:
        """The experiment of a config: a path, or the text itself if it has more than one line.

        Args:
            config: the path of a config, or its text.
            set: changes made before it is checked, ``{"network.neurons": 500}``.
            seed: the seed, instead of the config's.
        """
        return cls._of(_read(config, edits(set, seed)))

    def edited(self, set: Edits = None, *, seed: Optional[int] = None) -> Experiment:
        """The experiment with further changes, checked again."""
        config = self._config
        return self._of(_native.Config.held(config.name, config.text, config.files, [*config.edits, *edits(set, seed)]))

    @property
    def title(self) -> str:
        """Its title."""
        return self._config.title

    @property
    def question(self) -> str:
        """What it asks."""
        return self._config.question

    @property
    def arms(self) -> list[str]:
        """The names of its arms, in order."""
        return self._config.arms

    @property
    def seed(self) -> int:
        """Where its draws start."""
        return self._config.seed

    @property
    def networks(self) -> int:
        """Number of independent networks: the subjects of every replicate."""
        return self._config.networks

    @property
    def hash(self) -> str:
        """BLAKE3 of the resolved config, as the manifest of a run has it."""
        return self._config.hash

    @property
    def edits(self) -> list[str]:
        """The changes that were made to its text, as ``KEY=VALUE``, in order."""
        return self._config.edits

    @property
    def remarks(self) -> list[Fault]:
        """Warnings and notes that the config does not allow."""
        return [fault_of(parts) for parts in self._config.remark_parts()]

    def to_toml(self) -> str:
        """The config with everything written out, defaults with their sources, as a run folder keeps it."""
        return self._config.resolved()

    def estimate(self) -> dict[str, float]:
        """What a run would take: ``synapses`` of one network, ``ticks``, ``memory_bytes``, ``disk_bytes``, ``processor_s``."""
        return self._config.estimate()

    def run(
        self,
        *,
        set: Edits = None,
        seed: Optional[int] = None,
        threads: Optional[int] = None,
        out: Optional[PathLike] = None,
        force: bool = False,
        figures: bool = True,
        progress: Told = None,
    ) -> Run:
        """Runs it; the arguments are those of :func:`resprout.run`."""
        config = self.edited(set, seed=seed)._config if set or seed is not None else self._config
        return run_config(config, out, force, threads, figures, progress)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Experiment) and self.hash == other.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def __reduce__(self) -> Any:
        config = self._config
        return _again, (config.name, config.text, config.files, config.edits)

    def __repr__(self) -> str:
        return f"<resprout.Experiment {self.title!r}: {', '.join(self.arms)}>"

    def _repr_html_(self) -> str:
        return f"<p><b>{escape(self.title)}</b><br>{escape(self.question)}</p><pre>{escape(self._config.text)}</pre>"


def _again(name: str, text: str, files: dict[str, str], changes: list[str]) -> Experiment:
    return Experiment._of(_native.Config.held(name, text, files, changes))


def _read(config: Any, changes: list[str]) -> _native.Config:
    if isinstance(config, str) and "\n" in config:
        return _native.Config.stated(_STATED, config, Path("."), changes)
    if isinstance(config, (bytes, bytearray)):
        raise TypeError("a config is a path or a text, no bytes")
    return _native.Config.open(path_of(config, "config"), changes)


def config_of(config: Any, set: Edits, seed: Optional[int]) -> _native.Config:
    """The config that ``config`` means: an experiment, a mapping of tables, a path or a text."""
    if isinstance(config, Experiment):
        return config.edited(set, seed=seed)._config if set or seed is not None else config._config
    if isinstance(config, Mapping):
        return Experiment(config).edited(set, seed=seed)._config
    return _read(config, edits(set, seed))


def run(
    config: Union[Experiment, Mapping[str, Any], PathLike],
    *,
    set: Edits = None,
    seed: Optional[int] = None,
    threads: Optional[int] = None,
    out: Optional[PathLike] = None,
    force: bool = False,
    figures: bool = True,
    progress: Told = None,
) -> Run:
    """Runs an experiment: the same bytes as ``resprout run``, whatever the threads.

    Args:
        config: the path of a config, its text, a mapping of its tables, or an :class:`Experiment`.
        set: changes made before it is checked, by dotted key: ``{"network.neurons": 500, "arm.ketamine.doses.0.amt":
            "1 mg/kg"}``, or texts as ``--set`` takes them.
        seed: the seed, instead of the config's.
        threads: how many threads work; ``RAYON_NUM_THREADS``, or one per core, if left out.
        out: the folder of results. If left out, a temporary one, deleted with the :class:`Run`.
        force: replace what stands at the destination.
        figures: draw the figures as well.
        progress: ``True`` for a bar (tqdm), or a function that is given a :class:`Progress`.

    Raises:
        InputError: everything that is wrong with the config, told at once.
        Interrupted: Ctrl-C; the folder goes on with :func:`resume`.
        NumericalError, DiskError, CheckpointError, RunError: what else can go wrong.
    """
    return run_config(config_of(config, set, seed), out, force, threads, figures, progress)


__all__ = ["Experiment", "run"]
