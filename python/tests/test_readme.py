"""What the README prints works as printed."""

import re
import subprocess
import sys

from conftest import ROOT


def test_the_five_lines_work_as_printed(tmp_path):
    text = (ROOT / "python" / "README.md").read_text()
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL).group(1)
    assert len(code.splitlines()) == 5
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 0.5 < float(done.stdout.splitlines()[0]) < 1.5 and "bdnf" in done.stdout
    assert (tmp_path / "spines.svg").read_text().startswith("<svg")
