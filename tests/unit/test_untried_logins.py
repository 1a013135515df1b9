"""Of many nodes not every login is tried: what they have on file decides, and a fault is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from checks.catalogue import CATALOGUE
from checks.check import Claim
from checks.facts import ClusterView
from checks.facts.sshd import AuthorizedKey, SshdSetting
from checks.judge import judge_claims
from checks.model import Finding, Outcome
from checks.outliers.pairing import sampled_pairs
from checks.stages import ssh_mesh
from preflight.items import finding_of_item
from tests.support.many_nodes import ManyNodes, address, fingerprint

NODES, ROUNDS = 250, 12
FEWER, FEWER_ROUNDS = 80, 11
SOURCE, TARGET = "n007", "n069"
CHECK = CATALOGUE["ssh.every-node-logs-in-to-every-node"]


def examined(nodes: ManyNodes, *sources: str) -> dict[tuple[str, ...], Finding]:
    ssh_mesh.run_stage(nodes, nodes.snapshot, nodes.names)
    claims = [Claim(CHECK, (source, peer)) for source in sources for peer in nodes.names]
    findings = judge_claims(claims, ClusterView(nodes.snapshot))
    return {finding.subject: finding for finding in findings}


def outcomes(findings: dict[tuple[str, ...], Finding]) -> dict[tuple[str, ...], Outcome]:
    return {
        pair: found.outcome for pair, found in findings.items() if found.outcome != Outcome.PASS
    }


def test_healthy_nodes_log_in_in_some_rounds_and_to_themselves():
    nodes = ManyNodes(NODES)
    findings = examined(nodes, SOURCE)
    assert len(nodes.tried) == len(set(nodes.tried)) == NODES * (ROUNDS + 1)
    assert not outcomes(findings)
    untried = [finding for finding in findings.values() if finding.is_untried]
    assert len(untried) == NODES - ROUNDS - 1
    assert all(finding.message.startswith("not tried: ") for finding in untried)
    row = finding_of_item(list(findings.values()))
    assert (
        row.message.startswith("tried: n") and f"; {len(untried)} others not tried" in row.message
    )


def known_wrongly(nodes: ManyNodes) -> None:
    known = nodes.known[SOURCE][TARGET]
    nodes.known[SOURCE][TARGET] = dataclasses.replace(known, keys=("ssh-ed25519 other",))


def unknown(nodes: ManyNodes) -> None:
    del nodes.known[SOURCE][TARGET]


def another_of_its_type(nodes: ManyNodes) -> None:
    known = nodes.known[SOURCE][TARGET]
    nodes.known[SOURCE][TARGET] = dataclasses.replace(
        known, keys=(*known.keys, "ssh-ed25519 other")
    )


def revoked(nodes: ManyNodes) -> None:
    known = nodes.known[SOURCE][TARGET]
    nodes.known[SOURCE][TARGET] = dataclasses.replace(known, marked=True)


def not_authorized(nodes: ManyNodes) -> None:
    others = [line for line in nodes.let_in if line.fingerprint != fingerprint(SOURCE)]
    nodes.change(TARGET, "sshd", authorized=[dataclasses.asdict(line) for line in others])


def only_from_elsewhere(nodes: ManyNodes) -> None:
    line = AuthorizedKey(fingerprint(SOURCE), "/root/.ssh/authorized_keys:9", 'from="10.9.0.1"')
    others = [line for line in nodes.let_in if line.fingerprint != fingerprint(SOURCE)]
    lines = [dataclasses.asdict(each) for each in (*others, line)]
    nodes.change(TARGET, "sshd", authorized=lines)


def denied_by_address(nodes: ManyNodes) -> None:
    denied = SshdSetting(f"root@{address(7)}", "/etc/ssh/sshd_config:9")
    nodes.change(TARGET, "sshd", settings={"denyusers": [dataclasses.asdict(denied)]})


def resolved_wrongly(nodes: ManyNodes) -> None:
    answer = nodes.snapshot.answer(SOURCE, "names")
    peers = {**answer.fields["peers"]}
    peers[TARGET] = {**peers[TARGET], "addresses": ["10.9.9.9"]}
    nodes.change(SOURCE, "names", peers=peers)


@pytest.mark.parametrize(
    "break_pair",
    [
        known_wrongly, unknown, another_of_its_type, revoked, not_authorized, only_from_elsewhere,
        denied_by_address, resolved_wrongly,
    ],
)  # fmt: skip
def test_a_fault_of_one_pair_is_tried_and_found(break_pair):
    _find_fault(break_pair, FEWER, FEWER_ROUNDS)


def test_a_fault_of_one_pair_among_250_nodes_is_found():
    _find_fault(known_wrongly, NODES, ROUNDS)


def _find_fault(break_pair: Callable[[ManyNodes], None], count: int, rounds: int) -> None:
    nodes = ManyNodes(count)
    assert (SOURCE, TARGET) not in sampled_pairs(nodes.names, nodes.most_mesh_nodes)
    break_pair(nodes)
    nodes.broken.add((SOURCE, TARGET))
    findings = examined(nodes, SOURCE)
    assert (SOURCE, TARGET) in nodes.tried
    assert not findings[SOURCE, TARGET].is_untried
    assert findings[SOURCE, TARGET].outcome is not Outcome.PASS
    assert set(outcomes(findings)) == {(SOURCE, TARGET)}
    assert len(nodes.tried) <= count * (rounds + 2)


def test_a_fault_that_nothing_on_file_shows_has_all_logins_of_both_ends_tried():
    nodes = ManyNodes(FEWER)
    nodes.broken.update((peer, TARGET) for peer in nodes.names)
    findings = examined(nodes, SOURCE, TARGET)
    assert {(peer, TARGET) for peer in nodes.names} <= set(nodes.tried)
    assert {(TARGET, peer) for peer in nodes.names} <= set(nodes.tried)
    assert set(outcomes(findings)) == {(SOURCE, TARGET), (TARGET, TARGET)}


def test_who_keeps_silent_of_a_login_that_was_asked_for_passes_none():
    nodes = ManyNodes(70)
    nodes.mute.add((SOURCE, SOURCE))
    findings = examined(nodes, SOURCE)
    assert outcomes(findings) == {(SOURCE, SOURCE): Outcome.UNKNOWN}
    assert {(SOURCE, peer) for peer in nodes.names} <= set(nodes.tried)


def test_who_does_not_say_what_is_on_file_logs_in_to_all():
    nodes = ManyNodes(70)
    del nodes.known[SOURCE]
    findings = examined(nodes, SOURCE)
    assert {(SOURCE, peer) for peer in nodes.names} <= set(nodes.tried)
    assert not any(finding.is_untried for finding in findings.values())


def test_up_to_the_limit_every_pair_is_tried():
    nodes = ManyNodes(70, most_mesh_nodes=70)
    findings = examined(nodes, SOURCE)
    assert len(set(nodes.tried)) == 70 * 70
    assert not any(finding.is_untried for finding in findings.values())
