"""The gate asks what the job runs, and what no earlier verdict can say; no less, and no more."""

from __future__ import annotations

import dataclasses
import datetime
import json
import shlex
import sys
from typing import ClassVar

import pytest

import checks.run
from checks.answer import Answer
from checks.check import Tag, node_check
from checks.errors import UsageError
from checks.facts import Fact, Login, Snapshot
from checks.model import HERE, Fix, Node, block, ok
from checks.reports import earlier_preflight as earlier_module
from checks.reports.earlier_preflight import read_earlier_preflight
from checks.reports.last_run import GOOD_FACTS, LAST_FACTS, LAST_REPORT
from launcher import gate as gate_module
from launcher.gate import find_or_run_preflight
from tests.support.snapshots import snapshot

JOB = snapshot(env={"A": "1"}).job


@dataclasses.dataclass(frozen=True)
class Shell(Fact):
    """A toy that depends on the environment."""

    section: ClassVar[str] = "shell"
    inputs: ClassVar[tuple[str, ...]] = ("env",)
    value: int = 9


@dataclasses.dataclass(frozen=True)
class Script(Fact):
    """A toy that is about what the job runs."""

    section: ClassVar[str] = "script"
    of_command: ClassVar[bool] = True
    value: int = 9


@dataclasses.dataclass(frozen=True)
class Smoke(Fact):
    """A toy for which the nodes train."""

    section: ClassVar[str] = "trial"
    heavy: ClassVar[bool] = True
    inputs: ClassVar[tuple[str, ...]] = ("python",)
    value: int = 9


def toy(name, *facts):
    """A check that all these facts of a node are 9."""

    def judge(node):
        low = [fact.section for fact in facts if node.read(fact).value != 9]
        return block("low", f"{node.name}: {low} is low", node.fix("raise it")) if low else ok()

    return node_check(name, *facts)(judge)


def judge_reach(node):
    return ok() if node.reached else block("refused", "sshd is down", node.fix("start it"))


CHECKS = (
    node_check("reach.controller-logs-in", Login)(judge_reach),
    toy("limits.shell", Shell),
    toy("files.script", Script, Shell),
    toy("training.trains", Smoke, Script),
)


class Nodes:
    """The nodes of a test: what they say of each section, and what they were asked."""

    def __init__(self):
        self.values = {"shell": 9, "script": 9, "trial": 9}
        self.asked = {}
        self.down = ""
        self.identity = {}
        self.said = []
        self.settled = False

    def gather(self, job, wanted, options):
        self.asked = {
            name: sorted(sections & self.values.keys()) for name, sections in wanted.items()
        }
        started = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        snap = dataclasses.replace(snapshot(job.names), job=job, started=started)
        kinds = {kind.section: kind for kind in (Shell, Script, Smoke)}
        for name, sections in self.asked.items():
            for section in sections:
                snap.put_fact(name, kinds[section](self.values[section]))
        for name, (section, mark) in self.identity.items():
            there = snap.answer(name, section) or Answer({})
            snap.put(name, section, Answer({**there.fields, **mark}))
        if self.down:
            snap.sections[self.down] = {}
            snap.put_fact(self.down, Login(reached=False, cause="refused"))
        self.settled = options.is_settled(snap)
        for answers in snap.sections.values() if self.settled else ():
            answers.pop(Smoke.section, None)  # its stage does not begin
        return snap


@pytest.fixture
def nodes(monkeypatch):
    nodes = Nodes()
    catalogue = {check.id: check for check in CHECKS}
    monkeypatch.setattr(gate_module, "CATALOGUE", catalogue)
    monkeypatch.setattr(earlier_module, "CATALOGUE", catalogue)
    monkeypatch.setattr(checks.run, "gather_facts", nodes.gather)
    return nodes


@pytest.fixture
def start(nodes, tmp_path):
    """Ask the gate for JOB with these fields; what it answers, what the nodes were asked."""

    def ask(**fields):
        nodes.said = []
        nodes.asked = {}
        job = dataclasses.replace(JOB, command=("train.py",), **fields)
        return find_or_run_preflight(job, tmp_path, nodes.said.append)

    return ask


def test_what_was_skipped_for_what_stopped_the_last_start_is_asked_when_that_passes(start, nodes):
    nodes.down = "node2"
    assert not start().go
    nodes.down, nodes.values["trial"] = "", 8
    again = start()
    assert nodes.asked == asked_everywhere("shell", "script", "trial")
    low = [each for each in again.report["findings"] if each["cause"] == "low"]
    assert [each["subject"] for each in low] == [[name] for name in JOB.names]
    assert not again.go


