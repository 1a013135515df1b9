from __future__ import annotations

import os
from dataclasses import replace

import pytest

from checks.facts.account import Account
from checks.facts.denial import Denial
from checks.facts.environment import Environment
from checks.facts.pdsh import ModuleFolder, Pdsh, PdshAnswer, PdshRun
from checks.facts.ssh import LoginAttempt, SshRow
from checks.knowledge.pdsh_call import names_by_label, pdsh_call
from checks.model import Node, Outcome, Severity
from checks.node.probe import pdsh as probe
from checks.node.probe.core import CommandResult
from tests.support.snapshots import judged, snapshot, with_fact, without

GOOD = Pdsh("/usr/bin/pdsh", "pdsh-2.34", ("ssh", "exec"))
CODES = {"node1": 7, "node2": 255}
ABSENT = Pdsh(package_manager="dnf")


def cluster(pdsh=GOOD, node2=None, code=7, **job):
    snap = snapshot(("node1", "node2"), **job)
    for name in ("node1", "node2"):
        with_fact(snap, name, Account("u", 1000, "/", "/bin/sh", name, "", "", "3", "L", 1, 1))
    targets = {
        "node1": PdshAnswer(0, "node1", "node1", 7),
        "node2": node2 or PdshAnswer(1, "node2", "node2", 7),
    }
    with_fact(snap, "node1", pdsh)
    return with_fact(snap, "node1", PdshRun(7, code, 0.3, "", targets))


def one(snap, check):
    (finding,) = judged(snap, f"pdsh.{check}").values()
    return finding


def reaches(snap, node="node2"):
    return judged(snap, "pdsh.reaches-every-node")["node1", node]


@pytest.mark.parametrize(
    "check", ["is-installed", "loads-its-ssh-module", "environment-is-neutral"]
)
def test_healthy_and_not_asked_for(check):
    assert one(cluster(), check).outcome is Outcome.PASS
    assert one(cluster(backend="slurm"), check).outcome is Outcome.SKIP
    assert reaches(cluster(backend="slurm")).outcome is Outcome.SKIP


def test_absent_is_one_finding():
    snap = cluster(ABSENT)
    finding = one(snap, "is-installed")
    assert finding.cause == "missing"
    assert finding.fix.command == "sudo dnf install -y pdsh pdsh-rcmd-ssh"
    assert one(snap, "loads-its-ssh-module").outcome is Outcome.SKIP
    assert one(snap, "environment-is-neutral").outcome is Outcome.SKIP
    assert reaches(snap).outcome is Outcome.SKIP


@pytest.mark.parametrize(
    ("fault", "cause", "command"),
    [
        ("owner", "module-owner", "sudo chown root:root /usr/lib"),
        ("world-writable", "module-writable", "sudo chmod o-w /usr/lib"),
    ],
)
def test_names_the_folder_that_pdsh_refuses(fault, cause, command):
    folders = (
        ModuleFolder("/usr/lib/pdsh", "root", "0755"),
        ModuleFolder("/usr/lib", "bob", "0777", fault),
    )
    snap = cluster(Pdsh("/usr/bin/pdsh", "", (), "insecure", folders))
    finding = one(snap, "loads-its-ssh-module")
    assert (finding.cause, finding.fix.command) == (cause, command)
    assert reaches(snap).outcome is Outcome.SKIP


@pytest.mark.parametrize(
    ("manager", "command"),
    [
        ("yum", "yum reinstall -y pdsh-rcmd-ssh"),
        ("apt-get", "apt-get install -y --reinstall pdsh"),
        ("", ""),
    ],
)
def test_no_ssh_module_at_all(manager, command):
    finding = one(
        cluster(Pdsh("/usr/bin/pdsh", "", ("rsh",), package_manager=manager)),
        "loads-its-ssh-module",
    )
    assert finding.cause == "no-ssh-module"
    assert command in finding.fix.command


@pytest.mark.parametrize(
    ("path", "mode", "need", "folder"),
    [("/usr/lib/pdsh/sshcmd.so", 0o600, "r", False), ("/usr/lib/pdsh", 0o700, "rx", True)],
)
def test_a_module_that_the_login_may_not_read(path, mode, need, folder):
    denied = Denial(path, "root", "root", mode, "o", need, folder)
    finding = one(
        cluster(Pdsh("/usr/bin/pdsh", "", ("rsh",), denied=denied)), "loads-its-ssh-module"
    )
    assert finding.cause == "module-denied"
    assert finding.fix.command == f"sudo chmod o+{need} {path}"


