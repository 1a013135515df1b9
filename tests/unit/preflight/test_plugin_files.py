"""The pytest face: what it writes, and where it can be typed. CONTRACT of `pytest preflight/`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from preflight.__main__ import pytest_arguments
from tests.support.paths import ROOT
from tests.support.toy_checks import preflight
from tests.support.toy_facts import save_facts

# Files


def test_dry_run_lists_commands_and_asks_nobody(tmp_path):
    done = preflight("--hosts", "no-such-node.invalid", "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert "no-such-node.invalid: login to no-such-node.invalid:22" in done.stdout
    assert "STOP" not in done.stdout and "GO" not in done.stdout


def test_report_html_and_facts_are_written(tmp_path):
    facts = save_facts(tmp_path, node2="block")
    files = ("--report", "r.json", "--html", "r.html", "--save-facts", "again.json")
    done = preflight("--facts", facts, *files, cwd=tmp_path)
    assert done.returncode == 1
    assert json.loads((tmp_path / "r.json").read_text())["decision"] == "stop"
    page = (tmp_path / "r.html").read_text()
    assert "&lt;bad&gt;" in page and "<bad>" not in page
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads(facts.read_text())
    assert not (tmp_path / ".preflight").exists(), "saved facts say nothing of the nodes now"


def test_scripts_of_fixes_are_written_and_named(tmp_path):
    facts = save_facts(tmp_path, node2="block")
    done = preflight("--facts", facts, "--fix-script", "fixes", cwd=tmp_path)
    scripts = list((tmp_path / "fixes").iterdir())
    assert scripts
    for script in scripts:
        assert f"fixes/{script.name}" in done.stdout
        assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
    healthy = preflight("--facts", save_facts(tmp_path), "--fix-script", "fixes", cwd=tmp_path)
    assert "there is nothing to fix" in healthy.stdout
    assert not list((tmp_path / "fixes").iterdir())


@pytest.mark.parametrize("folder", ["a-file", "none/below", "dead-link", "x" * 300])
def test_scripts_that_cannot_be_written_are_refused_before_a_node_is_asked(tmp_path, folder):
    (tmp_path / "a-file").touch()
    (tmp_path / "dead-link").symlink_to("nowhere")
    done = preflight("--facts", save_facts(tmp_path), "--fix-script", folder, cwd=tmp_path)
    assert done.returncode == 4
    assert f"--fix-script {folder}: " in done.stdout + done.stderr


@pytest.mark.parametrize("option", ["--report", "--html", "--csv", "--save-facts", "--junitxml"])
@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("pipe", "no regular file; name a file to write"),
        ("link", "a link; name a file to write"),
        ("x" * 300, "File name too long; name another"),
    ],
)
def test_a_report_goes_to_a_file_of_its_own(tmp_path, option, path, what):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "target").write_text("kept")
    (tmp_path / "link").symlink_to("target")
    done = preflight("--facts", save_facts(tmp_path), option, path, cwd=tmp_path)
    assert done.returncode == 4
    assert re.search(rf"{option} \S*{path}: {what}", done.stdout + done.stderr)
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "target").read_text() == "kept"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--master-port", "9" * 5000),
        ("--budget", "9" * 5000),
        ("--hosts", "x" * 5000),
        ("--facts", "x" * 5000),
        ("--launch-file", "x" * 5000),
        ("--report", "x" * 5000),
        ("-k", "x" * 5000),
        ("--" + "x" * 5000, "1"),
        ("-p", "x" * 5000),
        ("-o", "x" * 5000),
        ("-c", "x" * 5000),
        ("--rootdir", "x" * 5000),
    ],
)
def test_a_message_does_not_repeat_an_overlong_value_whole(tmp_path, option, value):
    words = {option: value} if option == "--facts" else {"--hosts": "node1", option: value}
    done = preflight(*(word for pair in words.items() for word in pair), cwd=tmp_path)
    assert done.returncode == 4
    said = done.stdout + done.stderr
    assert "…" in said
    assert not re.search(r"\S{401}", said)


@pytest.mark.parametrize("prefix", ["", "/", "preflight/test_limits.py::", "preflight/"])
def test_an_overlong_path_is_not_repeated_whole_either(tmp_path, prefix):
    done = preflight("--hosts", "node1", prefix + "x" * 5000, cwd=tmp_path)
    said = done.stdout + done.stderr
    assert done.returncode == 4
    assert "not found: " in said
    assert not re.search(r"\S{401}", said)


def test_a_word_for_k_that_is_nested_without_end_is_one_message(tmp_path):
    done = preflight("--hosts", "node1", "-k", "(" * 50_000, cwd=tmp_path)
    assert done.returncode == 4
    assert "-k or -m: nested too deeply" in done.stderr
    assert len(done.stdout + done.stderr) < 1000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--report", "hosts.txt"), "--report hosts.txt: that is the file of --hosts"),
        (("--html", "./hosts.txt"), "--html hosts.txt: that is the file of --hosts"),
        (("--save-facts", "launch.toml"), "--save-facts launch.toml: that is the file of"),
        (("--report", "a", "--csv", "a"), "--csv a: that is the file of --report"),
        (("--report", "a", "--html", "up/a"), "--html up/a: that is the file of --report"),
    ],
)
def test_what_is_written_takes_no_others_place(tmp_path, words, said):
    (tmp_path / "hosts.txt").write_text("node1\n")
    (tmp_path / "up").symlink_to(".")
    done = preflight("--hosts", "hosts.txt", *words, cwd=tmp_path)
    assert done.returncode == 4
    assert said in done.stdout + done.stderr
    assert (tmp_path / "hosts.txt").read_text() == "node1\n"


def test_the_hosts_file_that_launch_toml_names_is_not_written_over(tmp_path):
    (tmp_path / "nodes").write_text("node1\n")
    (tmp_path / "launch.toml").write_text('hosts = "nodes"\n')
    done = preflight("--report", "nodes", cwd=tmp_path)
    assert done.returncode == 4
    assert "--report nodes: that is the file of --hosts" in done.stdout + done.stderr


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_that_is_closed_changes_no_exit_code(tmp_path, closed):
    facts = save_facts(tmp_path)
    line = f"exec {sys.executable} -m preflight --facts {facts} --dry-run {closed}<&-"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("program", ["preflight", "launcher status"])
def test_in_a_folder_that_is_gone_there_is_one_message(tmp_path, program):
    line = f"mkdir gone; cd gone; rmdir ../gone; exec {sys.executable} -m {program}"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, check=False
    )
    assert done.returncode == (4 if program == "preflight" else 2)
    assert (
        done.stderr.decode().strip().endswith("this directory is not there any more; go to another")
    )


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e12"])
def test_a_budget_is_seconds(tmp_path, value):
    done = preflight("--hosts", "node1", f"--budget={value}", cwd=tmp_path)
    assert done.returncode == 4
    assert f"argument --budget: expected seconds, such as 30 or 0.5, not '{value}'" in done.stderr


@pytest.mark.parametrize("name", ["../node1", "-node1", "node1\n", "", "node 2"])
def test_facts_of_what_is_no_node_are_refused(tmp_path, name):
    facts = save_facts(tmp_path)
    text = json.loads(facts.read_text())
    text["job"]["nodes"][0]["name"] = name
    facts.write_text(json.dumps(text))
    done = preflight("--facts", facts, "--fix-script", "fixes", cwd=tmp_path)
    assert done.returncode == 4
    assert "is not a node name" in done.stdout + done.stderr
    assert not (tmp_path / "fixes").exists()


def test_a_whole_run_leaves_its_report_for_the_launcher(tmp_path):
    done = preflight("--hosts", "node1,node2,node3", cwd=tmp_path, facts=save_facts(tmp_path))
    assert done.returncode == 0, done.stdout
    last = json.loads((tmp_path / ".preflight/last.json").read_text())
    assert last["decision"] == "go" and last["origins"].keys() >= {"limits.toy-limit"}
    assert (tmp_path / ".preflight/last-facts.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", [("--quick",), ("-k", "limits"), ("preflight/test_ssh.py",)])
def test_a_part_of_the_checks_leaves_no_report_for_the_launcher(tmp_path, part):
    done = preflight(
        "--hosts", "node1,node2,node3", *part, cwd=tmp_path, facts=save_facts(tmp_path)
    )
    assert done.returncode == 0
    assert not (tmp_path / ".preflight").exists()


# From anywhere


def test_arguments_point_at_this_package_unless_a_part_of_it_is_named(tmp_path):
    assert pytest_arguments(["--hosts", "h"], tmp_path)[-3:] == [
        str(ROOT / "preflight"), "--hosts", "h"
    ]  # fmt: skip
    named = pytest_arguments(["preflight/test_ssh.py::test_ssh[x]"], tmp_path)
    assert named[-1] == f"{ROOT}/preflight/test_ssh.py::test_ssh[x]"


@pytest.mark.parametrize(
    ("words", "said", "line"),
    [
        (["--fix-script"], "--fix-script needs DIR", "--help"),
        (["--hosts", "h", "--report"], "--report needs FILE", " --hosts h"),
        (["--report", "--hosts", "h"], "--report needs FILE", " --hosts h"),
    ],
)
def test_an_option_without_its_value_says_what_it_takes(tmp_path, words, said, line, monkeypatch):
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "preflight", *words])
    done = preflight(*words, cwd=tmp_path)
    first, second, *_ = done.stderr.splitlines()
    assert (done.returncode, first) == (4, f"ERROR: {said}")
    assert second.endswith(line)
    assert not done.stdout.strip()


def test_a_pytest_ini_of_the_users_changes_nothing(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    assert preflight("--facts", save_facts(tmp_path), cwd=tmp_path).returncode == 0


def test_pytest_itself_takes_the_options_in_the_checkout():
    environ = {key: value for key, value in os.environ.items() if key != "SLURM_JOB_NODELIST"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "preflight/", "-p", "no:cacheprovider"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 4
    assert "no nodes given" in done.stderr
