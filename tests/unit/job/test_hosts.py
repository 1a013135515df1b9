"""hosts.txt, line by line: what is taken, and what is said of what is not."""

from __future__ import annotations

import pytest

from checks.errors import UsageError
from checks.job.hosts import EXPECTED, read_hosts
from checks.model import Node

CONTRACT = """\
# comment
node1 slots=8
node2 slots=8 user=ubuntu port=2222      # ssh user and port of this node
node3                                    # no slots=: detected
gpu[01-02,20] slots=8                    # a folded range
10.0.0.7 slots=4 type=NVIDIA
"""
NODES = (
    Node("node1", 8),
    Node("node2", 8, "ubuntu", 2222),
    Node("node3"),
    Node("gpu01", 8),
    Node("gpu02", 8),
    Node("gpu20", 8),
    Node("10.0.0.7", 4, type="NVIDIA"),
)


@pytest.mark.parametrize(
    "text",
    [CONTRACT, CONTRACT.replace("\n", "\r\n"), CONTRACT.rstrip("\n"), "\ufeff" + CONTRACT],
    ids=["as-is", "crlf", "no-last-newline", "bom"],
)
def test_every_form_of_the_contract(text: str) -> None:
    assert read_hosts(text, "hosts.txt") == NODES


@pytest.mark.parametrize(
    ("line", "node"),
    [
        ("n1\tslots=8", Node("n1", 8)),
        ("  n1 slots=8 # c", Node("n1", 8)),
        ("n1 slots=8 max_slots=8", Node("n1", 8)),
        ("n1 slots=08", Node("n1", 8)),
        ("n1 slots=8#c", Node("n1", 8)),
        ("my_node.example-site.org slots=1", Node("my_node.example-site.org", 1)),
    ],
)
def test_a_deepspeed_hostfile_is_a_hosts_file(line: str, node: Node) -> None:
    assert read_hosts(line, "hosts.txt") == (node,)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("n1 slots =8", "no space around '='"),
        ("n1 slots= 8", "no space around '='"),
        ("n1 SLOTS=8", "unknown key 'SLOTS'; did you mean 'slots'?"),
        ("n1 slot=8", "did you mean 'slots'?"),
        ("n1 gpus=8", "unknown key 'gpus'; known: max_slots, port, slots, type, user"),
        ("n1 8", "write key=value"),
        ("n1 slots=0", "slots= takes a whole number from 1 to 1024, not '0'"),
        ("n1 slots=-1", "not '-1'"),
        ("n1 slots=8garbage", "not '8garbage'"),
        ("n1 slots=8,", "not '8,'"),
        ("n1 slots=1.5", "not '1.5'"),
        ("n1 slots=\u0668", "whole number"),
        ("n1 slots=99999", "from 1 to 1024"),
        ("n1 slots=" + "9" * 4000, "whole number"),
        ("n1 slots=8 slots=8", "slots= is given twice"),
        ("n1 port=0", "port= takes a whole number from 1 to 65535, not '0'"),
        ("n1 port=65536", "not '65536'"),
        ("n1 port=ssh", "not 'ssh'"),
        ("n1 user=-oProxyCommand=x", "is not a login name"),
        ("n1 user=a;b", "is not a login name"),
        ("n1 type=a|b", "type= takes a word"),
        ("n1:8", "write 'n1 slots=8'"),
        ("[::1] slots=1", "IPv6"),
        ("fe80::1 slots=1", "IPv6"),
        ("root@n1 slots=8", "write 'n1 user=root'"),
        ("n1,n2 slots=4", "one node per line"),
        ("n1;reboot slots=4", "not a node name"),
        ("$(reboot) slots=4", "not a node name"),
        ("-oProxyCommand slots=4", "not a node name"),
        ("../n1 slots=4", "not a node name"),
        (".. slots=4", "not a node name"),
        ("n\u00f6de slots=4", "not a node name"),
        ("slots=8", "not a node name"),
        ("10.0.0.300 slots=4", "10.0.0.300"),
        ("10.0.1 slots=4", "Expected 4 octets"),
        ("n" * 300, "not a node name"),
        ("[" * 5000, "more than 4096 characters"),
        ("gpu[3-1] slots=4", "backwards"),
        ("gpu[1-99999] slots=4", "more than 10000 nodes"),
        ("gpu[1-2 slots=4", "bracket"),
        ("ip_of_node slots=num_of_gpus", "not 'num_of_gpus'"),
    ],
)
def test_a_bad_line_is_named_and_quoted(line: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_hosts(f"# first\nok1 slots=8\n{line}\n", "hosts.txt")
    message = str(caught.value)
    assert message.startswith("hosts.txt:3: ")
    assert line[:40] in message
    assert said in message
    assert EXPECTED in message
    assert len(message) < 600
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "at", "name"),
    [
        ("n1 slots=8\nn2\nn1 slots=4\n", "hosts.txt:3", "n1"),
        ("n1\nN1\n", "hosts.txt:2", "N1"),
        ("n1\nn1.\n", "hosts.txt:2", "n1."),
        ("gpu[1-4]\n\ngpu3 slots=8\n", "hosts.txt:3", "gpu3"),
        ("gpu[1,1]\n", "hosts.txt:1", "gpu1"),
    ],
)
def test_a_name_given_twice(text: str, at: str, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_hosts(text, "hosts.txt")
    message = str(caught.value)
    assert message.startswith(f"{at}: ")
    assert f"{name!r} is given twice (first at hosts.txt:1)" in message
    assert "expected each node once" in message


def test_control_characters_are_escaped() -> None:
    with pytest.raises(UsageError) as caught:
        read_hosts("n1\x1b[31m slots=8\n", "hosts.txt")
    assert "\x1b" not in str(caught.value)
    assert "\\x1b[31m" in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n  # comments\n", "\ufeff"])
def test_no_node_at_all(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"^hosts\.txt:1: no node in it; expected one node per line"
    ):
        read_hosts(text, "hosts.txt")


def test_the_placeholder_hostfile_that_users_copy() -> None:
    line = "ip_address_of_main_node slots=num_of_gpus_in_each_node"
    with pytest.raises(UsageError) as caught:
        read_hosts(line + "\nip_address_of_sub_node1 slots=num_of_gpus_in_each_node", "hostfile")
    assert str(caught.value).startswith(f"hostfile:1: '{line}'")
    assert "slots= takes a whole number" in str(caught.value)


def test_a_thousand_lines() -> None:
    nodes = read_hosts("".join(f"node{i} slots=8\n" for i in range(1000)), "hosts.txt")
    assert len(nodes) == 1000
    assert nodes[999] == Node("node999", 8)


def test_too_many_nodes_in_all() -> None:
    with pytest.raises(UsageError, match=r"^hosts\.txt:2: .*more than 10000 nodes in all"):
        read_hosts("a[1-9000]\nb[1-9000]\n", "hosts.txt")
