"""The tests in docs/testing.md are run by pytest: they are what a reader copies first."""

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "testing.md"


def test_its_examples_are_tests_that_pass(tmp_path: Path):
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    for number, block in enumerate(blocks):
        (tmp_path / f"test_{number}.py").write_text(block)

    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "--rootdir", tmp_path, tmp_path]
    ran = subprocess.run(command, cwd=PAGE.parents[1], capture_output=True, text=True, check=False)

    assert (ran.returncode, f"{len(blocks)} passed" in ran.stdout) == (0, True), ran.stdout
