"""What prints without end on a node costs no memory there, and what it says first is known."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys

import pytest

from checks.node.probe import core
from checks.node.programs import warm_interpreter
from checks.node.runtime.files import READ_LIMIT
from launcher.agent import rank_stack

ENDLESS = "import os\nwhile True: os.write({}, b'x' * 65536)"
BOUND_KIB = 64 << 10


def peak_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("stream", [1, 2])
def test_a_command_that_prints_without_end_is_cut_and_ended(stream):
    before = peak_kib()
    ran = core.run_command([sys.executable, "-c", ENDLESS.format(stream)], limit=1.0)
    assert ran.timed_out
    assert len((ran.out, ran.err)[stream - 1]) == READ_LIMIT
    assert peak_kib() - before < BOUND_KIB


def test_a_command_is_given_all_of_its_input_whatever_it_prints_meanwhile():
    words = b"line\n" * 200_000
    ran = core.run_command(["cat"], limit=60.0, stdin=words)
    assert (ran.code, ran.timed_out, ran.err) == (0, False, "")
    assert ran.out == words[:READ_LIMIT].decode()
    count = core.run_command(["wc", "-c"], limit=60.0, stdin=words)
    assert int(count.out) == len(words)


def test_a_command_that_reads_nothing_is_no_failure():
    ran = core.run_command(["true"], limit=60.0, stdin=b"x" * 300_000)
    assert (ran.code, ran.out) == (0, "")


def test_who_holds_the_pipes_of_a_killed_command_is_not_waited_for():
    script = "import os, time\nif os.fork() == 0:\n os.setsid()\n print(os.getpid(), flush=True)"
    ran = core.run_command([sys.executable, "-c", f"{script}\ntime.sleep(600)"], limit=5.0)
    assert ran.timed_out
    os.kill(int(ran.out), signal.SIGKILL)


def test_a_tool_that_prints_without_end_took_too_long():
    before = peak_kib()
    tool = rank_stack.start_tool([sys.executable, "-c", ENDLESS.format(1)])
    out, why = rank_stack.tool_output(tool, 0.0)
    assert (out, why) == ("", "it took too long")
    assert tool.returncode is not None
    assert peak_kib() - before < BOUND_KIB


def test_of_a_rank_that_prints_gigabytes_the_end_is_read(tmp_path):
    path = str(tmp_path / "child0")
    report = warm_interpreter.MARK + json.dumps({"stage": "done"})
    for ending, last in ((".out", f"\n{report}\nkept 1\n"), (".err", "\nlast words\n")):
        with open(path + ending, "wb") as file:
            file.truncate(3 << 30)
            file.seek(0, os.SEEK_END)
            file.write(last.encode())
    before = peak_kib()
    found = warm_interpreter.child_report(path, "kept .")
    assert found["said"] == {"stage": "done"}
    assert found["kept"] == ["kept 1"]
    assert found["err"].endswith("\nlast words\n")
    assert len(found["err"]) == warm_interpreter.OUTPUT_TAIL
    assert peak_kib() - before < BOUND_KIB


def test_half_a_line_of_a_rank_is_no_word_of_it(tmp_path):
    path = str(tmp_path / "child0")
    mark = warm_interpreter.MARK
    lines = f'{mark}{{"stage": "initialize"}}\n{mark}{{"losses": [\n{mark}{{"stage": "done"}}\n'
    (tmp_path / "child0.out").write_text(lines)
    (tmp_path / "child0.err").write_text("")
    assert warm_interpreter.child_report(path, "")["said"] == {"stage": "done"}
