"""Studies, trials and the board from Python are those of the command line."""

import json
import subprocess

import pytest

import resprout

from conftest import CONFIG, ROOT

STUDY = """\
schema_version = 1
title = "Small study"
base = "small.toml"
design = { method = "grid" }

[[factor]]
key = "stress.0.level"
values = [0.4, 0.8]

[[outcome]]
key = "spine_density_horizon"
"""


@pytest.fixture(scope="module")
def study(config):
    path = config.parent / "study.toml"
    path.write_text(STUDY)
    return path


def results(folder, kept=(".csv", ".parquet", ".svg")):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.suffix in kept}


def test_a_study_has_the_bytes_of_the_command_line(study, program, tmp_path):
    found = resprout.sweep(study, out=tmp_path / "python", threads=2)
    subprocess.run([program, "sweep", study, "--out", tmp_path / "command", "--threads", "1", "--quiet"], check=True)
    assert results(found.folder) == results(tmp_path / "command") and len(results(found.folder)) >= 5
    assert found.manifest["done"] == 2 and found.tables["study"].num_rows == 8
    again = resprout.sweep(study, out=tmp_path / "python")
    assert again.manifest == found.manifest


def test_parts_are_parts(study, tmp_path):
    part = resprout.sweep(study, out=tmp_path / "part", shard=(1, 1), threads=1)
    assert part.manifest["shard"] == {"index": 1, "of": 1}
    for wrong in ((0, 1), (2, 1), (1, 0)):
        with pytest.raises(resprout.InputError):
            resprout.sweep(study, out=tmp_path / "wrong", shard=wrong)
    for wrong in (1, (1,), (1, 2, 3), ("a", 1), None):
        with pytest.raises(TypeError):
            resprout.sweep(study, out=tmp_path / "wrong", shard=wrong)


def test_a_study_of_python_is_that_of_its_file(study, tmp_path):
    tables = {
        "title": "Small study",
        "base": resprout.Experiment.from_toml(CONFIG),
        "design": {"method": "grid"},
        "factor": [{"key": "stress.0.level", "values": [0.4, 0.8]}],
        "outcome": [{"key": "spine_density_horizon"}],
    }
    ours, theirs = resprout.sweep(tables), resprout.sweep(study)
    assert results(ours.folder, (".csv",)) == results(theirs.folder, (".csv",))
    folder = ours.folder
    del ours
    assert not folder.exists()


def test_faults_of_a_study_are_told_at_their_place(study, tmp_path):
    with pytest.raises(resprout.InputError) as refused:
        resprout.sweep({"base": str(study.parent / "small.toml"), "design": {"method": "grid"}, "factor": [{"key": "nothing"}]})
    assert refused.value.faults
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(STUDY.replace("stress.0.level", "stress.0.levle").replace("small.toml", str(study.parent / "small.toml")))
    with pytest.raises(resprout.InputError) as refused:
        resprout.sweep(wrong)
    assert refused.value.file == str(wrong) and refused.value.key == "factor.0.key" and refused.value.line == 7
    with pytest.raises(resprout.InputError):
        resprout.sensitivity(tmp_path / "nowhere.toml")
    with pytest.raises(resprout.InputError, match="list"):
        resprout.sensitivity({**SENSITIVE, "design": {"method": "list"}, "base": str(study.parent / "small.toml")})


SENSITIVE = {
    "factor": [{"key": "stress.0.level", "values": [0.4, 0.8]}, {"key": "arm.ketamine.doses.0.amt", "values": ["0.5 mg/kg", "1 mg/kg"]}],
    "outcome": [{"key": "spine_density_horizon"}],
}  # fmt: skip


def test_an_analysis_has_the_bytes_of_the_command_line(study, program, tmp_path):
    path = study.parent / "which.toml"
    path.write_text(STUDY.replace("[[outcome]]", '[[factor]]\nkey = "arm.ketamine.doses.0.amt"\nvalues = ["0.5 mg/kg", "1 mg/kg"]\n\n[[outcome]]'))
    found = resprout.sensitivity(path, out=tmp_path / "python", threads=2)
    subprocess.run([program, "sensitivity", path, "--out", tmp_path / "command", "--quiet"], check=True)
    assert results(found.folder) == results(tmp_path / "command")
    table = found.tables["sensitivity"].to_pandas()
    assert {"first_order", "total_order"} <= set(table["index"]) and "F15" in found.figures
    assert "<svg" in found._repr_html_()


def test_a_trial_has_the_bytes_of_the_command_line(config, program, tmp_path):
    path = config.parent / "trial.toml"
    path.write_text(CONFIG.replace("replicates = 2", "replicates = 1") + '\n[subjects]\nn = 8\n\n[trial]\nprimary = "24 h"\n')
    found = resprout.trial(path, repeat=20, out=tmp_path / "python", threads=2, seed=4)
    command = [program, "trial", path, "--repeat", "20", "--out", tmp_path / "command", "--seed", "4", "--quiet"]
    subprocess.run(command, check=True)
    assert results(found.folder) == results(tmp_path / "command")
    assert found.summary == json.loads((tmp_path / "command" / "trial.json").read_text())
    assert found.tables["trial"].num_rows > 0 and found.summary["operating_characteristics"]["repeats"] == 20
    assert found.figures == ["F25"]


def test_a_trial_without_subjects_is_refused(config):
    with pytest.raises(resprout.InputError) as refused:
        resprout.trial(config)
    assert "subjects" in refused.value.hint
    for wrong in ({"repeat": -1}, {"draws": 1}, {"repeat": 10**9}):
        with pytest.raises(resprout.InputError):
            resprout.trial(config, **wrong)


def test_the_board_is_that_of_the_command_line(program, tmp_path):
    board = resprout.validate(["C5"])
    done = subprocess.run([program, "validate", "--only", "C5", "--json", "--quiet"], check=True, capture_output=True)
    assert list(board) == json.loads(done.stdout)
    assert board.passed() == (len(board), len(board)) and board.passed("prediction") == (0, 0)
    assert "C5" in board._repr_html_() and isinstance(board[:1], resprout.Board)
    kept = resprout.validate("C5", out=tmp_path / "board")
    assert list(kept) == list(board) and (tmp_path / "board" / "scoreboard.json").is_file()
    with pytest.raises(resprout.InputError, match="holds a board"):
        resprout.validate("C5", out=tmp_path / "board")
    with pytest.raises(resprout.InputError):
        resprout.validate(["nothing"])
    with pytest.raises(resprout.InputError) as refused:
        resprout.validate(["C5"], set={"bdnf.nothing": 1.0})
    assert refused.value.code
    with pytest.raises(resprout.InputError):
        resprout.validate(["C5"], set={"bdnf.trkb_hill": float("nan")})


def test_a_study_that_is_stopped_goes_on(tmp_path):
    """The shipped study, stopped by an exception of its progress: what was done stands, and the same call goes on."""

    class Enough(Exception):
        pass

    def told(progress):
        if progress.done >= 1:
            raise Enough

    shipped = ROOT / "configs" / "studies" / "stress_dose_inflammation.toml"
    small = tmp_path / "shipped.toml"
    small.write_text(shipped.read_text().replace('base = "../', f'base = "{shipped.parent.parent}/'))
    with pytest.raises(Enough):
        resprout.sweep(small, out=tmp_path / "out", progress=told)
    stopped = resprout.Study(tmp_path / "out").manifest
    assert stopped["status"] == "interrupted" and 0 < stopped["done"] < stopped["points"] == 27
    again = resprout.sweep(small, out=tmp_path / "out")
    assert again.manifest["status"] == "complete" and again.manifest["done"] == 27
