"""Runs: a folder of results, and what stands in it."""

from __future__ import annotations

import json
import logging
import math
import os
import shutil
import tempfile
import weakref
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any, Optional, Union

from . import _native
from ._progress import Telling, Told
from ._tables import Table, Tables
from ._toml import Edits, whole
from .errors import Interrupted, not_there, refusal

logger = logging.getLogger("resprout")

PathLike = Union[str, "os.PathLike[str]"]
#: An instant: "28 d", hours as a number, or a ``timedelta``; counted from the end of the burn-in.
Instant = Union[str, float, timedelta]


def path_of(of: Any, what: str) -> Path:
    """``of`` as a path."""
    try:
        found = os.fspath(of)
    except TypeError:
        raise TypeError(f"`{what}` is of type {type(of).__name__}: expected a path") from None
    if not isinstance(found, str) or "\0" in found:
        raise refusal(f"`{what}` is no path that a file can have")
    return Path(found)


def hours_of(at: Any) -> float:
    """An instant in hours."""
    if isinstance(at, str):
        return _native.hours(at)
    if isinstance(at, timedelta):
        return at.total_seconds() / 3600.0
    if isinstance(at, bool) or not hasattr(at, "__float__"):
        raise TypeError(f'`at` is of type {type(at).__name__}: expected "28 d", hours or a timedelta')
    hours = float(at)
    # times are whole milliseconds in 64 bits
    if not math.isfinite(hours) or abs(hours) > 2.0e12:
        raise refusal(f"`at` is {hours} h: that is no instant of a run")
    return hours


class Figure:
    """A figure of a run. Notebooks show it as it is."""

    def __init__(self, folder: Path, id: str) -> None:
        self._folder = folder
        #: Its id, such as ``F03``.
        self.id = id

    def _file(self, ending: str) -> Path:
        found = self._folder / f"{self.id}.{ending}"
        if not found.is_file():
            raise not_there(f"picture of {self.id}", ending, [it.suffix[1:] for it in sorted(self._folder.glob(f"{self.id}.*"))])
        return found

    @property
    def svg(self) -> str:
        """The picture as SVG."""
        return self._file("svg").read_text(encoding="utf-8")

    @property
    def png(self) -> bytes:
        """The picture as PNG, at 300 dpi."""
        return self._file("png").read_bytes()

    @property
    def caption(self) -> str:
        """The caption, as Markdown: what bands and n mean."""
        return self._file("md").read_text(encoding="utf-8")

    @property
    def data(self) -> Table:
        """The numbers as drawn."""
        return Table(_native.figure_table(self._file("csv")), self.id)

    def save(self, path: PathLike) -> Path:
        """Writes the picture to ``path``, as SVG or PNG by its ending."""
        path = path_of(path, "path")
        shutil.copyfile(self._file(path.suffix[1:].lower() or "svg"), path)
        return path

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        return f"<resprout.Figure {self.id} of {self._folder.parent}>"


class Network:
    """The network of one arm and replicate at one instant."""

    def __init__(self, native: _native.Network) -> None:
        self._native = native

    @property
    def arm(self) -> str:
        """The arm; ``shared`` before arms branch."""
        return self._native.arm

    @property
    def replicate(self) -> int:
        """The independent network, counted from 0."""
        return self._native.replicate

    @property
    def time_h(self) -> float:
        """The instant, in hours since the end of the burn-in."""
        return self._native.time_h

    @property
    def populations(self) -> list[str]:
        """The names of the populations."""
        return self._native.populations

    @property
    def neurons(self) -> Table:
        """The neurons, by their index: population, position (um), rate (Hz), spines, TrkB (× baseline)."""
        return Table(self._native.neurons(), "neurons")

    def connections(self, source: Optional[str] = None, target: Optional[str] = None) -> Table:
        """The connections as columns: ``source``, ``target`` (rows of ``neurons``), ``size``, ``mature``, ``tagged``,
        ``born_h``.

        Args:
            source: the population of the presynaptic neurons; all if left out.
            target: the population of the postsynaptic neurons; all if left out.
        """
        for name, of in (("source", source), ("target", target)):
            if of is not None and not isinstance(of, str):
                raise TypeError(f"`{name}` is of type {type(of).__name__}: expected the name of a population")
        return Table(self._native.connections(source, target), "connections")

    def __repr__(self) -> str:
        counts = f"{self._native.neuron_count} neurons, {self._native.connection_count} connections"
        return f"<resprout.Network of {self.arm} at {self.time_h:g} h: {counts}>"


