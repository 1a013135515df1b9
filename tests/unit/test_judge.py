"""The rules that keep a verdict honest: silence is no pass, one dead node is one failure."""

from __future__ import annotations

import pytest

from checks.check import Over, claims_of, cluster_check, node_check, pair_check
from checks.facts import ClusterView, Login
from checks.facts.limits import Limits
from checks.facts.ports import PortSettings
from checks.facts.surroundings import Surroundings
from checks.judge import decide, judge_claims
from checks.model import Fix, Outcome, Severity, block, ok, unknown, warn
from tests.support.snapshots import snapshot, with_fact
from tests.support.toy_checks import Toy

FIX = Fix("true", "node1")
login = node_check("reach.controller-logs-in", Login)(
    lambda node: ok() if node.reached else block("refused", "sshd is down", FIX)
)
passing = node_check("area.holds")(lambda node: ok("seen"))
needy = node_check("area.needs-limits", Limits)(lambda node: ok(str(node.read(Limits))))
failing = node_check("area.fails")(lambda node: block("cause", "message", FIX))
warning = node_check("area.warns")(lambda node: warn("cause", "message", FIX))
silent = node_check("area.silent", severity=Severity.WARN)(lambda node: unknown("no answer"))
buggy = node_check("area.buggy")(lambda node: 1 / 0)
pairwise = pair_check("area.pairs")(lambda source, target: ok())
together = cluster_check("area.together")(lambda cluster: ok(str(len(cluster.reached))))
head_needy = cluster_check("area.needs-the-head", Limits)(
    lambda cluster: ok(str(cluster.head.read(Limits)))
)


def findings(*checks, allow=(), down=()):
    snap = snapshot()
    for name in down:
        with_fact(snap, name, Login(reached=False, cause="refused"))
    return judge_claims(claims_of(checks, snap.job), ClusterView(snap), allow)


def test_a_dead_node_is_one_failure_and_skips():
    found = findings(login, passing, pairwise, down=["node2"])
    by = {(finding.check, finding.subject): finding.outcome for finding in found}
    assert [subject for (_, subject), out in by.items() if out is Outcome.FAIL] == [("node2",)]
    assert by["area.holds", ("node2",)] is Outcome.SKIP
    assert by["area.pairs", ("node1", "node2")] is Outcome.SKIP
    assert by["area.pairs", ("node1", "node3")] is Outcome.PASS


def test_a_dead_node_whose_reach_is_not_asked_is_unknown_and_stops():
    found = findings(passing, down=["node2"])
    assert [finding.outcome for finding in found].count(Outcome.UNKNOWN) == 1
    assert decide(found) == "stop"


def test_a_claim_on_all_nodes_that_needs_a_dead_one_is_skipped_as_that_nodes_own():
    found = {finding.check: finding for finding in findings(login, head_needy, down=["node1"])}
    needy_finding = found["area.needs-the-head"]
    assert (needy_finding.outcome, needy_finding.message) == (
        Outcome.SKIP, "node1 was not reached",
    )  # fmt: skip
    assert [finding.outcome for finding in findings(head_needy, down=["node1"])] == [
        Outcome.UNKNOWN
    ]
    of_others = [
        finding for finding in findings(login, head_needy, down=["node2"]) if not finding.subject
    ]
    assert [finding.outcome for finding in of_others] == [Outcome.UNKNOWN]


def test_a_node_that_nobody_asked_is_unknown_once_and_never_said_to_be_unreached():
    snap = snapshot()
    del snap.sections["node2"]
    found = judge_claims(claims_of([login, passing, pairwise], snap.job), ClusterView(snap))
    of_it = [finding for finding in found if "node2" in finding.subject]
    assert [finding.outcome for finding in of_it].count(Outcome.UNKNOWN) == 1
    assert all(finding.message.startswith("node2 was not asked") for finding in of_it)
    assert decide(found) == "stop"


def test_a_fact_that_did_not_come_is_unknown_and_stops():
    found = findings(needy)
    assert {finding.outcome for finding in found} == {Outcome.UNKNOWN}
    assert "node1 gave no answer about its limits" in found[0].message
    assert decide(found) == "stop"


def test_a_judge_that_fails_itself_is_unknown_and_hides_no_other_finding():
    found = findings(buggy, passing)
    assert [finding.outcome for finding in found] == [Outcome.UNKNOWN] * 3 + [Outcome.PASS] * 3
    assert "ZeroDivisionError" in found[0].message


def judge_number(node):
    """Compares a node with all others, and can bear nothing but numbers."""
    numbers = {other.name: float(other.read(Toy).says) for other in node.cluster.nodes_with(Toy)}
    return ok() if numbers[node.name] == 1 else block("odd", f"{node.name} is odd", FIX)


