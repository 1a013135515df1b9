"""Words that the command line does not take are answered with the line to type instead."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from argparse import REMAINDER
from collections.abc import Iterator

import pytest

from checks.errors import UsageError
from checks.job.key import Face
from checks.job.launch_file import keys_on, read_launch_file
from launcher.cli import build_parser, main
from launcher.command_line import CommandParser, find_command, parse_words
from tests.support.paths import ROOT


def leaves(parser: CommandParser, *path: str) -> Iterator[tuple[tuple[str, ...], CommandParser]]:
    for name, sub in parser.commands.items():
        assert isinstance(sub, CommandParser)
        if sub.commands:
            yield from leaves(sub, *path, name)
        else:
            yield (*path, name), sub


LEAVES = dict(leaves(build_parser()))


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SLURM_JOB_NODELIST", raising=False)


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        ("start -- python train.py", "start -- train.py"),
        ("start -- torchrun train.py", "start --with torchrun -- train.py"),
        ("start --with deepspeed -- torchrun train.py", "start --with deepspeed -- train.py"),
        (
            "start -- deepspeed --no_local_rank t.py x",
            "start --with deepspeed --no-local-rank -- t.py x",
        ),
        ("start train.py --steps 5", "start -- train.py --steps 5"),
        ("start train.py --steps 5 --hosts h", "start --hosts h -- train.py --steps 5"),
        (
            "start --sync t.py --deepspeed ds.json --mast x --hosts h",
            "start --sync --hosts h -- t.py --deepspeed ds.json --mast x",
        ),
        ("start --hostfile h train.py", "start --hosts h -- train.py"),
        ("start --hostfile=h -- train.py --hostfile x", "start --hosts=h -- train.py --hostfile x"),
        ("start --no_local_rank -- train.py", "start --no-local-rank -- train.py"),
        ("start --master_addr n2 -- train.py", "start --head n2 -- train.py"),
        ("start --hosst h", "start --hosts h"),
        ("strat --hosts h", "start --hosts h"),
        ("train train.py", "start train.py"),
        ("ls", "runs"),
        ("trust --ask_password", "trust --ask-password"),
        ("trust --master-port 1 --hosts h", "trust --hosts h"),
        ("weights c -o w --with=torchrun", "weights c -o w"),
        ("lab upp -n 4", "lab up -n 4"),
        ("lab fault --onn node2", "lab fault --on node2"),
        ("help strat", "start --help"),
    ],
)
def test_the_line_to_type_instead(typed, instead, capsys):
    assert main(shlex.split(typed)) == 2
    said = capsys.readouterr().err
    (line,) = [line for line in said.splitlines() if "type: " in line]
    assert line.endswith(f" {instead}")
    if not instead.endswith("--help"):
        assert parse_words(build_parser(), shlex.split(instead))


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        ("start --report x.json -- train.py", ""),
        ("start --restrat x.json -- train.py", ""),
        ("start --restrat=x -- train.py", ""),
        ("start --restrat 3 -- train.py", "start --restart 3 -- train.py"),
        ("start --restrat=3 -- train.py", "start --restart=3 -- train.py"),
    ],
)
def test_an_option_that_does_not_take_the_word_is_not_the_one_that_was_meant(
    typed, instead, capsys
):
    assert main(shlex.split(typed)) == 2
    said = capsys.readouterr().err
    assert ("is near" in said) == bool(instead)
    assert instead in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("start --num_gpus 8 -- t.py", "slots= in the hosts file"),
        ("start --slots 8 -- t.py", "slots= in the hosts file"),
        ("start --nnodes 2 -- t.py", "--include"),
        ("start --deepspeed ds.json -- t.py", "it stands behind --"),
        ("start -- bash run.sh", "name the Python script"),
        ("start --no-sync -- t.py", "there is no --no-sync here"),
        ("start --wholly-unknown -- t.py", "no --wholly-unknown here"),
        ("wholly-unknown", "no command 'wholly-unknown'"),
        ("preflight --hosts h", "preflight --hosts h"),
        ("completion ksh", "invalid choice: 'ksh'"),
        ("weights", "CHECKPOINT_DIR"),
        ("--wholly-unknown", "help"),
    ],
)
def test_where_no_line_is_known_it_says_why_and_where_all_are(typed, said, capsys):
    assert main(shlex.split(typed)) == 2
    text = capsys.readouterr().err
    assert said in text
    assert "type: " not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    "typed",
    [
        "start -- t.py --hosts x -- y", "start --hosts h t.py", "start t.py one two",
        "start --with torchrun -- -m pkg --x", "lab shell node2 ls -la", "lab up -n4",
        "lab up --nodes=4", "logs -f", "diagnose -", "hostfile --write", "hostfile --write p --yes",
        "explain", "weights ckpt -o w --dtype bf16",
    ],
)  # fmt: skip
def test_what_is_right_is_taken(typed):
    words = shlex.split(typed)
    path, _ = find_command(build_parser(), words)
    assert path
    assert parse_words(build_parser(), words).run


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_command_has_examples_that_can_be_typed(path):
    shown = (LEAVES[path].epilog or "").partition("examples:\n")[2].splitlines()
    assert shown
    for line in shown:
        words = shlex.split(line.split(" >")[0].partition("-m launcher ")[2])
        assert tuple(words[: len(path)]) == path
        assert parse_words(build_parser(), words).run


LOGINS = {"--hosts", "--python", "--launch-file"} | {
    f"--ssh-{word}" for word in ("user", "port", "key", "config")
}
PART = {"--workdir", "--head", "--include", "--exclude"}
OF_A_JOB = {key.flag for key in keys_on(Face.LAUNCHER)} | {"--launch-file"}


@pytest.mark.parametrize(
    ("command", "flags"),
    [
        ("trust", LOGINS),
        ("weights", LOGINS | PART),
        ("hostfile", LOGINS | PART),
        ("env", LOGINS | PART),
        ("accelerate-config", LOGINS | PART | {"--master-port", "--backend", "--deepspeed-config"}),
        ("start", OF_A_JOB),
        *((name, set()) for name in ("status", "stop", "runs", "explain")),
    ],
)
def test_a_command_has_those_options_of_the_job_that_it_reads(command, flags):
    assert OF_A_JOB & {*LEAVES[(command,)]._option_string_actions} == flags


@pytest.mark.parametrize("path", [(), ("lab",), *LEAVES], ids=" ".join)
def test_help_is_that_of_the_command(path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["help", *path])
    by_help = capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*path, "--help"])
    assert (left.value.code, by_help) == (0, capsys.readouterr().out)


def test_no_word_at_all_shows_the_commands(capsys):
    assert main([]) == 2
    said = capsys.readouterr().err
    assert all(name in said for name in build_parser().commands)


def test_only_one_command_takes_the_rest_of_the_line_as_it_is():
    free = [path for path, sub in LEAVES.items() if any(a.nargs == REMAINDER for a in sub._actions)]
    assert free == [("lab", "shell")]


OF_OTHER_COMMANDS = {"argcomplete", "deepspeed", "hjson", "launcher.lab", "pathspec", "torch"}
OF_THE_NODES = {"checks.catalogue", "paramiko", "rich", "yaml"}


@pytest.mark.parametrize(
    ("typed", "unwanted"),
    [
        ("--help", OF_OTHER_COMMANDS | OF_THE_NODES),
        ("status", OF_OTHER_COMMANDS | OF_THE_NODES),
        ("logs", OF_OTHER_COMMANDS | OF_THE_NODES),
        ("start", OF_OTHER_COMMANDS),
    ],
)
def test_a_command_imports_what_it_needs(typed, unwanted):
    program = "import sys; from launcher.cli import build_parser as f; f(sys.argv[1])"
    argv = [sys.executable, "-c", f"{program}; print(*sys.modules)", typed]
    loaded = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split()
    assert "launcher.cli" in loaded
    assert not unwanted & set(loaded)


def test_a_command_alone_is_as_among_all():
    for name, whole in build_parser().commands.items():
        assert build_parser(name).commands[name].format_help() == whole.format_help()


@pytest.mark.parametrize(
    ("typed", "meant"), [("stat", "status"), ("stauts", "status"), ("atta", "attach")]
)
def test_a_commands_beginning_is_that_command(typed, meant, capsys):
    assert main([typed]) == 2
    assert f" {meant}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        ("trust --hosts hosts2", "trust --hosts hosts"),
        ("sync --hosts=hosts2 --dry-run", "sync --hosts=hosts --dry-run"),
        ("init --nodes hosts2", "init --nodes hosts"),
        ("start --hosts ./hosts2 -- hosts2.py", "start --hosts hosts -- hosts2.py"),
        ("hostfile --hosts hosts.tx", "hostfile --hosts hosts"),
    ],
)
def test_a_hosts_file_that_is_not_there_is_no_node(typed, instead, tmp_path):
    (tmp_path / "hosts").write_text("n1\nn2\n")
    done = subprocess.run(
        [sys.executable, "-m", "launcher", *shlex.split(typed)],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "did you mean hosts?" in done.stderr
    assert done.stderr.splitlines()[-1].endswith(f"-m launcher {instead}")


HOSTS = "hosts.txt"
REFUSED = {
    "start --hosts hosts.txt --env A=1 -- t.py": "… start --hosts hosts.txt -- t.py",
    "start --hosts hosts.txt -- A=1 python t.py": "… start --hosts hosts.txt -- t.py",
    "start --hosts hosts.txt --master-port x -- t.py": "start --hosts hosts.txt -- t.py",
    "start --hosts hosts.txt --with=foo -- t.py": "start --hosts hosts.txt -- t.py",
    "start --hosts hosts.txt --head node22 -- t.py": "--head node2 -- t.py…",
    "start --hosts hosts.txt --include node22 -- t.py": "--include node2 -- t.py…",
    "start --hosts hosts.txt --without node22 -- t.py": "--without node2 -- t.py…",
    "start --hosts hosts.txt --allow gpuu -- t.py": "start --hosts hosts.txt --allow gpu -- t.py",
    "start --hosts hosts.txt --slots 2 -- t.py": "start --hosts hosts.txt -- t.py",
    "start --hosts hosts.txt --foo t.py": "start --hosts hosts.txt t.py",
    "start --hosts hosts.txt --include node1 --exclude node2 -- t.py": "start --hosts hosts.txt"
    " --exclude node2 -- t.py",
    "start -- t.py": "start --hosts hosts.txt -- t.py",
    "start --hosts": "start --hosts hosts.txt",
    "start --hosts node1,,node2 -- t.py": "start --hosts hosts.txt -- t.py",
    "start --launch-file no.toml -- t.py": "start -- t.py",
    "trust": "trust --hosts hosts.txt",
    "trust --hosts hosts.txt node1": "trust --hosts hosts.txt",
    "trust --hosts hosts.txt --ssh-key no": "trust --hosts hosts.txt",
    "init --nodes": "init --nodes hosts.txt",
    "init --nodes node1": "init --nodes node1 --force",
    "logs --tail": "logs",
    "logs --grep (": "logs",
    "logs node2": "logs --node node2",
    "logs 1": "logs --rank 1",
    "logs --node node22": "logs --node node2",
    "logs --rank 1 --node node1": "logs --rank 1 --node node2",
    "logs --rank 7": "logs",
    "status a b": "status a",
    "status --rank 2": "status",
    "xray nosuch": "runs --runs runs; --runs DIR names another directory",
    "xray 20260101-00000-t": "xray 20260101-000000-t",
    "status --run t": "status 20260101-000000-t",
    "status --runs nodir": "status",
    "weights ckpt": "weights checkpoint -o weights",
    "completion tcsh": "completion bash >>~/.bashrc",
    "lab up -n 0": "lab up -n 4",
    "diagnose nolog": "runs --runs runs; --runs DIR names another directory",
}


@pytest.mark.parametrize(("typed", "instead"), REFUSED.items(), ids=REFUSED)
def test_each_usage_error_ends_in_a_line_to_type(typed, instead, tmp_path):
    (tmp_path / HOSTS).write_text("node1\nnode2\n")
    run = tmp_path / "runs" / "20260101-000000-t"
    run.mkdir(parents=True)
    ranks = [{"rank": at, "node": f"node{at + 1}", "local_rank": 0} for at in range(2)]
    plan = {"nodes": {"node1": {}, "node2": {}}, "ranks": ranks, "world_size": 2}
    (run / "plan.json").write_text(json.dumps(plan))
    (run / "controller.json").write_text(json.dumps({"started": 1.0, "host": "elsewhere"}))
    done = subprocess.run(
        [sys.executable, "-m", "launcher", *typed.split()],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    last = done.stderr.splitlines()[-1]
    launcher = f"{sys.executable} -m launcher"
    whole = instead.removesuffix("…") if "…" in instead else f"… {instead}"
    assert last.replace(launcher, "…").endswith(whole), last


def test_a_file_that_is_to_be_mended_has_the_same_line_again(tmp_path):
    (tmp_path / HOSTS).write_text("node1 slots=x\n")
    done = subprocess.run(
        [sys.executable, "-m", "launcher", "trust", "--hosts", HOSTS, "--dry-run"],
        capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    said = done.stderr.splitlines()[-1]
    assert said.startswith("correct that, then type again: ")
    assert said.endswith(f"-m launcher trust --hosts {HOSTS} --dry-run")


def test_the_line_for_a_variable_changes_the_table_that_is_there(tmp_path):
    (tmp_path / "launch.toml").write_text('[env]\nB = "0"\nA = "0"\n[start]\n')
    said = refusal_of("start", "--hosts", "node1", "--env", "A=it's \\", "-x", "C=2", "--", "t.py")
    line = said.splitlines()[-1].removeprefix("type: ").partition(" && ")[0]
    subprocess.run(["sh", "-c", line], check=True)
    values = read_launch_file(tmp_path / "launch.toml").values
    assert values["env"] == {"A": "it's \\", "B": "0", "C": "2"}


def refusal_of(*words):
    with pytest.raises(UsageError) as caught:
        parse_words(build_parser(), words)
    return str(caught.value)


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_every_option_without_its_value_says_what_it_takes(path, capsys):
    for action in LEAVES[path]._actions:
        if action.option_strings and action.nargs is None:
            flag, takes = action.option_strings[-1], action.metavar or action.dest.upper()
            assert main([*path, flag]) == 2
            first = capsys.readouterr().err.splitlines()[0]
            assert re.fullmatch(rf"launcher: \S*{flag}\S* needs {re.escape(str(takes))}", first)
