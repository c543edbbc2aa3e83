"""How far long work is."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Optional, Union

logger = logging.getLogger("resprout")

#: Seconds between lines in the log where there is no bar.
LINE_EVERY = 10.0


class Progress(NamedTuple):
    """How far work is: ``done`` of ``total``, in ``unit``."""

    done: float
    total: float
    unit: str
    step: str

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0


#: What is told of progress: nothing, a bar of tqdm, or calls of a function.
Told = Union[None, bool, Callable[[Progress], object]]


class _Bar:
    """A bar of tqdm; lines in the log where tqdm is not installed."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self.bar: Any = None
        self.last = time.monotonic()
        try:
            from tqdm.auto import tqdm
        except ImportError:
            tqdm = None
        self.make: Any = tqdm

    def __call__(self, done: float, total: float, step: str) -> None:
        if self.make is None:
            if time.monotonic() - self.last >= LINE_EVERY:
                self.last = time.monotonic()
                logger.info("%.0f of %.0f %s%s", done, total, self.unit, f", {step}" if step else "")
            return
        if self.bar is None:
            self.bar = self.make(total=total, unit=self.unit, unit_scale=True)
        if step:
            self.bar.set_description(step)
        self.bar.total = total
        self.bar.n = done
        self.bar.refresh()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()


class Telling:
    """What the extension module calls while it works."""

    def __init__(self, told: Told, unit: str) -> None:
        self.call: Optional[Callable[[float, float, str], object]] = None
        self.bar: Optional[_Bar] = None
        if told is True:
            self.bar = self.call = _Bar(unit)
        elif callable(told):
            self.call = lambda done, total, step: told(Progress(done, total, unit, step))
        elif told not in (None, False):
            raise TypeError(f"`progress` is of type {type(told).__name__}: expected True, or a function of one argument")

    def __enter__(self) -> Optional[Callable[[float, float, str], object]]:
        return self.call

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.close()