def test_a_script_that_stopped_the_last_start_is_asked_alone(start, nodes, tmp_path):
    start()
    found = [("files.script", "files", "fail"), ("training.trains", "training", "skip")]
    findings = [
        {"check": check, "area": area, "outcome": outcome, "severity": "block", "subject": []}
        for check, area, outcome in found
    ]
    edit_report(tmp_path, findings=findings)
    start()
    assert nodes.asked == asked_everywhere("script", "shell")


def edit_report(tmp_path, **fields):
    report = json.loads((tmp_path / LAST_REPORT).read_text())
    (tmp_path / LAST_REPORT).write_text(json.dumps({**report, **fields}))
    return report


def asked_everywhere(*sections):
    return dict.fromkeys(JOB.names, sorted(sections))


def test_the_first_start_asks_everything_and_the_second_what_the_job_runs(start, nodes):
    assert start().go
    assert (
        nodes.said[0]
        == "Running the preflight first: no run of all checks is kept in this directory yet"
    )
    assert nodes.asked == asked_everywhere("shell", "script", "trial")
    found = start(max_age_s=3600.0)
    assert found.go
    assert nodes.said[0].startswith("Using the preflight of ")
    assert nodes.asked == asked_everywhere("script")
    assert found.snapshot.answer("node2", "trial").fields == {"value": 9}
    assert [finding["check"] for finding in found.report["findings"]] == [
        check.id for check in CHECKS for _ in JOB.names
    ]


@pytest.mark.parametrize(
    ("section", "before", "now", "again"),
    [
        ("login", {"host_key": "ed25519 A"}, {"host_key": "ed25519 B"}, True),
        ("who", {"boot_id": "1"}, {"boot_id": "2"}, True),
        ("who", {"boot_id": "1"}, {"boot_id": "1"}, False),
        ("who", {"boot_id": "1"}, {"boot_id": ""}, False),
        ("login", {}, {"host_key": "ed25519 B"}, False),
    ],
)
def test_a_node_that_booted_or_was_replaced_is_asked_whole(
    start, nodes, section, before, now, again
):
    nodes.identity = {"node2": (section, before)}
    assert start().go
    nodes.identity = {"node2": (section, now)}
    assert start().go
    assert nodes.asked == asked_everywhere("script", *(("shell", "trial") if again else ()))
    said = "Running the preflight again: node2 booted or was replaced since"
    assert (said in nodes.said) is again


@pytest.mark.parametrize(
    ("fields", "sections"),
    [
        ({"command": ("other.py", "--lr", "2")}, {"script"}),
        ({"same": ("a.yml",), "exist": ("/data",), "output": "/out"}, {"script"}),
        ({"deepspeed_config": "zero3.json", "launcher": "torchrun"}, {"script"}),
        ({"env": {"A": "2"}}, {"script", "shell"}),
        ({"python": "/other/python"}, {"script", "trial"}),
        ({"ssh": dataclasses.replace(JOB.ssh, port=2222)}, {"script", "shell", "trial"}),
        ({"head": "node2"}, {"script", "shell", "trial"}),
        ({"nodes": (*JOB.nodes[:2], Node("node3", 4))}, {"script", "shell", "trial"}),
    ],
)
def test_a_change_asks_what_depends_on_it(start, nodes, tmp_path, fields, sections):
    start()
    job = dataclasses.replace(JOB, **{"command": ("train.py",), **fields})
    assert find_or_run_preflight(job, tmp_path, nodes.said.append).go
    assert nodes.asked == asked_everywhere(*sections)


def test_what_stops_is_found_now_and_asked_again_until_it_does_not(start, nodes):
    start()
    nodes.values["script"] = 3
    stopped = start()
    assert not stopped.go
    assert "  × node[1-3]: ['script'] is low" in nodes.said
    nodes.values["script"] = 9
    assert start().go
    assert nodes.asked == asked_everywhere("script", "shell"), "all that the check reads"
    start()
    assert nodes.asked == asked_everywhere("script")


def test_what_stopped_the_first_start_is_asked_again_and_the_rest_is_not(start, nodes):
    nodes.values["trial"] = 3
    assert not start().go
    nodes.values["trial"] = 9
    assert start().go
    assert "; to ask again: training (the last one did not pass)" in nodes.said[0]
    assert nodes.asked == asked_everywhere("script", "trial")


