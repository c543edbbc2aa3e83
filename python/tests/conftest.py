"""What tests have in common: a small experiment, one run of it, and the program."""

import os
import shutil
from pathlib import Path

import pytest

import resprout

ROOT = Path(__file__).resolve().parents[2]

#: Small and short: what it gives is not measured here, only how it is handed over.
CONFIG = """\
schema_version = 1
title = "Small"
question = "Is what comes out what went in?"
network = { neurons = 200, synapses_per_neuron = 40 }
time = { burn_in = "1 d", horizon = "3 d" }
allow = ["W001"]

[[stress]]
start = "0 d"
end = "2 d"
level = 0.8

[[arm]]
name = "vehicle"

[[arm]]
name = "ketamine"
doses = [{ drug = "ketamine", time = "1 d", amt = "0.5 mg/kg", route = "iv", dur = "40 min" }]

[run]
seed = 3
replicates = 2

[record]
network_at = ["0 d", "2 d"]
"""


@pytest.fixture(scope="session")
def config(tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / "small.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture(scope="session")
def run(config, tmp_path_factory):
    return resprout.run(config, threads=2, out=tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="session")
def program():
    """The command, if it was built from this tree."""
    named = os.environ.get("RESPROUT")
    built = [ROOT / "target" / profile / "resprout" for profile in ("release", "debug")]
    found = [path for path in ([Path(named)] if named else built) if path.is_file()]
    if not found:
        on_path = shutil.which("resprout")
        if on_path is None:
            pytest.skip("the command `resprout` was not built: name it in RESPROUT")
        found = [Path(on_path)]
    return max(found, key=lambda path: path.stat().st_mtime)