@pytest.mark.parametrize(
    ("environment", "outcome", "severity"),
    [
        ({"PDSH_RCMD_TYPE": "rsh", "WCOLL": "/x", "FANOUT": "2"}, Outcome.PASS, None),
        ({"DSHPATH": "/bin"}, Outcome.FAIL, Severity.WARN),
        ({"PDSH_COMMAND_TIMEOUT": "0"}, Outcome.PASS, None),
        ({"PDSH_COMMAND_TIMEOUT": "60"}, Outcome.FAIL, Severity.BLOCK),
        ({"PDSH_SSH_ARGS": "-q %h"}, Outcome.FAIL, Severity.WARN),
    ],
)
def test_variables(environment, outcome, severity):
    finding = one(
        cluster(Pdsh("/p", "", ("ssh",), environment=environment)), "environment-is-neutral"
    )
    assert finding.outcome is outcome
    assert severity is None or finding.severity is severity


@pytest.mark.parametrize(
    ("name", "rcmds", "cause"),
    [
        ("PDSH_SSH_ARGS", ("ssh",), "ssh-args-replaced"),
        ("PDSH_SSH_ARGS_APPEND", ("ssh",), "changed-by-environment"),
        ("PDSH_MODULE_DIR", (), "changed-by-environment"),
    ],
)
def test_a_variable_without_which_all_are_reached_is_one_finding(name, rcmds, cause):
    snap = cluster(Pdsh("/p", "", rcmds, environment={name: "-q"}))
    lost = {"node1": PdshAnswer(0, "node1", "node1", 7), "node2": PdshAnswer(code=255)}
    with_fact(snap, "node1", PdshRun(7, 255, 0.1, "", lost, (name,)))
    with_fact(snap, "node1", Environment({name: "-q"}, {name: ("/root/.bashrc:1",)}))
    finding = one(snap, "environment-is-neutral")
    assert (finding.cause, finding.severity) == (cause, Severity.BLOCK)
    assert f"does not reach node2 with {name}=-q (/root/.bashrc:1)" in finding.message
    assert finding.fix.command == "sed -i '1s/^/: # /' /root/.bashrc"
    assert reaches(snap).outcome is Outcome.SKIP
    assert one(snap, "loads-its-ssh-module").cause == ""


@pytest.mark.parametrize(
    ("reached", "cause"),
    [
        (PdshAnswer(0, "node2", "node2", 7), "wrong-rank"),
        (PdshAnswer(1, "node2", "node7", 7), "wrong-host"),
        (PdshAnswer(1, "node2", "node2", 0), "exit-status-lost"),
        (PdshAnswer(code=1), "no-answer"),
        (PdshAnswer(code=255, said="node2: command timeout"), "timeout"),
        (
            PdshAnswer(code=255, said="ssh: connect to host node2 port 22: Connection refused"),
            "refused",
        ),
    ],
)
def test_what_pdsh_brings_back(reached, cause):
    snap = cluster(node2=reached, code=max(7, reached.code))
    assert reaches(snap).cause == cause
    assert reaches(snap, "node1").outcome is Outcome.PASS


def test_a_line_of_genders_has_pdsh_go_another_way_than_ssh():
    """pdsh then ends with its own status, 254, which says nothing of the other nodes."""
    line = "/etc/genders:3: node2 gpu,pdsh_rcmd_type=rsh"
    said = PdshAnswer(said="node2: connect: Connection refused")
    snap = cluster(replace(GOOD, genders=(line,)), node2=said, code=254)
    finding = reaches(snap)
    assert finding.cause == "genders" and line in finding.message
    assert finding.fix.command.startswith("sudo ") and finding.fix.command.endswith("/etc/genders")
    assert reaches(snap, "node1").outcome is Outcome.PASS
    assert reaches(cluster(node2=said, code=254)).cause == "no-answer"
    tried = PdshAnswer(code=255, said="ssh: connect to host node2 port 22: Connection refused")
    assert reaches(cluster(replace(GOOD, genders=(line,)), node2=tried)).cause == "refused"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("node3 pdsh_rcmd_type=rsh", 1),
        ("node[1-3] gpu,pdsh_rcmd_type=exec,big", 1),
        ("node3 pdsh_rcmd_type=ssh", 0),
        ("node3 gpu # pdsh_rcmd_type=rsh", 0),
        ("node3 all", 0),
    ],
)
def test_lines_of_genders_that_name_another_way(line, found, tmp_path, monkeypatch):
    (tmp_path / "genders").write_text(f"# nodes\n{line}\n")
    monkeypatch.setenv("PDSH_GENDERS_DIR", str(tmp_path))
    assert probe.genders_lines() == [f"{tmp_path}/genders:2: {line}"] * found


