"""A line that is put first is put there once, however often the command is typed."""

import os
import subprocess

import pytest

from checks.knowledge.first_lines import (
    PEOPLE_ALONE,
    PEOPLES_FILE,
    QUIET,
    put_first_command,
    quiet_rc_command,
    quiet_waiting_command,
)


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


@pytest.mark.parametrize("sudo", ["", "env "])
@pytest.mark.parametrize(
    ("text", "changed"), [("echo hi\n", True), ("exit 3\n", False), ("", False), (None, False)]
)
def test_what_sshd_runs_first_is_kept_to_people_where_it_prints(text, changed, sudo, tmp_path):
    path = tmp_path / ".ssh/rc"
    path.parent.mkdir()
    if text is not None:
        path.write_text(text)
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    command = ["sh", "-c", quiet_rc_command(sudo).replace("/etc/ssh/sshrc", "/nowhere")]
    codes = [subprocess.run(command, env=env, check=False).returncode for _ in range(2)]
    assert [code == 0 for code in codes] == [changed, False], "typed again it finds nothing"
    if text is not None:
        assert path.read_text() == (f"{PEOPLE_ALONE}\n{text}" if changed else text)


@pytest.mark.parametrize(
    ("name", "text", "changed"),
    [
        (".bashrc", "exec sh\n", True),
        (".ssh/rc", "sleep 99\n", True),
        (".zshenv", "read all\n", True),
        (".bashrc", "echo hi; exit 3\n", False),
        (".bashrc", "[ -n $IN_LOGIN ] || exec sh\n", False),
    ],
)
def test_what_waits_is_kept_to_people_and_nothing_else(name, text, changed, tmp_path):
    for path in (".ssh/rc", ".bashrc", ".zshenv"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(": fine\n")
    (tmp_path / name).write_text(text)
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    command = quiet_waiting_command("sed").replace("/etc/", "/nowhere/").replace("out 9", "out 5")
    for _ in range(2):
        subprocess.run(["bash", "-c", command], env=env, check=False)
        assert (tmp_path / name).read_text() == (f"{PEOPLES_FILE}\n" if changed else "") + text
    others = {".ssh/rc", ".bashrc", ".zshenv"} - {name}
    assert {(tmp_path / path).read_text() for path in others} == {": fine\n"}
    ran = subprocess.run(
        ["sh", "-c", f". {tmp_path / name}; :"], env=env, check=False, stdin=subprocess.DEVNULL
    )
    assert ran.returncode in (0, 3)