def test_an_allowed_failure_holds_only_while_it_is_allowed(start, nodes):
    nodes.values["trial"] = 3
    assert start(allow=("training",)).go
    assert start(allow=("training",)).go
    assert nodes.asked == asked_everywhere("script")
    assert not start().go
    assert nodes.asked == asked_everywhere("script", "trial")


def test_a_preflight_of_all_nodes_holds_for_the_ones_that_take_part(start, nodes, tmp_path):
    start()
    job = dataclasses.replace(JOB, exclude="node3", command=("train.py",))
    origins = json.loads((tmp_path / LAST_REPORT).read_text())["origins"]
    assert find_or_run_preflight(job, tmp_path, nodes.said.append).go
    assert nodes.asked == {"node1": ["script"], "node2": ["script"]}
    kept = json.loads((tmp_path / LAST_REPORT).read_text())
    assert kept["origins"]["training.trains"] == origins["training.trains"]
    assert ["node3"] not in [finding["subject"] for finding in kept["findings"]]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("2020-01-01T08:00:00Z", "days old"),
        ("2999-01-01T08:00:00Z", "began later than now"),
        ("yesterday", "does not say when it ran"),
        (None, "for other nodes or settings"),
    ],
)
def test_an_old_verdict_does_not_hold(start, nodes, tmp_path, asked, said):
    start()
    origins = json.loads((tmp_path / LAST_REPORT).read_text())["origins"]
    changed = {**origins["training.trains"], "asked": asked}
    others = {name: origin for name, origin in origins.items() if name != "training.trains"}
    edit_report(tmp_path, origins={**others, **({"training.trains": changed} if asked else {})})
    assert start().go
    assert nodes.asked == asked_everywhere("script", "trial")
    assert said in nodes.said[0]


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00"])
def test_a_broken_report_does_not_hold(start, nodes, tmp_path, text):
    start()
    (tmp_path / LAST_REPORT).write_text(text)
    assert start().go
    assert nodes.said[0].startswith("Running the preflight first: ")
    assert nodes.asked == asked_everywhere("shell", "script", "trial")


def test_facts_of_another_version_or_run_do_not_hold(start, nodes, tmp_path):
    start()
    facts = tmp_path / LAST_FACTS
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "schema": 1}))
    with pytest.raises(UsageError, match="another version of this program saved the facts"):
        read_earlier_preflight(tmp_path)
    facts.write_text("no facts")
    with pytest.raises(UsageError, match="are damaged or cannot be read"):
        read_earlier_preflight(tmp_path)
    facts.unlink()
    with pytest.raises(UsageError, match="are not there"):
        read_earlier_preflight(tmp_path)
    start()
    edit_report(tmp_path, started="2026-11-21T08:00:00Z")
    with pytest.raises(UsageError, match="from another run"):
        read_earlier_preflight(tmp_path)


@pytest.mark.parametrize("name", [LAST_REPORT, LAST_FACTS])
def test_what_another_user_could_have_written_does_not_hold(start, nodes, tmp_path, name):
    start()
    (tmp_path / name).chmod(0o620)
    with pytest.raises(UsageError, match=f"{name} may be written by others"):
        read_earlier_preflight(tmp_path)
    start()
    assert nodes.said[0].startswith("Running the preflight first: the last one cannot be trusted")
    assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_a_stop_is_compared_with_the_last_go_of_the_gate_itself(start, nodes, tmp_path):
    assert start().go
    assert (tmp_path / GOOD_FACTS).stat().st_mode & 0o077 == 0
    good = Snapshot.load(tmp_path / GOOD_FACTS)
    dataclasses.replace(good, started="2026-11-21T08:00:00Z").save(tmp_path / GOOD_FACTS)
    nodes.values["shell"] = 3
    found = start(env={"A": "2"})
    assert not found.go
    assert "Changed since the last go (2026-11-21 08:00:00 UTC):" in nodes.said
    assert "  node[1-3]: shell.value 9 → 3" in nodes.said
    assert found.report["changed"]["facts"][0] == {
        "node": "node1", "fact": "shell.value", "before": "9", "now": "3",
    }  # fmt: skip


def test_a_go_is_no_less_a_go_where_it_cannot_be_kept(start, nodes, tmp_path):
    (tmp_path / ".preflight").write_text("in the way")
    assert start().go
    assert f"Cannot save this preflight in {tmp_path}: File exists" in nodes.said


def test_a_stage_that_is_asked_again_leaves_nothing_of_before():
    earlier, now = snapshot(), snapshot()
    for section in ("dial", "firewall", "limits"):
        earlier.put("node1", section, Answer({}))
    checks.run.EarlierFacts(earlier, frozenset({"dial"})).add_to(now)
    assert set(now.sections["node1"]) == {"login", "limits"}