def test_pdsh_itself_loses_the_exit_status():
    assert reaches(cluster(code=0)).cause == "exit-status-lost"


def test_reached():
    assert reaches(cluster()).outcome is Outcome.PASS


def test_what_plain_ssh_cannot_is_not_accused_twice():
    snap = cluster(node2=PdshAnswer(code=255))
    with_fact(snap, "node1", SshRow({"node2": LoginAttempt(code=255, err="x")}))
    assert reaches(snap).outcome is Outcome.SKIP


def test_no_answer_is_unknown():
    assert reaches(without(cluster(), "node1", PdshRun)).outcome is Outcome.UNKNOWN


def test_users_and_ports():
    hosts = (Node("a", user="bob", port=22), Node("b", port=2222))
    job = snapshot(("a", "b"), hosts=hosts).job
    call = pdsh_call(job, ["a", "b"], "/x/config", "-4")
    assert call.argv == ("pdsh", "-S", "-f", "1024", "-w", "bob@a,b")
    assert call.env == {"PDSH_RCMD_TYPE": "ssh", "PDSH_SSH_ARGS_APPEND": "-4 -F /x/config"}
    assert call.ssh_config.startswith("Host a\n  Port 22\nHost b\n  Port 2222\n")
    assert "Include ~/.ssh/config" in call.ssh_config


def test_without_ports_the_shells_own_arguments_stand_alone():
    job = snapshot(("a", "b")).job
    assert pdsh_call(job, ["a", "b"], "/x/config", "-4").env["PDSH_SSH_ARGS_APPEND"] == "-4"
    assert pdsh_call(job, ["a", "b"], "/x/config").env == {"PDSH_RCMD_TYPE": "ssh"}


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["a.x", "b.x"], {"a": "a.x", "a.x": "a.x", "b": "b.x", "b.x": "b.x"}),
        (["a.x", "a.y"], {"a.x": "a.x", "a.y": "a.y"}),
        (["a.x", "a"], {"a.x": "a.x", "a": "a"}),
        (["10.0.0.1", "10.0.0.2"], {"10.0.0.1": "10.0.0.1", "10.0.0.2": "10.0.0.2"}),
    ],
)
def test_a_label_without_a_domain_means_the_one_host_that_it_can_mean(names, labels):
    assert names_by_label(names) == labels


def test_reads_labels_without_the_domain_that_all_hosts_share():
    labels = names_by_label(["node1.lan", "node2.lan"])
    out, err = (
        "node1: N 0 node1.lan\nnode1: N first\n",
        "pdsh@h: node2: ssh exited with exit code 7",
    )
    found = probe.parse_targets(CommandResult(7, out, err, False, 0.1), "N", labels)
    assert (found["node1.lan"]["rank"], found["node1.lan"]["hostname"]) == (0, "first")
    assert found["node2.lan"]["code"] == 7


def test_reads_pdshs_own_words():
    out = "node1: N 0 node1\nnode1: N first\nnode2: motd\n"
    err = "".join(f"pdsh@h: {n}: ssh exited with exit code {c}\n" for n, c in CODES.items())
    labels = {"node1": "node1", "node2": "node2"}
    found = probe.parse_targets(CommandResult(255, out, err, False, 0.1), "N", labels)
    assert found["node1"] == {
        "said": "",
        "rank": 0,
        "host": "node1",
        "hostname": "first",
        "code": 7,
    }
    assert found["node2"] == {"said": "motd\n", "code": 255}


def test_walks_up_to_the_root(tmp_path):
    loose = tmp_path / "lib"
    (loose / "pdsh").mkdir(parents=True)
    loose.chmod(0o777)
    found = {
        entry["path"]: entry["fault"]
        for entry in probe.folder_trust(str(loose / "pdsh"), "/bin/sh")
    }
    assert found[str(loose)] == "world-writable"
    assert found[str(loose / "pdsh")] == found["/"] == ""
    assert os.path.realpath("/tmp") not in found or found["/tmp"] == ""
