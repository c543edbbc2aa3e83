"""What the README prints works as printed."""

import re
import subprocess
import sys

from conftest import ROOT


def blocks():
    return re.findall(r"```python\n(.*?)```", (ROOT / "python" / "README.md").read_text(), re.DOTALL)


def test_the_five_lines_work_as_printed(tmp_path):
    code = blocks()[0]
    assert len(code.splitlines()) == 5
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 0.5 < float(done.stdout.splitlines()[0]) < 1.5 and "bdnf" in done.stdout
    assert (tmp_path / "spines.svg").read_text().startswith("<svg")


def test_the_indices_by_salib_work_as_printed():
    assert len(blocks()) == 2
    done = subprocess.run([sys.executable, "-c", blocks()[1]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    indices = [float(it) for it in done.stdout.replace("[", " ").replace("]", " ").split()]
    assert len(indices) == 2 and indices[0] > 0