def judge_numbers(cluster):
    numbers = [float(node.read(Toy).says) for node in cluster.nodes_with(Toy)]
    return ok() if set(numbers) == {1} else block("odd", f"{numbers}", FIX)


def judged_numbers(*said):
    snap = snapshot()
    for name, text in zip(snap.job.names, said, strict=True):
        with_fact(snap, name, Toy(text))
    checks = [node_check("area.number", Toy)(judge_number)]
    checks.append(cluster_check("area.numbers", Toy)(judge_numbers))
    found = judge_claims(claims_of(checks, snap.job), ClusterView(snap))
    return [(finding.outcome.value, finding.message) for finding in found]


def test_what_one_node_says_keeps_no_other_from_being_judged():
    fine, odd = ("pass", ""), "the check itself failed: ValueError"
    *nodes, together = judged_numbers("1", "one", "1")
    assert [nodes[0], nodes[2]] == [fine, fine]
    assert nodes[1][0] == "unknown"
    assert nodes[1][1].startswith(odd)
    assert together == ("unknown", "what node2 answered cannot be judged")
    assert judged_numbers("1", "one", "2")[2:] == [("fail", "node3 is odd"), ("fail", "[1.0, 2.0]")]
    assert all(each[1].startswith(odd) for each in judged_numbers("one", "one", "1"))


def test_an_undetermined_warning_does_not_stop():
    assert decide(findings(silent)) == "go"


@pytest.mark.parametrize(
    ("check", "allow", "decision"),
    [
        (passing, (), "go"),
        (warning, (), "go"),
        (failing, (), "stop"),
        (failing, ("area.fails",), "go"),
        (failing, ("area",), "go"),
        (failing, ("area.holds",), "stop"),
    ],
)
def test_decision(check, allow, decision):
    assert decide(findings(check, allow=allow)) == decision


def test_what_is_allowed_is_still_shown_as_not_holding():
    finding = findings(failing, allow=["area"])[0]
    assert finding.allowed
    assert finding.outcome is Outcome.FAIL
    assert finding.warned


@pytest.mark.parametrize(
    ("over", "count"),
    [
        (Over.EVERY_NODE, 3),
        (Over.HEAD, 1),
        (Over.CLUSTER, 1),
        (Over.EVERY_PAIR, 9),
        (Over.OTHER_PAIRS, 6),
        (Over.TO_HEAD, 3),
        (Over.FROM_HEAD, 3),
    ],
)
def test_subjects(over, count):
    job = snapshot().job
    subjects = over.subjects(job)
    assert len(set(subjects)) == len(subjects) == count
    assert {len(subject) for subject in subjects} == {
        {"node": 1, "pair": 2, "cluster": 0}[over.scope]
    }


def test_ids_name_the_claim_and_the_subject():
    job = snapshot().job
    assert next(claim.id for claim in claims_of([passing], job)) == "holds-node1"
    assert [claim.id for claim in claims_of([pairwise], job)][1] == "pairs-node1:node2"
    assert [claim.id for claim in claims_of([together], job)] == ["together"]


def test_what_nodes_print_makes_no_finding_that_a_report_cannot_hold():
    odd = node_check("area.odd")(
        lambda node: ok("word " + "9" * 5000, speeds={"a": [float("inf"), 1.5]}, at=float("nan"))
    )
    found = findings(odd)[0]
    assert found.evidence == {"speeds": {"a": ["inf", 1.5]}, "at": "nan"}
    assert len(found.message) < 200 and found.message.startswith("word 999")


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("node3: cannot listen: Address already in use", "skip"),
        ("node2: cannot listen: Address already in use", "unknown"),
        ("node3: no answer in 5 s", "unknown"),
    ],
)
@pytest.mark.parametrize("asked", [True, False])
def test_what_had_no_port_is_said_by_the_check_of_ports(said, outcome, asked):
    from checks.catalogue import CATALOGUE

    snap = snapshot()
    for name, why in (("node2", ""), ("node3", "Address already in use")):
        with_fact(snap, name, PortSettings(32768, 60999, "", 1024))
        with_fact(snap, name, Surroundings(loopback=why))
    check = cluster_check("area.asks")(lambda cluster: unknown(said))
    checks = [check, *([CATALOGUE["ports.ephemeral-range-is-wide-enough"]] if asked else [])]
    found, *_ = judge_claims(claims_of(checks, snap.job), ClusterView(snap))
    assert found.outcome.value == (outcome if asked else "unknown")
