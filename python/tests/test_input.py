"""Wrong input: the program's own message as an exception, never a panic, never a dead interpreter."""

import json
import logging
import pickle
import random
import shutil
import subprocess
import sys

import numpy as np
import pytest

import resprout

from conftest import CONFIG


def refused(text, **edits):
    with pytest.raises(resprout.InputError) as caught:
        resprout.Experiment.from_toml(text, **edits)
    return caught.value


def test_a_fault_says_code_file_line_key_and_hint(tmp_path):
    path = tmp_path / "exp.toml"
    path.write_text(CONFIG.replace('dur = "40 min" }', 'dur = "40 min", ii = "84 h" }'))
    error = refused(path)
    line = path.read_text().splitlines().index(next(it for it in path.read_text().splitlines() if "84 h" in it)) + 1
    assert (error.code, error.file, error.line) == ("E021", str(path), line)
    assert error.key == "arm.1.doses.0.ii" and "addl" in error.hint
    assert "-->" in str(error) and error.exit_code == 2
    assert isinstance(error, ValueError)


def test_all_faults_are_told_at_once(tmp_path):
    text = CONFIG.replace("neurons = 200", "neurns = 200").replace("level = 0.8", 'level = "high"')
    error = refused(text)
    assert {fault.key for fault in error.faults} >= {"network.neurns", "stress.0.level"}
    assert error.file == "<experiment>"
    unknown = next(fault for fault in error.faults if fault.key == "network.neurns")
    assert "neurons" in unknown.hint and unknown.severity == "error"


def test_an_edit_is_named_by_its_key():
    error = refused(CONFIG, set={"network.neurns": 5})
    assert (error.file, error.key) == ("--set", "network.neurns")
    error = refused(CONFIG, set={"network.neurons": "5 mg"})
    assert error.key == "network.neurons"
    assert refused(CONFIG, set=["nonsense"]).code


def test_what_is_built_in_python_is_told_by_key():
    tables = {"title": "x", "network": {"neurons": -5, "synapses_per_neuron": 9}, "time": {"horizon": "3 d"}, "arm": [{"name": "a"}]}
    with pytest.raises(resprout.InputError) as caught:
        resprout.Experiment(tables)
    assert caught.value.key == "network.neurons"
    with pytest.raises(resprout.InputError) as caught:
        resprout.Experiment({**tables, "network": {"neurons": float("nan")}})
    assert "network.neurons" in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path):
    error = refused(tmp_path / "nowhere.toml")
    assert "nowhere.toml" in str(error) and error.code
    with pytest.raises(resprout.InputError):
        resprout.Run(tmp_path)
    with pytest.raises(resprout.InputError):
        resprout.resume(tmp_path)
    with pytest.raises(resprout.InputError):
        resprout.run("a\0b")


def test_errors_are_pickled_whole():
    error = refused(CONFIG, set={"network.neurns": 5})
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error) and again.faults == error.faults


def test_warnings_are_logged(config, caplog):
    with caplog.at_level(logging.DEBUG, logger="resprout"):
        resprout.run(CONFIG.replace('allow = ["W001"]\n', ""), figures=False)
    assert any("W001" in record.getMessage() for record in caplog.records if record.levelno == logging.WARNING)
    assert any("simulated" in record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG)
    assert resprout.Experiment.from_toml(CONFIG).remarks == []


@pytest.mark.parametrize("threads", [0, -1, 10**9, 2**70])
def test_an_impossible_number_of_threads_is_refused(threads):
    with pytest.raises(resprout.InputError, match="threads"):
        resprout.run(CONFIG, threads=threads)


