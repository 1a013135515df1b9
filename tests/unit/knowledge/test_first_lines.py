"""A line that is put first is put there once, however often the command is typed."""

import subprocess

import pytest

from checks.knowledge.first_lines import QUIET, put_first_command


@pytest.mark.parametrize("text", [None, "", "b\n", f"b\n{QUIET}\n"])
def test_typed_twice_it_is_first_once(text, tmp_path):
    path = tmp_path / "file"
    if text is not None:
        path.write_text(text)
    for _ in range(2):
        subprocess.run(["sh", "-c", put_first_command(QUIET, str(path))], check=True)
    lines = path.read_text().splitlines()
    assert lines[0] == QUIET
    assert [line for line in lines[1:] if line] == (text or "").splitlines()
