"""A run from Python is the run of the command line."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import time

import pytest

import resprout

from conftest import CONFIG


def hashes(folder):
    return json.loads((folder / "manifest.json").read_text())["files"]


def test_the_bytes_are_those_of_the_command_line(config, program, tmp_path):
    edits = {"arm.ketamine.doses.0.amt": "1 mg/kg", "network.neurons": 150}
    run = resprout.run(config, set=edits, seed=5, threads=2, out=tmp_path / "python")
    by_hand = ["--set", 'arm.ketamine.doses.0.amt="1 mg/kg"', "--set", "network.neurons=150", "--seed", "5"]
    command = [program, "run", config, "--out", tmp_path / "command", "--threads", "1", "--quiet", *by_hand]
    subprocess.run(command, check=True)
    ours, theirs = hashes(run.folder), hashes(tmp_path / "command")
    assert len(ours) > 20 and any(name.startswith("figures/") for name in ours)
    assert ours == theirs
    assert run.manifest["edits"] == json.loads((tmp_path / "command" / "manifest.json").read_text())["edits"]


def test_threads_do_not_show_and_the_seed_does(config):
    one = resprout.run(config, threads=1, figures=False)
    two = resprout.run(config, threads=2, figures=False)
    other = resprout.run(config, threads=2, figures=False, seed=4)
    assert hashes(one.folder) == hashes(two.folder) != hashes(other.folder)


def test_an_experiment_of_python_is_the_one_of_the_file(config, run):
    dose = {"drug": "ketamine", "time": "1 d", "amt": "0.5 mg/kg", "route": "iv", "dur": "40 min"}
    experiment = resprout.Experiment(
        title="Small",
        question="Is what comes out what went in?",
        network={"neurons": 200, "synapses_per_neuron": 40},
        time={"burn_in": "1 d", "horizon": "3 d"},
        allow=["W001"],
        stress=[{"start": "0 d", "end": "2 d", "level": 0.8}],
        arm=[{"name": "vehicle"}, {"name": "ketamine", "doses": [dose]}],
        run={"seed": 3, "replicates": 2},
        record={"network_at": ["0 d", "2 d"]},
    )
    read = resprout.Experiment.from_toml(config)
    assert experiment == read == resprout.Experiment.from_toml(CONFIG) == resprout.Experiment(str(config))
    assert experiment.hash == run.manifest["config_hash"]
    assert experiment.arms == ["vehicle", "ketamine"] and experiment.networks == 2
    assert experiment.edited({"run.replicates": 5}).networks == 5
    assert experiment.estimate()["synapses"] == 8000
    assert "synapses_per_neuron = 40" in experiment.to_toml()


def test_an_experiment_is_pickled_with_its_edits_and_files(tmp_path):
    (tmp_path / "doses.csv").write_text("drug,time,amt,route,dur\nketamine,25 h,0.5 mg/kg,iv,40 min\n")
    text = CONFIG.replace('name = "vehicle"', 'name = "table"\nevents = { file = "doses.csv" }')
    path = tmp_path / "exp.toml"
    path.write_text(text)
    experiment = resprout.Experiment.from_toml(path, set={"network.neurons": 150}, seed=9)
    kept = pickle.dumps(experiment)
    (tmp_path / "doses.csv").unlink()
    path.unlink()
    again = pickle.loads(kept)
    assert again == experiment and again.seed == 9 and again.edits == ["network.neurons=150", "run.seed=9"]
    assert again.edited({"network.neurons": 160}).hash != experiment.hash


def test_a_temporary_folder_goes_with_its_run(config):
    run = resprout.run(config, figures=False)
    folder = run.folder
    assert run.status == "complete" and folder.is_dir()
    del run
    assert not folder.parent.exists()


def test_what_stands_is_not_overwritten_without_force(config, tmp_path):
    out = tmp_path / "out"
    resprout.run(config, out=out, figures=False)
    before = hashes(out)
    with pytest.raises(resprout.InputError):
        resprout.run(config, out=out, figures=False, seed=8)
    assert hashes(out) == before
    resprout.run(config, out=out, figures=False, seed=8, force=True)
    assert hashes(out) != before


def test_progress_is_told_and_its_exception_stops_the_run(config, tmp_path):
    told = []
    resprout.run(config, figures=False, progress=told.append)
    assert told[-1].done == pytest.approx(told[-1].total) and told[-1].unit == "h"
    assert [it.done for it in told] == sorted(it.done for it in told)

    def refuses(_):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"):
        resprout.run(config, set={"time.horizon": "300 d"}, figures=False, progress=refuses, out=tmp_path / "stopped")
    assert resprout.Run(tmp_path / "stopped").status == "interrupted"


def test_a_bar_is_shown_where_one_is_asked_for(config, capsys, monkeypatch, caplog):
    resprout.run(config, figures=False, progress=True)
    assert "100%" in capsys.readouterr().err
    for wrong in (5, "yes", [1]):
        with pytest.raises(TypeError, match="progress"):
            resprout.run(config, figures=False, progress=wrong)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr(resprout._progress, "LINE_EVERY", 0.0)
    with caplog.at_level("INFO", logger="resprout"):
        resprout.run(config, figures=False, progress=True)
    assert any(" of " in record.getMessage() for record in caplog.records)


LONG = {"time.horizon": "200 d", "network.neurons": 400, "run.checkpoint_every": "20 d"}

CHILD = """
import sys, time, resprout
print("ready", flush=True)
began = None
def told(progress):
    if progress.fraction > 0.05:
        print("under way", flush=True)
