"""Options over launch.toml over defaults, and what is said of a bad one."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from checks.errors import UsageError
from checks.job.build import build_job
from checks.model import Job, Node, Ssh


def build(
    cwd: Path,
    environ: dict[str, str] | None = None,
    launch_file: str | None = None,
    **options: Any,
) -> Job:
    return build_job(options, cwd=cwd, environ=environ or {}, launch_file=launch_file)


def refusal(cwd: Path, environ: dict[str, str] | None = None, **options: Any) -> str:
    with pytest.raises(UsageError) as caught:
        build(cwd, environ, **options)
    return str(caught.value)


def test_defaults(tmp_path: Path) -> None:
    assert build(tmp_path, hosts="n1,n2") == Job(
        nodes=(Node("n1"), Node("n2")),
        head="n1",
        python=os.path.abspath(sys.executable),
        workdir=str(tmp_path),
        where="--hosts",
        typed=(("--hosts", "n1,n2"),),
    )


def test_launch_toml_of_the_current_directory(tmp_path: Path) -> None:
    (tmp_path / "hosts.txt").write_text("n1 slots=2\nn2 slots=2\n")
    (tmp_path / "key").write_text("k")
    (tmp_path / "launch.toml").write_text(
        'hosts = "hosts.txt"\npython = "/opt/py"\nworkdir = "run"\nsame = ["a.json"]\n'
        'exist = ["/m"]\noutput = "/o"\n[ssh]\nuser = "u"\nport = 22\nkey = "key"\n'
        '[master]\nhost = "n2"\nport = 1234\n[start]\nwith = "torchrun"\nbackend = "ssh"\n'
        'before = [["-m", "prep"]]\ncommand = ["t.py"]\ndeepspeed_config = "z.json"\n'
        'exclude = "n1:0"\n[env]\nA = "1"\n[preflight]\nallow = ["limits"]\nmax_age = "2h"\n'
    )
    assert build(tmp_path) == Job(
        nodes=(Node("n1", 2), Node("n2", 2)),
        head="n2",
        ssh=Ssh("u", 22, str(tmp_path / "key"), None),
        python="/opt/py",
        workdir=str(tmp_path / "run"),
        same=("a.json",),
        exist=("/m",),
        output="/o",
        master_port=1234,
        launcher="torchrun",
        backend="ssh",
        before=(("-m", "prep"),),
        command=("t.py",),
        deepspeed_config="z.json",
        exclude="n1:0",
        env={"A": "1"},
        allow=("limits",),
        max_age_s=7200.0,
        where=str(tmp_path / "hosts.txt"),
    )


@pytest.mark.parametrize(
    ("line", "option", "field", "value"),
    [
        ('python = "/a"', {"python": "/b"}, "python", "/b"),
        ('workdir = "/a"', {"workdir": "/b"}, "workdir", "/b"),
        ('same = ["a"]', {"same": ("b",)}, "same", ("b",)),
        ('exist = ["a"]', {"exist": ("b",)}, "exist", ("b",)),
        ('output = "/a"', {"output": "/b"}, "output", "/b"),
        ('ssh.user = "a"', {"ssh_user": "b"}, "ssh", Ssh(user="b")),
        ("ssh.port = 1", {"ssh_port": 2}, "ssh", Ssh(port=2)),
        ('master.host = "n2"', {"head": "n3"}, "head", "n3"),
        ("master.port = 1", {"master_port": 2}, "master_port", 2),
        ('start.with = "torchrun"', {"with_": "accelerate"}, "launcher", "accelerate"),
        ('start.backend = "ssh"', {"backend": "slurm"}, "backend", "slurm"),
        ('start.command = ["a"]', {"command": ("b", "")}, "command", ("b", "")),
        ('start.deepspeed_config = "a"', {"deepspeed_config": "b"}, "deepspeed_config", "b"),
        ('start.include = "n1"', {"include": "n2"}, "include", "n2"),
        ('start.include = "n1"', {"exclude": "n1"}, "include", None),
        ('start.exclude = "n1"', {"exclude": "n2"}, "exclude", "n2"),
        ("start.allow_separate = false", {"allow_separate": True}, "allow_separate", True),
        ('env = {A = "1", B = "2"}', {"env": {"B": "3"}}, "env", {"A": "1", "B": "3"}),
        ('preflight.allow = ["a"]', {"allow": ("b,c", "d")}, "allow", ("b", "c", "d")),
        ('preflight.max_age = "1s"', {"max_age": "0s"}, "max_age_s", 0.0),
    ],
)
def test_the_option_wins(
    tmp_path: Path, line: str, option: dict[str, Any], field: str, value: object
) -> None:
    (tmp_path / "launch.toml").write_text(f'hosts = "n1,n2,n3"\n{line}\n')
    assert getattr(build(tmp_path, **option), field) == value
    assert getattr(build(tmp_path), field) != value


def test_a_launch_file_elsewhere_gives_paths_from_there(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "hosts.txt").write_text("n1\n")
    (tmp_path / "site" / "my.toml").write_text('hosts = "hosts.txt"\n')
    (tmp_path / "launch.toml").write_text("broken")
    job = build(tmp_path, launch_file="site/my.toml")
    assert job.where == str(tmp_path / "site" / "hosts.txt")
    assert job.workdir == str(tmp_path)


def test_hosts_option_wins_over_launch_toml_and_slurm(tmp_path: Path) -> None:
    (tmp_path / "launch.toml").write_text('hosts = "n1"\n')
    slurm = {"SLURM_JOB_NODELIST": "gpu[1-2]"}
    assert build(tmp_path, slurm, hosts="n9").names == ("n9",)
    assert build(tmp_path, slurm).names == ("n1",)


def test_slurm_where_nothing_else_says(tmp_path: Path) -> None:
    job = build(tmp_path, {"SLURM_JOB_NODELIST": "gpu[1-2]", "SLURM_GPUS_ON_NODE": "8"})
    assert job.nodes == (Node("gpu1", 8), Node("gpu2", 8))
    assert job.where == "SLURM_JOB_NODELIST"


def test_no_hosts_says_what_to_type(tmp_path: Path) -> None:
    said = refusal(tmp_path)
    assert "add --hosts hosts.txt, or --hosts node1,node2" in said
    assert "launch.toml" in said


def test_the_head_is_the_first_node_that_is_left(tmp_path: Path) -> None:
    assert build(tmp_path, hosts="n1,n2,n3", include="n3@n2").head == "n2"
    assert build(tmp_path, hosts="n1,n2,n3", exclude="n1").head == "n2"


@pytest.mark.parametrize(
    ("python", "path"), [("python3", "python3"), ("venv/bin/py", "{}/venv/bin/py")]
)
def test_python(tmp_path: Path, python: str, path: str) -> None:
    job = build(tmp_path, hosts="n1", python=python, workdir="/run")
    assert job.python == path.format("/run")


def test_an_ssh_config_beside_the_hosts_file_is_used_and_said(tmp_path: Path) -> None:
    (tmp_path / "hosts.txt").write_text("n1\n")
    (tmp_path / "ssh_config").write_text("Host n1\n")
    (tmp_path / "other").write_text("")
    job = build(tmp_path, hosts="hosts.txt")
    assert job.ssh.config == str(tmp_path / "ssh_config")
    assert [str(tmp_path / "ssh_config") in note for note in job.notes] == [True]
    asked = build(tmp_path, hosts="hosts.txt", ssh_config="other")
    assert asked.ssh.config == str(tmp_path / "other")
    assert asked.notes == ()
    assert build(tmp_path, hosts="n1").ssh.config is None


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ({"head": "n9"}, "--head: the head 'n9' is not one of the nodes"),
        (
            {"head": "n1", "exclude": "n1"},
            "--head: the head 'n1' is left out by include or exclude",
        ),
        ({"head": ""}, "--head: expected one line of text"),
        ({"hosts": ""}, "--hosts: expected one line of text"),
        ({"master_port": 70000}, "--master-port: expected a port from 1 to 65535, not 70000"),
        ({"master_port": 0}, "--master-port: expected a port from 1 to 65535, not 0"),
        ({"ssh_port": -1}, "--ssh-port: expected a port from 1 to 65535, not -1"),
        ({"ssh_user": "a b"}, "--ssh-user: 'a b' is not a login name"),
        ({"ssh_key": "nokey"}, "nokey: no such ssh key; check the path"),
        ({"ssh_key": "."}, "expected the ssh key, found a directory"),
        ({"ssh_config": "noconfig"}, "noconfig: no such ssh config; check the path"),
        ({"launch_file": "no.toml"}, "no.toml: no such launch file; check the path"),
        ({"launch_file": "/dev/full"}, "not a launch file"),
        ({"with_": "horovod"}, "--with: expected one of deepspeed, accelerate, torchrun"),
        ({"backend": "rsh"}, "--backend: expected one of pdsh, openmpi, slurm, ssh"),
        ({"include": "n9"}, "--include: no node 'n9' in the hosts file; known: n1, n2"),
        ({"include": "n1", "exclude": "n2"}, "give one of them, not both"),
        ({"env": {"1A": "x"}}, "--env: expected a variable's name"),
        ({"env": {"A": "x\ny"}}, "--env: expected a value on one line"),
        ({"max_age": "soon"}, '--max-age: expected a time such as "90s"'),
        ({"command": ("",)}, "--command: expected an array of strings"),
        ({"hosts": "no.txt"}, "no file no.txt in "),
    ],
)
def test_a_bad_option(tmp_path: Path, option: dict[str, Any], said: str) -> None:
    assert said in refusal(tmp_path, **{"hosts": "n1,n2", **option})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('master.host = "n9"', "the head 'n9' is not one of the nodes"),
        ('ssh.key = "nokey"', "no such ssh key; check the path"),
        ('ssh.config = "noconfig"', "no such ssh config; check the path"),
        ('start.include = "n9"', "no node 'n9' in the hosts file"),
        ('start.exclude = "n1:0-1"', "cannot read 'n1:0-1'; expected NODE"),
    ],
)
def test_a_bad_value_in_launch_toml_is_named_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    (tmp_path / "launch.toml").write_text(f'hosts = "n1,n2"\n\n{line}\n')
    message = refusal(tmp_path)
    assert message.startswith(f"{tmp_path / 'launch.toml'}:3: ")
    assert said in message


def test_bad_names_in_launch_toml(tmp_path: Path) -> None:
    (tmp_path / "launch.toml").write_text('\nhosts = "n1,,n2"\n')
    assert refusal(tmp_path).startswith(f"{tmp_path / 'launch.toml'}:2 'n1,,n2': ")


@pytest.mark.parametrize(
    ("typed", "config"),
    [
        ({"command": ["t.py", "--deepspeed", "z.json"]}, "z.json"),
        (
            {"command": ["t.py", "--deepspeed", "--deepspeed_config=conf/z.json", "-x"]},
            "conf/z.json",
        ),
        ({"command": ["t.py", "--ds-config", "z.json"]}, "z.json"),
        ({"command": ["t.py", "--deepspeed", "z.json"], "deepspeed_config": "a.json"}, "a.json"),
        ({"command": ["t.py", "--deepspeed", "z.json"], "with_": "accelerate"}, "z.json"),
        ({"command": ["t.py", "--deepspeed"]}, None),
        ({"command": ["t.py", "--no-deepspeed", "z.json"]}, None),
        ({"command": ["t.py", "--deepspeed", "z.jsonl"]}, None),
        ({"command": ["t.py", "--deepspeed", "z.jsn"]}, "z.jsn"),
        ({"command": ["t.py", "--deepspeed", "z.hjson"]}, "z.hjson"),
        ({"command": ["t.py", "--deepspeed_config", "conf/z.cfg"]}, "conf/z.cfg"),
        ({"command": ["t.py", "--deepspeed", "train"]}, None),
    ],
)
def test_the_config_that_the_command_names_is_checked(tmp_path, typed, config):
    job = build_job({"hosts": "n1,n2", **typed}, cwd=tmp_path, environ={})
    assert job.deepspeed_config == config
    given = typed.get("deepspeed_config")
    assert (job.accelerate_deepspeed, job.config_is_programs) == (given, bool(config) and not given)


def test_a_path_of_this_machine_is_written_without_dots_unless_a_link_needs_them(tmp_path):
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    (tmp_path / "here/link").symlink_to(tmp_path / "real/inner")
    for folder in ("", "real"):
        (tmp_path / folder / "config").touch()
    for typed, found in {
        "../config": tmp_path / "config",
        "link/../config": "link/../config",
    }.items():
        job = build_job({"hosts": "n1", "ssh_config": typed}, cwd=tmp_path / "here", environ={})
        assert job.ssh.config == str(tmp_path / "here" / found)