def test_a_destination_that_cannot_be_is_an_error_of_the_disk_or_of_the_input(config, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises((resprout.DiskError, resprout.InputError)):
        resprout.run(config, out=tmp_path / "file" / "run")
    with pytest.raises(resprout.InputError):
        resprout.run(config, out=tmp_path / "file")


def test_a_folder_of_another_version_is_no_folder_to_go_on_with(run, tmp_path):
    folder = tmp_path / "old"
    shutil.copytree(run.folder, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.update(version="0.0.1", status="interrupted")
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(resprout.CheckpointError, match="0.0.1"):
        resprout.resume(folder)


def test_a_damaged_table_is_told_by_name(run, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(run.folder, folder)
    text = (folder / "outcomes.csv").read_text()
    (folder / "outcomes.csv").write_text(text + "vehicle,0,0,x,1,high\n")
    with pytest.raises(resprout.InputError, match="high"):
        resprout.Run(folder).tables["outcomes"]
    (folder / "timeseries.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(resprout.InputError):
        resprout.Run(folder).tables["timeseries"]
    for snapshot in (folder / "network").iterdir():
        snapshot.write_bytes(snapshot.read_bytes()[:100])
    with pytest.raises(resprout.ResproutError):
        resprout.Run(folder).network("2 d", arm="ketamine")
    (folder / "manifest.json").write_text("[")
    with pytest.raises(resprout.InputError):
        resprout.Run(folder)


ODD = [
    None, True, 0, -1, 2**63, 2**200, 1.5, float("nan"), float("inf"), -0.0, "", "a", "\n", "\0", "\ud800", "é" * 1000, b"x",
    [], [None], [[]], (), {}, {"": 1}, {"a.b": 2}, {1: 2}, set(), object(), lambda: None, np.float64(1.5), np.int32(7),
    np.array([1.0, np.nan]), np.array(["a"]), 1j, range(3), Exception, type, {"network": {"neurons": [1]}},
]  # fmt: skip


def test_wrong_types_are_exceptions_wherever_they_come(run):
    """Every door of the package, with everything that does not fit through it."""
    net = run.network("2 d", arm="ketamine")
    table = run.tables["summary"]
    doors = [
        resprout.run,
        resprout.Experiment,
        resprout.Experiment.from_toml,
        resprout.Run,
        resprout.resume,
        lambda odd: resprout.Experiment(title=odd, network=odd, time=odd, arm=odd),
        lambda odd: resprout.Experiment({"arm": [odd], "network": {"neurons": odd}}),
        lambda odd: resprout.Experiment.from_toml(CONFIG, set=odd),
        lambda odd: resprout.Experiment.from_toml(CONFIG, set={"network.neurons": odd}),
        lambda odd: resprout.Experiment.from_toml(CONFIG, set={"title": odd}),
        lambda odd: resprout.Experiment.from_toml(CONFIG, set=[odd]),
        lambda odd: resprout.Experiment.from_toml(CONFIG, seed=odd),
        lambda odd: run.figure(odd),
        lambda odd: run.tables[odd],
        lambda odd: run.network(odd),
        lambda odd: run.network("2 d", arm=odd),
        lambda odd: run.network("2 d", arm="ketamine", replicate=odd),
        lambda odd: net.connections(odd, odd),
        lambda odd: table.to_numpy(odd),
        lambda odd: resprout._native.table(odd, odd),
        lambda odd: resprout._native.hours(odd),
        lambda odd: resprout._native.run(odd, odd, odd, odd, odd, odd),
        lambda odd: table.__arrow_c_stream__(odd),
    ]
    for number, door in enumerate(doors):
        for odd in ODD:
            try:
                door(odd)
            except (resprout.ResproutError, TypeError, ValueError, OverflowError, KeyError):
                pass
            except BaseException as error:  # a panic is a BaseException
                pytest.fail(f"door {number}, {odd!r}: {type(error).__mro__}: {error}")


def test_damaged_configs_are_exceptions():
    """Bytes of a config changed, left out, doubled: it is read, or refused in the program's words."""
    chance = random.Random(17)
    refusals = 0
    for _ in range(400):
        text = list(CONFIG)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            what = chance.randrange(3)
            if what == 0:
                text[at] = chr(chance.choice([0, 9, 10, 34, 39, 61, 91, 93, 123, 125, 955, 0x1F600, chance.randrange(32, 127)]))
            elif what == 1:
                del text[at : at + chance.randint(1, 20)]
            else:
                text[at:at] = text[max(0, at - 15) : at]
        try:
            resprout.Experiment.from_toml("".join(text) + "\n")
        except resprout.InputError as error:
            refusals += 1
            assert error.faults and all(fault.message for fault in error.faults)
    assert refusals > 200


def test_a_panic_is_an_exception_and_the_interpreter_goes_on():
    code = (
        "import resprout\n"
        "try:\n    resprout._native.panic('planted')\n"
        "except resprout.RunError as error:\n    print('outlived', 'planted' in str(error))\n"
        "try:\n    resprout._native.panic_at_work('planted')\n"
        "except resprout.RunError as error:\n    print('outlived', 'planted' in str(error))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout.count("outlived True") == 2, done.stdout + done.stderr
