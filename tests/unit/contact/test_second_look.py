"""Which file is blamed for a login that runs nothing, by transfer and by the files' own trace."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from io import BytesIO

import pytest

from checks.contact import second_look
from checks.contact.channel import CommandResult
from checks.contact.second_look import find_taking_line, find_waiting_files


class Transfer:
    """Files there, by path."""

    def __init__(self, files):
        self.files = files

    def normalize(self, _):
        return "/root"

    @contextmanager
    def open(self, path):
        if path not in self.files:
            raise FileNotFoundError(path)
        yield BytesIO(self.files[path].encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


class Session:
    """A login of which transfers and commands are made here."""

    def __init__(self, files=None, home="/nowhere", shell=None):
        self.files, self.home, self.shell = files, home, shell

    def open_transfer(self, _):
        if self.files is None:
            raise EOFError
        return Transfer(self.files)

    def run(self, command, stdin, limit_s):
        env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin"}
        argv = self.shell or ["bash", "-c", command]
        done = subprocess.run(argv, input=stdin, env=env, capture_output=True, timeout=limit_s)
        return CommandResult(done.returncode, done.stdout.decode(), "")


GUARDED = "# ~/.bashrc\n\ncase $- in\n  *i*) ;;\n  *) return;;\nesac\nsleep 9\n"


@pytest.mark.parametrize(
    ("files", "blamed"),
    [
        ({"/root/.ssh/rc": "sleep 9", "/root/.bashrc": GUARDED}, "/root/.ssh/rc"),
        ({"/etc/bash.bashrc": '[ -z "${PS1-}" ] && return\nsleep 9'}, ""),
        ({"/root/.bashrc": "# x\nsleep 9\n"}, "/root/.bashrc"),
        (
            {"/root/.ssh/rc": "", "/etc/bash.bashrc": "sleep 9"},
            "/root/.ssh/rc or /etc/bash.bashrc",
        ),
        (None, ""),
    ],
)
def test_the_files_that_may_wait(files, blamed):
    assert find_waiting_files(Session(files)) == blamed


@pytest.mark.parametrize(
    ("shell", "text", "blamed"),
    [
        (["dash"], "true\nexec /bin/bash --login\n", "2: exec /bin/bash"),
        (["bash"], "cat >/dev/null\n", "1: cat"),
        (None, "export A=1\nTOKEN=secret sh\n", "2: sh"),
        (None, "echo fine\n", ""),
    ],
)
def test_the_line_that_takes_the_input(tmp_path, monkeypatch, shell, text, blamed):
    trace = second_look.TRACE.replace("/etc/bash.bashrc", "/nowhere")
    monkeypatch.setattr(second_look, "TRACE", trace)
    (tmp_path / ".bashrc").write_text(text)
    found = find_taking_line(Session(home=tmp_path, shell=shell))
    assert found == (f"{tmp_path}/.bashrc:{blamed}" if blamed else "")