def test_a_dry_run_says_that_nothing_starts_and_is_no_last_go(nodes, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "launcher", "start", "--dry-run"])
    job = dataclasses.replace(JOB, command=("train.py",))
    assert find_or_run_preflight(job, tmp_path, nodes.said.append, dry_run=True).go
    assert "Starting" not in nodes.said[-1]
    assert nodes.said[-1].endswith("python -m launcher start")
    assert not (tmp_path / GOOD_FACTS).exists()
    assert find_or_run_preflight(job, tmp_path, nodes.said.append).go
    assert nodes.said[-1].endswith("Starting the training")
    assert (tmp_path / GOOD_FACTS).exists()
    assert nodes.asked == asked_everywhere("script"), "what the dry run found holds"


LINE = f"{shlex.quote(sys.executable)} -m launcher start -- tarin.py --n 2"


@pytest.mark.parametrize(
    ("fix", "then"),
    [
        (Fix("raise it", "node1"), LINE),
        (Fix(LINE.replace("tarin", "train"), HERE), LINE.replace("tarin", "train")),
        (
            Fix(f"sed x && {LINE.partition(' start')[0]} sync", HERE),
            LINE.replace("start", "start --sync"),
        ),
        (Fix(note="in ds.json: correct it", on=HERE), LINE),
        (Fix(note="type train.py in place of tarin.py", on=HERE), ""),
    ],
)
def test_a_stop_ends_in_the_line_that_starts_once_all_is_fixed(
    start, nodes, monkeypatch, fix, then
):
    monkeypatch.setattr("sys.orig_argv", shlex.split(LINE))
    wrong = node_check("limits.shell", Shell)(lambda _: block("low", "it is low", fix))
    catalogue = {check.id: check for check in (CHECKS[0], wrong)}
    monkeypatch.setattr(gate_module, "CATALOGUE", catalogue)
    monkeypatch.setattr(earlier_module, "CATALOGUE", catalogue)
    assert not start().go
    last = nodes.said[-1]
    assert last.endswith(f"a failed check): {then}" if then else "a failed check)")


@pytest.fixture
def decisive(nodes, monkeypatch):
    """The check of the script decides first; the toy smoke is a stage."""
    first = dataclasses.replace(CHECKS[2], tags=(Tag.DECISIVE,))
    catalogue = {check.id: check for check in (*CHECKS[:2], first, CHECKS[3])}
    monkeypatch.setattr(gate_module, "CATALOGUE", catalogue)
    monkeypatch.setattr(checks.run, "MEETING_SECTIONS", frozenset({"trial"}))
    return nodes


@pytest.mark.usefixtures("decisive")
def test_where_the_command_cannot_run_no_node_trains_and_nothing_of_it_is_kept(
    start, nodes, tmp_path
):
    nodes.values["script"] = 3
    stopped = start()
    assert not stopped.go
    assert nodes.settled
    assert {each["check"] for each in stopped.report["findings"]} == {
        "reach.controller-logs-in", "limits.shell", "files.script",
    }  # fmt: skip
    assert any("Not asked" in line for line in nodes.said)
    assert not (tmp_path / LAST_REPORT).exists(), "nobody may take it for a whole one"
    nodes.values["script"] = 9
    assert start().go
    assert not nodes.settled
    assert nodes.asked == asked_everywhere("script", "shell", "trial")


@pytest.mark.usefixtures("decisive")
def test_an_earlier_preflight_holds_beside_a_command_that_cannot_run(start, nodes):
    assert start().go
    nodes.values["script"] = 3
    assert not start().go
    nodes.values["script"] = 9
    assert start().go
    assert nodes.asked == asked_everywhere("script", "shell")


@pytest.mark.usefixtures("decisive")
def test_what_a_stop_for_another_job_did_not_ask_is_kept_for_this_one(start, nodes):
    assert start().go
    nodes.values["script"] = 3
    assert not start(python="/other/python").go
    nodes.values["script"] = 9
    again = start()
    assert again.go
    assert nodes.asked == asked_everywhere("script", "shell")
    assert all(again.snapshot.answer(name, Smoke.section) for name in JOB.names)


@pytest.mark.usefixtures("decisive")
def test_what_is_allowed_decides_nothing(start, nodes):
    nodes.values["script"] = 3
    assert start(allow=("files.script", "training")).go
    assert not nodes.settled
