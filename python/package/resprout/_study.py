"""Many runs: studies, sensitivity, virtual trials, the board of published figures."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Optional, Union, overload

from . import _native
from ._experiment import Experiment, config_of
from ._progress import Telling, Told
from ._run import Figure, PathLike, path_of, threads_of
from ._tables import Tables
from ._toml import Edits, document, whole
from .errors import Interrupted, not_there, refusal

#: A study: its path, or its tables; ``base`` may be an :class:`Experiment`.
StudyLike = Union[PathLike, Mapping[str, Any]]


class _Folder:
    """A folder of results with tables and figures."""

    def __init__(self, folder: PathLike) -> None:
        #: The folder.
        self.folder = path_of(folder, "folder")
        self._keeper: Optional[weakref.finalize[..., Any]] = None

    @property
    def tables(self) -> Tables:
        """The tables by name: that of their file without its ending."""
        return Tables(self.folder)

    @property
    def figures(self) -> list[str]:
        """The ids of the figures that were drawn."""
        return sorted(path.stem for path in (self.folder / "figures").glob("*.svg"))

    def figure(self, id: str) -> Figure:
        """The figure ``id``, such as ``"F21"``."""
        if not isinstance(id, str):
            raise TypeError(f"`id` is of type {type(id).__name__}: expected the id of a figure, such as F21")
        known = {name.upper(): name for name in self.figures}
        if id.upper() not in known:
            raise not_there("figure here", id, self.figures)
        return Figure(self.folder / "figures", known[id.upper()])

    def _json(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise refusal(f"`{path}`: {error}") from None
        if not isinstance(read, dict):
            raise refusal(f"`{path}` is damaged")
        return read

    def _repr_html_(self) -> str:
        pictures = (self.figure(id).svg for id in self.figures[:2])
        shown = "".join(f"<div>{svg[max(svg.find('<svg'), 0):]}</div>" for svg in pictures)
        return f"<div><p><b>{escape(repr(self))}</b></p>{shown}</div>"


class Study(_Folder):
    """The folder of a study: ``tables["study"]`` has a row for every point, arm, network and outcome."""

    def __init__(self, folder: PathLike) -> None:
        super().__init__(folder)
        self._json("study.json")

    @property
    def manifest(self) -> dict[str, Any]:
        """``study.json``: how it stands, points done and failed, ticks, a hash of every file."""
        return self._json("study.json")

    def __repr__(self) -> str:
        manifest = self.manifest
        counts = f"{manifest['done']} of {manifest['points']} points done, {manifest['failed']} failed"
        return f"<resprout.Study {manifest['status']} in {self.folder}: {counts}>"


class Trial(_Folder):
    """A virtual trial: ``summary`` is ``trial.json``, ``tables["trial"]`` has a row for every arm, visit and outcome."""

    @property
    def summary(self) -> dict[str, Any]:
        """What was found at the primary visit, and how often trials like it find it."""
        return self._json("trial.json")

    def __repr__(self) -> str:
        return f"<resprout.Trial in {self.folder}: {self.summary['design']}, {', '.join(self.summary['arms'])}>"


class Board(Sequence[dict[str, Any]]):
    """The model against published figures: a row for every target, with ``id``, ``kind``, ``value``, ``low``, ``high``,
    ``band_low``, ``band_high``, ``unit``, ``pass`` and ``source``.
    """

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self._rows = rows

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Board: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[dict[str, Any], Board]:
        return Board(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._rows)

    def passed(self, kind: Optional[str] = None) -> tuple[int, int]:
        """How many rows are within their band, and how many there are; of one ``kind`` if it is named."""
        rows = [row for row in self._rows if kind is None or row["kind"] == kind]
        return sum(bool(row["pass"]) for row in rows), len(rows)

    def __repr__(self) -> str:
        met, of = self.passed()
        return f"<resprout.Board: {met} of {of} within their band>"

    def _repr_html_(self) -> str:
        columns = ("id", "kind", "value", "band_low", "band_high", "unit", "pass")
        head = "".join(f"<th>{name}</th>" for name in columns)
        rows = "".join("<tr>" + "".join(f"<td>{escape(str(row[name]))}</td>" for name in columns) + "</tr>" for row in self)
        return f"<p>{escape(repr(self))}</p><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


class _Place:
    """A folder for results: the one that was asked for, or a temporary one that goes with what stands in it."""

    def __init__(self, out: Optional[PathLike]) -> None:
        self.is_temporary = out is None
        self.folder = Path(tempfile.mkdtemp(prefix="resprout-")) / "out" if out is None else path_of(out, "out")

    def __enter__(self) -> Path:
        return self.folder

    def __exit__(self, kind: Optional[type[BaseException]], *_: object) -> None:
        # what was interrupted goes on where it is
        if self.is_temporary and kind is not None and not issubclass(kind, Interrupted):
            shutil.rmtree(self.folder.parent, ignore_errors=True)

    def keep(self, of: _Folder) -> None:
        if self.is_temporary:
            of._keeper = weakref.finalize(of, shutil.rmtree, self.folder.parent, ignore_errors=True)


class _Written:
    """A study as a file: its own, or one that is written of its tables."""

    def __init__(self, study: StudyLike) -> None:
        self.temporary: Optional[Path] = None
        if not isinstance(study, Mapping):
            self.path = path_of(study, "study")
            return
        tables: dict[str, Any] = {"schema_version": 1, **study}
        self.temporary = Path(tempfile.mkdtemp(prefix="resprout-study-"))
        self.path = self.temporary / "study.toml"
        try:
            base = tables.get("base")
            if isinstance(base, Experiment):
                if base._config.files:
                    raise refusal("an experiment with files of its own is no base", "name the path of its config")
                (self.temporary / "base.toml").write_text(base._config.text, encoding="utf-8")
                tables["base"] = "base.toml"
                tables["set"] = [*base.edits, *tables.get("set", [])]
            elif base is not None:
                tables["base"] = str(path_of(base, "base").absolute())
            self.path.write_text(document(tables), encoding="utf-8")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self.temporary is not None:
            shutil.rmtree(self.temporary, ignore_errors=True)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.close()


def sweep(
    study: StudyLike,
    *,
    out: Optional[PathLike] = None,
    shard: tuple[int, int] = (1, 1),
    threads: Optional[int] = None,
    progress: Told = None,
) -> Study:
    """Runs a study: the same bytes as ``resprout sweep``, whatever the threads.

    Args:
        study: the path of a study, or its tables as a mapping, in which ``base`` is a path or an :class:`Experiment`.
        out: the folder of results, in which a study that was stopped goes on; a temporary one if left out.
        shard: ``(i, n)`` for part i of n alone; ``resprout collect`` joins parts.
        threads: how many threads work.
        progress: as for :func:`run`, in points.
    """
    if not isinstance(shard, tuple) or len(shard) != 2:
        raise TypeError("`shard` is no pair of whole numbers (i, n)")
    part = (whole(shard[0], "shard", 0, 2**32 - 1), whole(shard[1], "shard", 0, 2**32 - 1))
    count = threads_of(threads)
    place = _Place(out)
    with _Written(study) as path, place as folder, Telling(progress, "points") as told:
        _native.sweep(path, folder, part, count, told)
    found = Study(folder)
    place.keep(found)
    return found


def sensitivity(
    study: StudyLike, *, out: Optional[PathLike] = None, threads: Optional[int] = None, progress: Told = None
) -> Study:
    """Runs a study whose design is ``saltelli``, ``morris`` or ``grid``, and tells which factor matters:
    ``tables["sensitivity"]`` has a row for every outcome, arm, factor and index, with its interval.
    """
    count = threads_of(threads)
    place = _Place(out)
    with _Written(study) as path, place as folder, Telling(progress, "points") as told:
        _native.sensitivity(path, folder, count, told)
    found = Study(folder)
    place.keep(found)
    return found


def trial(
    config: Union[Experiment, Mapping[str, Any], PathLike],
    *,
    set: Edits = None,
    seed: Optional[int] = None,
    repeat: int = 0,
    draws: int = 8,
    out: Optional[PathLike] = None,
    threads: Optional[int] = None,
    progress: Told = None,
) -> Trial:
    """Draws a virtual trial from the subjects of a config, and tells its power.

    Args:
        config, set, seed: as for :func:`run`; the config needs ``[subjects]``.
        repeat: trials that are resampled for each operating characteristic; none if 0.
        draws: draws of uncertain parameters for assurance.
        out: the folder of results; a temporary one if left out.
    """
    again, drawn = whole(repeat, "repeat", 0, 1_000_000), whole(draws, "draws", 2, 10_000)
    checked, count = config_of(config, set, seed), threads_of(threads)
    place = _Place(out)
    with place as folder, Telling(progress, "h") as told:
        _native.trial(checked, folder, again, drawn, count, told)
    found = Trial(folder)
    place.keep(found)
    return found


def validate(
    only: Optional[Sequence[str]] = None,
    *,
    set: Optional[Mapping[str, float]] = None,
    null_models: bool = False,
    out: Optional[PathLike] = None,
    threads: Optional[int] = None,
    progress: Told = None,
) -> Board:
    """Runs the reference experiments and holds them against published figures, as ``resprout validate --json``.

    Args:
        only: ids or groups of targets, such as ``["C14", "C2.half_life"]``; all if left out.
        set: values of model parameters, in their own units.
        null_models: score null models beside; four times as long.
        out: keep the runs and the board here.
        progress: as for :func:`run`; its ``step`` names the experiment.
    """
    if isinstance(only, str):
        only = [only]
    named = list(only or [])
    for name in named:
        if not isinstance(name, str):
            raise TypeError(f"an id of `only` is of type {type(name).__name__}: expected a text")
    values = [(str(key), float(value)) for key, value in (set or {}).items()]
    folder = None if out is None else path_of(out, "out")
    if folder is not None and (folder / "scoreboard.json").exists():
        raise refusal(f"`{folder}` holds a board already", "name another folder")
    with Telling(progress, "h") as told:
        text = _native.validate(named, values, bool(null_models), folder, threads_of(threads), told)
    return Board(json.loads(text))


__all__ = ["Board", "Study", "Trial", "sensitivity", "sweep", "trial", "validate"]
