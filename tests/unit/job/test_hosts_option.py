"""The files and names that --hosts takes, and Slurm's node list, and what is said of others."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks.errors import UsageError
from checks.job.hosts import hosts_from_option, hosts_from_slurm
from checks.model import Node


@pytest.fixture
def without_root() -> Iterator[None]:
    """File permissions hold, also where the tests are run by root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"n1 slots=8\n\x00\x01", ":2: not a hosts file: a NUL byte; expected plain UTF-8 text"),
        (b"n1\n\n\xff\xfa", ":3: not a hosts file: expected plain UTF-8 text"),
        ("n1\n".encode("utf-16"), ":1: the hosts file is UTF-16 text; save it as UTF-8"),
        (b"n" * (5 << 20), ": over 4 MiB; this is not a hosts file"),
        (b"n1 slots=x\n", ":1: 'n1 slots=x': slots= takes a whole number"),
        (b"", ":1: no node in it; expected one node per line"),
    ],
    ids=["nul", "binary", "utf-16", "large", "bad-line", "empty"],
)
def test_a_bad_file(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "hosts.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        hosts_from_option(str(path))
    assert str(caught.value).startswith(f"{path}{said}")


def test_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "hosts.txt"
    path.write_bytes(b"\xef\xbb\xbfn1 slots=8\r\n")
    assert hosts_from_option(str(path)) == (Node("n1", 8),)


def test_an_unreadable_file(without_root: None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts.txt"
        path.write_text("n1\n")
        path.chmod(0)
        with pytest.raises(UsageError) as caught:
            hosts_from_option(str(path))
        message = str(caught.value)
    assert message.startswith(f"{path}: cannot read the hosts file: Permission denied (mode 0000")
    assert message.endswith(f"try: chmod u+r {path}")


@pytest.mark.parametrize(
    "value",
    [
        *("nosuch.txt", "./nosuch", "/no/such/file", "hostfile", "~no/x", "hosts2", "hosts.old"),
        *("my_hosts", "HOSTS", "machinefile", "hostlist-a", "nodes.cfg"),
    ],
)
def test_a_missing_file_is_never_a_node(value: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file \S+ in /.*; check the path"):
        hosts_from_option(value, tmp_path)


@pytest.mark.parametrize("name", ["hostsrv1", "host1", "nodes.example.org", "hosting", "node2"])
def test_a_name_like_that_of_a_file_is_a_node(name: str, tmp_path: Path) -> None:
    assert hosts_from_option(name, tmp_path) == (Node(name),)


def test_a_file_of_almost_that_name_is_offered(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("n1\n")
    (tmp_path / "hosts2.py").write_text("import os\n")
    with pytest.raises(UsageError, match=r"did you mean .*hosts\?$") as caught:
        hosts_from_option("hosts2", tmp_path)
    assert caught.value.typed == ("hosts2",)
    assert os.path.abspath(caught.value.right[0]) == str(tmp_path / "hosts")


def test_a_file_without_nodes_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "hosts.txt").write_text("import os, sys\n")
    with pytest.raises(UsageError, match=r"; check the path"):
        hosts_from_option("hosts2", tmp_path)


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r": expected the hosts file, found a directory$"):
        hosts_from_option(f"{tmp_path}/")
    (tmp_path / "cluster").mkdir()
    with pytest.raises(UsageError, match=r"/cluster: expected the hosts file, found a directory$"):
        hosts_from_option("cluster", tmp_path)


def test_a_link_to_nowhere_is_never_a_node(tmp_path: Path) -> None:
    (tmp_path / "cluster").symlink_to("gone")
    with pytest.raises(UsageError, match=r"no such hosts file; check the path"):
        hosts_from_option("cluster", tmp_path)


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match=r"expected the hosts file, found a named pipe$"):
        hosts_from_option(f"{tmp_path}/pipe")


def test_what_a_shell_substitutes_is_read() -> None:
    ends = os.pipe()
    os.write(ends[1], b"n1 slots=2\n")
    os.close(ends[1])
    assert hosts_from_option(f"/dev/fd/{ends[0]}") == (Node("n1", 2),)
    os.close(ends[0])


def test_an_existing_file_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "cluster").write_text("n1 slots=2\n")
    assert hosts_from_option("cluster", tmp_path) == (Node("n1", 2),)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("node1,node2", ["node1", "node2"]),
        ("gpu[01-03]", ["gpu01", "gpu02", "gpu03"]),
        ("gpu[01-02],login1", ["gpu01", "gpu02", "login1"]),
        ("10.0.0.1", ["10.0.0.1"]),
        (",".join(f"node{i:04d}" for i in range(500)), [f"node{i:04d}" for i in range(500)]),
    ],
)
def test_names_on_the_command_line(value: str, names: list[str], tmp_path: Path) -> None:
    assert hosts_from_option(value, tmp_path) == tuple(map(Node, names))


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "empty name"),
        ("n1,,n2", "empty name"),
        ("n1 n2", "not a node name"),
        ("n1,n1", "'n1' is given twice"),
        ("root@n1", "write 'n1 user=root'"),
        ("n1;id", "not a node name"),
        ("n[1-99999]", "more than 10000 nodes"),
    ],
)
def test_bad_names_on_the_command_line(value: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        hosts_from_option(value, tmp_path)
    assert str(caught.value).startswith(f"--hosts {value!r}" if "twice" not in said else "--hosts")
    assert said in str(caught.value)
    assert "expected" in str(caught.value)


def test_slurm_allocation() -> None:
    environ = {"SLURM_JOB_NODELIST": "gpu[01-03,07],login1"}
    assert [node.name for node in hosts_from_slurm(environ)] == [
        "gpu01", "gpu02", "gpu03", "gpu07", "login1",
    ]  # fmt: skip
    assert {node.slots for node in hosts_from_slurm(environ)} == {None}


@pytest.mark.parametrize(("gpus", "slots"), [("8", 8), ("0", None), ("", None), ("x", None)])
def test_slurm_slots(gpus: str, slots: int | None) -> None:
    environ = {"SLURM_JOB_NODELIST": "gpu1", "SLURM_GPUS_ON_NODE": gpus}
    assert hosts_from_slurm(environ) == (Node("gpu1", slots),)


@pytest.mark.parametrize("environ", [{}, {"SLURM_JOB_NODELIST": ""}, {"SLURM_JOB_NODELIST": " "}])
def test_outside_slurm(environ: dict[str, str]) -> None:
    assert hosts_from_slurm(environ) == ()


def test_a_broken_slurm_list() -> None:
    with pytest.raises(UsageError, match=r"^SLURM_JOB_NODELIST 'gpu\[1-': .*bracket.*expected"):
        hosts_from_slurm({"SLURM_JOB_NODELIST": "gpu[1-"})