try:
    resprout.run(sys.argv[1], set={edits!r}, threads=2, out=sys.argv[2], figures=False, progress=told)
except KeyboardInterrupt as stopped:
    print("stopped", isinstance(stopped, resprout.Interrupted), stopped.exit_code, flush=True)
    print(stopped, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_ctrl_c_stops_within_a_second_and_the_folder_goes_on(config, tmp_path):
    command = [sys.executable, "-c", CHILD.replace("{edits!r}", repr(LONG)), str(config), str(tmp_path / "stopped")]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in child.stdout:
        if line.startswith("under way"):
            break
    child.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = child.communicate(timeout=60)
    took = time.monotonic() - began
    assert "stopped True 130" in out and "resume" in out, out + err
    # a second is the promise; beside it stands the interpreter's own end, on a machine with other work
    assert took < 2.0, took
    stopped = resprout.Run(tmp_path / "stopped")
    assert stopped.status == "interrupted"
    again = stopped.resume(figures=False)
    assert again.status == "complete"
    straight = resprout.run(config, set=LONG, threads=2, out=tmp_path / "straight", figures=False)
    assert hashes(again.folder) == hashes(straight.folder)


def test_other_threads_of_python_go_on_meanwhile(config):
    count, is_over = 0, threading.Event()

    def counts():
        nonlocal count
        while not is_over.is_set():
            count += 1
            time.sleep(0.001)

    thread = threading.Thread(target=counts)
    thread.start()
    began = time.monotonic()
    resprout.run(config, threads=1, figures=False)
    took = time.monotonic() - began
    is_over.set()
    thread.join()
    # without the interpreter's lock given up, it would hardly count at all
    assert count > 50 * took, (count, took)


def test_two_runs_at_once_in_two_threads(config, run, tmp_path):
    runs = {}

    def one(name):
        runs[name] = resprout.run(config, threads=1, out=tmp_path / name)

    threads = [threading.Thread(target=one, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert hashes(runs["a"].folder) == hashes(runs["b"].folder) == hashes(run.folder)


def test_the_environment_says_how_many_threads(monkeypatch):
    monkeypatch.setenv("RAYON_NUM_THREADS", "3")
    assert resprout._native.threads() == 3
    monkeypatch.setenv("RAYON_NUM_THREADS", "many")
    assert resprout._native.threads() == len(os.sched_getaffinity(0))
    assert resprout._native.threads(2) == 2
