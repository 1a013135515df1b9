"""launch.toml: every key of the contract, and what is said of every other."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.errors import UsageError
from checks.job.launch_file import LaunchFile, parse_launch_file, read_launch_file

CONTRACT = """\
hosts   = "hosts.txt"
python  = "/data/venv/bin/python"
workdir = "/data/run"
same    = ["zero3.json", "cfg.yml", "train.py"]
exist   = ["/data/models/llama-7b"]
output  = "/data/out"

[ssh]
user = "ubuntu"
port = 2222
key = "~/.ssh/id_ed25519"
config = "ssh_config"

[master]
host = "node1"
port = 29501

[start]
with    = "accelerate"
backend = "openmpi"
before  = [["-m", "axolotl.cli.preprocess", "cfg.yml"]]
command = ["train.py", "--steps", "200", ""]
deepspeed_config = "zero3.json"
include = "node1:0,1@node2"

[env]
NCCL_DEBUG = "INFO"
OMP_NUM_THREADS = 4
EMPTY = ""

[preflight]
allow   = ["limits.memlock-is-unlimited"]
max_age = "90s"
"""
READ = {
    "hosts": "hosts.txt",
    "python": "/data/venv/bin/python",
    "workdir": "/data/run",
    "same": ("zero3.json", "cfg.yml", "train.py"),
    "exist": ("/data/models/llama-7b",),
    "output": "/data/out",
    "ssh_user": "ubuntu",
    "ssh_port": 2222,
    "ssh_key": "~/.ssh/id_ed25519",
    "ssh_config": "ssh_config",
    "head": "node1",
    "master_port": 29501,
    "with_": "accelerate",
    "backend": "openmpi",
    "before": (("-m", "axolotl.cli.preprocess", "cfg.yml"),),
    "command": ("train.py", "--steps", "200", ""),
    "deepspeed_config": "zero3.json",
    "include": "node1:0,1@node2",
    "env": {"NCCL_DEBUG": "INFO", "OMP_NUM_THREADS": "4", "EMPTY": ""},
    "allow": ("limits.memlock-is-unlimited",),
    "max_age": 90.0,
}


@pytest.mark.parametrize("text", [CONTRACT, CONTRACT.replace("\n", "\r\n")], ids=["lf", "crlf"])
def test_every_key_of_the_contract(text: str) -> None:
    file = parse_launch_file(text, "launch.toml")
    assert file.values == READ
    assert file.places["hosts"] == "launch.toml:1"
    assert file.places["head"] == "launch.toml:15"
    assert file.places["master_port"] == "launch.toml:16"
    assert file.places["env"].startswith("launch.toml:2")


def test_every_key_is_optional() -> None:
    assert parse_launch_file("", "launch.toml") == LaunchFile()


@pytest.mark.parametrize(
    ("age", "seconds"), [("30m", 1800.0), ("90s", 90.0), ("2h", 7200.0), ("0s", 0.0)]
)
def test_max_age(age: str, seconds: float) -> None:
    file = parse_launch_file(f'preflight.max_age = "{age}"', "launch.toml")
    assert file.get("max_age") == seconds


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('\nhots = "h"', 2, "'hots': unknown key; did you mean 'hosts'?"),
        ("[strat]\n", 1, "'strat': unknown key; did you mean 'start'?"),
        ('[start]\nwidth = "x"', 2, "'start.width': unknown key; did you mean 'with'?"),
        ('[ssh]\nkeyfile = "k"', 2, "'ssh.keyfile': unknown key; did you mean 'key'?"),
        ("[master]\nzzz = 1", 2, "unknown key; known: host, port"),
        ('command = ["t.py"]', 1, "it belongs under [start]"),
        ('[ssh]\nhosts = "h"', 2, "it belongs above any [table]"),
        ("ssh.prot = 22", 1, "'ssh.prot': unknown key; did you mean 'port'?"),
        ("ssh = {prot = 22}", 1, "did you mean 'port'?"),
        ("\n[[ssh]]\nport = 22", 2, "expected a table: write [ssh]"),
        ("hosts = 8", 1, "expected a string in quotes, not an integer"),
        ('hosts = ""', 1, "not an empty string"),
        ('hosts = ["a"]', 1, "expected a string in quotes, not an array"),
        ('hosts = "a\\nb"', 1, "expected one line of text"),
        ("python = true", 1, "not a boolean"),
        ("workdir = 2026-01-01", 1, "not a date or time"),
        ('same = "a.json"', 1, "expected an array of strings, not a string"),
        ("exist = [1]", 1, "expected a string in quotes, not an integer"),
        ('[ssh]\nport = "22"', 2, "expected a port from 1 to 65535, not a string"),
        ("[ssh]\nport = true", 2, "expected a port from 1 to 65535, not a boolean"),
        ("[master]\n# c\nport = 65536", 3, "expected a port from 1 to 65535, not 65536"),
        ("[master]\nport = 0", 2, "expected a port from 1 to 65535, not 0"),
        ('[ssh]\nuser = "a b"', 2, "'a b' is not a login name"),
        (
            '[start]\nwith = "deepsped"',
            2,
            "expected one of deepspeed, accelerate, torchrun, not 'deepsped'",
        ),
        (
            '[start]\nbackend = "mpich"',
            2,
            "expected one of pdsh, openmpi, slurm, ssh, not 'mpich'",
        ),
        ('[start]\ncommand = "train.py"', 2, "expected an array of strings, such as"),
        ("[start]\ncommand = []", 2, "not an empty command"),
        ('[start]\ncommand = [""]', 2, "not an empty command"),
        ('[start]\ncommand = ["a\\u0000"]', 2, "NUL"),
        ('[start]\nbefore = ["-m", "x"]', 2, "expected an array of strings, such as"),
        ('[start]\nbefore = "x"', 2, "expected an array of commands, such as"),
        ('[start]\ninclude = "a"\nexclude = "b"', 3, "expected only one of them"),
        ("[ssh]\n[ssh.jump]\nhost = 'x'", 2, "'ssh.jump': unknown key"),
        ('[start]\nbefore = [\n  ["prep"],\n]\nwiht = "x"', 5, "did you mean 'with'?"),
        ("env = 3", 1, "expected a table: write [env]"),
        ('[env]\nPATH = "/opt/bin:$PATH"', 2, "PATH has a $PATH: no shell expands it"),
        ('[env]\nA = "1"\nHF_HOME = "${HOME}/hf"', 3, "HF_HOME has a $HOME: no shell expands it"),
        ('[env]\nLD_LIBRARY_PATH = "$CUDA/lib64"', 2, "write the whole value"),
        ("[env]\nA = true", 2, "'env.A': expected a string in quotes, not a boolean"),
        ("[env]\nA = 0.5", 2, "expected a string in quotes, not a float"),
        ('[env]\n"A B" = "x"', 2, "expected a variable's name"),
        ('[env]\n1A = "x"', 2, "expected a variable's name"),
        ('[env]\nB = "x"\nA = "a\\nb"', 3, "expected a value on one line"),
        ('[preflight]\nallow = "limits"', 2, "expected an array of strings, not a string"),
        ("[preflight]\nmax_age = 30", 2, 'expected a time such as "90s", "30m" or "2h"'),
        ('[preflight]\nmax_age = "30 min"', 2, "not '30 min'"),
        ('[preflight]\nmax_age = "-1s"', 2, "not '-1s'"),
        ('a = "x"\nhosts = hosts.txt', 2, "'hosts = hosts.txt': expected TOML"),
        ('hosts = "a"\nhosts = "b"', 2, "expected TOML"),
        ("[ssh\nport = 22", 1, "expected TOML"),
        ('hosts = "a', 1, "expected TOML"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_launch_file(text, "launch.toml")
    message = str(caught.value)
    assert message.startswith(f"launch.toml:{line}: ")
    assert said in message


def test_a_dollar_that_no_shell_would_take_for_a_variable_is_the_values_own() -> None:
    text = '[env]\nNOTE = "costs $5 or $MORE"\nPASS = "a$b"\nPATH = "/opt/a$"'
    values = {"NOTE": "costs $5 or $MORE", "PASS": "a$b", "PATH": "/opt/a$"}
    assert parse_launch_file(text, "launch.toml").values["env"] == values


def test_a_refused_value_of_the_environment_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        parse_launch_file('[env]\nTOKEN = "s3cret\\n"', "launch.toml")
    assert "s3cret" not in str(caught.value)


def test_deep_nesting_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match=r"^launch\.toml"):
        parse_launch_file("hosts = " + "[" * 20000, "launch.toml")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"a = \x00", ":1: not a launch file: a NUL byte"), (b"\n\xff", ":2: not a launch file")],
)
def test_a_binary_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "launch.toml"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_launch_file(path)
    assert str(caught.value).startswith(f"{path}{said}")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such launch file; check the path"):
        read_launch_file(tmp_path / "launch.toml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hosts = 'h'\n[master]\nport = " + "9" * 5000, "launch.toml: a number with thousands"),
        ("x" + ".x" * 50_000 + " = 1", "launch.toml:1: a line of over"),
        ("\n[x" + ".x" * 100_000 + "]", "launch.toml:2: a line of over"),
        (("x" + ".x" * 8_000 + " = 1\n") * 10, "launch.toml:1: a key of over 200 parts"),
        ("[x]\n" * 100_000, "launch.toml: over 256 KiB; this is not a launch file"),
        ("x = " + "[" * 8000 + "]" * 8000, "launch.toml: nested too deeply"),
    ],
    ids=["digits", "dotted-key", "dotted-table", "dotted-keys", "many-tables", "nested"],
)
def test_a_file_that_no_person_wrote_is_refused_at_once(text, message):
    with pytest.raises(UsageError, match=message):
        parse_launch_file(text, "launch.toml")


@pytest.mark.parametrize("value", ["hf_it's $HOME", "x$PATH", "a-$USER-b", "$", "5$"])
def test_a_dollar_that_begins_no_path_is_kept(tmp_path, value):
    path = tmp_path / "launch.toml"
    path.write_text(f'[env]\nHF_TOKEN = "{value}"\n')
    assert read_launch_file(path).values["env"] == {"HF_TOKEN": value}
