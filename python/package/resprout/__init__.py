"""resprout: how chronic stress prunes a cortical network, and how ketamine regrows it.

The whole program from Python: experiments, runs, tables, figures::

    import resprout

    run = resprout.run("exp.toml", set={"network.neurons": 500}, seed=1)
    run.tables["timeseries"].to_polars()
    run.figure("F03")

Research and teaching software, not medical advice.
"""

from __future__ import annotations

import logging

from ._experiment import Experiment, run
from ._native import COMMIT, VERSION
from ._progress import Progress
from ._run import Figure, Network, Run, resume
from ._simulator import Simulator
from ._study import Board, Study, Trial, sensitivity, sweep, trial, validate
from ._tables import Table, Tables
from .errors import (
    CheckpointError,
    DiskError,
    Fault,
    InputError,
    Interrupted,
    NotThere,
    NumericalError,
    ResproutError,
    RunError,
)

__version__ = VERSION

logging.getLogger("resprout").addHandler(logging.NullHandler())

__all__ = [
    "Board",
    "COMMIT",
    "CheckpointError",
    "DiskError",
    "Experiment",
    "Fault",
    "Figure",
    "InputError",
    "Interrupted",
    "Network",
    "NotThere",
    "NumericalError",
    "Progress",
    "ResproutError",
    "Run",
    "RunError",
    "Simulator",
    "Study",
    "Table",
    "Tables",
    "Trial",
    "__version__",
    "resume",
    "run",
    "sensitivity",
    "sweep",
    "trial",
    "validate",
]