class Run:
    """A run: the folder that it filled, and what stands in it.

    ``Run(folder)`` opens the folder of any run, whoever made it.
    """

    def __init__(self, folder: PathLike) -> None:
        #: The folder.
        self.folder = path_of(folder, "folder")
        self._keeper: Optional[weakref.finalize[..., Any]] = None
        self._json("manifest.json")

    def _json(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            read = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            what = "no run" if name == "manifest.json" else f"no `{name}`"
            raise refusal(f"`{self.folder}` holds {what}", "name the folder of a run that is complete") from None
        except (OSError, ValueError) as error:
            raise refusal(f"`{path}`: {error}") from None
        if not isinstance(read, dict):
            raise refusal(f"`{path}` is damaged")
        return read

    @property
    def manifest(self) -> dict[str, Any]:
        """``manifest.json``: version, commit, seeds, threads, wall seconds, and a hash of every file."""
        return self._json("manifest.json")

    @property
    def status(self) -> str:
        """``complete``, ``interrupted``, ``failed`` or ``running``."""
        return str(self.manifest["status"])

    @property
    def summary(self) -> dict[str, Any]:
        """``summary.json``: for every arm the headline figures with mean, standard deviation, interval and unit, as
        ``run.summary["arms"]["ketamine"]["spine_density_24h_after_dose"]["mean"]``. ``run.tables["summary"]`` is the same as
        a table.
        """
        return self._json("summary.json")

    @property
    def tables(self) -> Tables:
        """The tables by name: ``timeseries``, ``outcomes``, ``summary`` and others."""
        return Tables(self.folder)

    @property
    def config(self) -> str:
        """The config with everything written out, as TOML."""
        return (self.folder / "config.toml").read_text(encoding="utf-8")

    @property
    def figures(self) -> list[str]:
        """The ids of the figures that were drawn."""
        return sorted(path.stem for path in (self.folder / "figures").glob("*.svg"))

    def figure(self, id: str) -> Figure:
        """The figure ``id``, such as ``"F03"``."""
        if not isinstance(id, str):
            raise TypeError(f"`id` is of type {type(id).__name__}: expected the id of a figure, such as F03")
        known = {name.upper(): name for name in self.figures}
        if id.upper() not in known:
            raise not_there("figure of this run", id, self.figures)
        return Figure(self.folder / "figures", known[id.upper()])

    def network(self, at: Instant, arm: Optional[str] = None, replicate: int = 0) -> Network:
        """The network that was kept at ``at``, an entry of ``record.network_at``.

        Args:
            at: "28 d", hours, or a ``timedelta``, since the end of the burn-in.
            arm: the arm; it may be left out while arms have not branched, or if there is one.
            replicate: the independent network, counted from 0.
        """
        arms = [str(name) for name in self.manifest["arms"]]
        if arm is not None and not isinstance(arm, str):
            raise TypeError(f"`arm` is of type {type(arm).__name__}: expected the name of an arm")
        if arm is not None and arm not in [*arms, "shared"]:
            raise not_there("arm", arm, arms)
        of_arm = arm or (arms[0] if len(arms) == 1 else "shared")
        number = whole(replicate, "replicate", 0, 2**32 - 1)
        return Network(_native.network(self.folder, of_arm, number, hours_of(at)))

    def network_times(self, arm: Optional[str] = None, replicate: int = 0) -> list[float]:
        """The instants at which networks of ``arm`` were kept, in hours since the end of the burn-in."""
        of_arm = arm or "shared"
        return _native.network_times(self.folder, of_arm, whole(replicate, "replicate", 0, 2**32 - 1))

    def resume(self, *, threads: Optional[int] = None, figures: bool = True, progress: Told = None) -> Run:
        """Goes on with a run that was stopped: the same bytes as if it never had been."""
        return resume(self.folder, threads=threads, figures=figures, progress=progress)

    def __repr__(self) -> str:
        return f"<resprout.Run {self.status} in {self.folder}>"

    def _repr_html_(self) -> str:
        shown = [self.figure(id).svg for id in ("F01", "F03") if id in self.figures]
        arms = "".join(f"<tr><td>{escape(str(arm))}</td>{_row(of)}</tr>" for arm, of in self._arms().items())
        table = (
            "<table><thead><tr><th>arm</th><th>spines at the end of stress</th><th>24 h after the dose</th>"
            f"<th>at the horizon</th></tr></thead><tbody>{arms}</tbody></table>"
        )
        note = "<p><small>Of baseline. Research and teaching software, not medical advice.</small></p>"
        pictures = "".join(f"<div>{_without_prologue(svg)}</div>" for svg in shown)
        return f"<div><p><b>{escape(repr(self))}</b></p>{table}{note}{pictures}</div>"

    def _arms(self) -> dict[str, Any]:
        try:
            return dict(self.summary["arms"])
        except (KeyError, ValueError):
            return {}


def _row(figures: dict[str, Any]) -> str:
    keys = ("spine_density_end_of_stress", "spine_density_24h_after_dose", "spine_density_horizon")
    means = (figures.get(key, {}).get("mean") for key in keys)
    return "".join("<td></td>" if mean is None else f"<td>{100 * mean:.1f} %</td>" for mean in means)


def _without_prologue(svg: str) -> str:
    start = svg.find("<svg")
    return svg[max(start, 0) :]


def threads_of(threads: Optional[int]) -> int:
    """Threads to work on: those asked for, ``RAYON_NUM_THREADS``, or one per core."""
    if threads is not None:
        return _native.threads(whole(threads, "threads", 1, 2**31))
    return _native.threads(None)


def run_config(
    config: _native.Config, out: Optional[PathLike], force: bool, threads: Optional[int], figures: bool, progress: Told
) -> Run:
    """Runs a config that was checked."""
    count = threads_of(threads)
    for fault in config.remark_parts():
        level = logging.WARNING if fault["severity"] == "warning" else logging.INFO
        logger.log(level, "%s: %s", fault["code"], fault["message"], extra={"fault": fault})
    if out is None:
        place = tempfile.mkdtemp(prefix="resprout-")
        folder = Path(place) / "run"
    else:
        folder = path_of(out, "out")
    with Telling(progress, "h") as told:
        try:
            _native.run(config, folder, bool(force), count, bool(figures), told)
        except Interrupted:
            raise
        except BaseException:
            if out is None and not (folder / "checkpoints").is_dir():
                shutil.rmtree(folder.parent, ignore_errors=True)
            raise
    run = Run(folder)
    _log(run)
    if out is None:
        run._keeper = weakref.finalize(run, shutil.rmtree, folder.parent, ignore_errors=True)
    return run


def resume(folder: PathLike, *, threads: Optional[int] = None, figures: bool = True, progress: Told = None) -> Run:
    """Goes on with the run in ``folder`` where it was stopped: the same bytes as if it never had been.

    A run that is complete is opened as it is.
    """
    path = path_of(folder, "folder")
    with Telling(progress, "h") as told:
        _native.resume(path, threads_of(threads), bool(figures), told)
    run = Run(path)
    _log(run)
    return run


def _log(run: Run) -> None:
    logger.info("%s: %s in %.1f s", run.folder, run.status, run.manifest["wall_s"])
    if logger.isEnabledFor(logging.DEBUG):
        log = run.folder / "log.txt"
        for line in log.read_text(encoding="utf-8").splitlines() if log.is_file() else []:
            logger.debug("%s", line)


__all__ = ["Edits", "Figure", "Network", "Run", "resume"]
