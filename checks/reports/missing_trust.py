"""Logins that fail because nobody has set up trust yet: one finding for a person, not one a pair.

The findings themselves stay as they are, one for each subject: JSON, JUnit and exit codes have them
all. Where all logins to and from a node fail for want of a key or a host key, as on a new cluster
or with a new node, `launcher trust` cures them together, and N×N fixes to be typed would be noise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from checks.folded_names import fold_names
from checks.model import HERE, Finding, Fix, Job, Outcome
from checks.next_line import next_line

MESH_CHECK = "ssh.every-node-logs-in-to-every-node"
CONTROLLER_CHECK = "reach.controller-logs-in"
TRUST_CAUSES = frozenset({"host-key-unknown", "key-missing", "key-not-authorized"})
"""What `launcher trust` adds. A refused key says so only where nobody could look at its node."""


def fold_missing_trust(findings: Sequence[Finding], job: Job) -> list[Finding]:
    """The findings; those that `launcher trust` cures together as one at the place of the first."""
    mesh = _mesh_gap(findings)
    controller = _controller_gap(findings)
    folded = [
        *([_mesh_finding(mesh, findings, job)] if mesh else []),
        *([_controller_finding(controller, job)] if controller else []),
    ]
    first = {
        id(gap[0]): entry
        for gap, entry in zip(filter(None, (mesh, controller)), folded, strict=True)
    }
    cured = {id(finding) for finding in (*mesh, *controller)}
    return [
        first.get(id(finding), finding)
        for finding in findings
        if id(finding) not in cured or id(finding) in first
    ]


def _mesh_gap(findings: Sequence[Finding]) -> list[Finding]:
    """The failed logins between nodes, if each is one of a node that no other trusts; else none."""
    asked = [f for f in findings if f.check == MESH_CHECK and f.outcome is not Outcome.SKIP]
    failed = [f for f in asked if f.outcome is Outcome.FAIL and f.cause in TRUST_CAUSES]
    strangers = _strangers(asked, failed)
    whole = all(strangers & set(finding.subject) for finding in failed)
    return failed if len(failed) > 1 and strangers and whole else []


def _strangers(asked: Iterable[Finding], failed: Sequence[Finding]) -> set[str]:
    """The nodes all of whose logins to and from other nodes failed so."""
    pairs = {finding.subject for finding in failed}
    others = [finding.subject for finding in asked if len(set(finding.subject)) == 2]
    trusted = {name for pair in others if pair not in pairs for name in pair}
    return {name for pair in others for name in pair} - trusted


def _controller_gap(findings: Iterable[Finding]) -> list[Finding]:
    """This machine's failed logins, if there are several that trust would cure."""
    causes = TRUST_CAUSES | {"key-denied"}
    failed = [
        finding
        for finding in findings
        if finding.check == CONTROLLER_CHECK
        and finding.outcome is Outcome.FAIL
        and finding.cause in causes
    ]
    return failed if len(failed) > 1 else []


def _mesh_finding(gap: Sequence[Finding], findings: Iterable[Finding], job: Job) -> Finding:
    asked = [f for f in findings if f.check == MESH_CHECK and f.outcome is not Outcome.SKIP]
    strangers = _strangers(asked, gap)
    names = dict.fromkeys(name for finding in asked for name in finding.subject)
    where = "between" if len(strangers) == len(names) else "to or from"
    who = f"{where} {fold_names(name for name in names if name in strangers)}"
    message = f"no trust {who}: {len(gap)} of {len(asked)} logins from node to node fail"
    fix = Fix(next_line("trust", job), HERE, "it shows what it adds, and asks first")
    return _one_for_all(gap, message, fix)


def _controller_finding(gap: Sequence[Finding], job: Job) -> Finding:
    names = fold_names(finding.subject[0] for finding in gap)
    fix = Fix(
        next_line("trust", job, "--ask-password"),
        HERE,
        "it shows what it adds, and asks first; where these logins work by hand, name --ssh-user "
        "and --ssh-key",
    )
    return _one_for_all(gap, f"no trust yet: this machine cannot log in to {names}", fix)


def _one_for_all(gap: Sequence[Finding], message: str, fix: Fix) -> Finding:
    """The first, without a subject, its message that of all."""
    causes = Counter(finding.cause for finding in gap)
    seen = {"logins": dict(causes.most_common())}
    cause = causes.most_common(1)[0][0]
    return replace(gap[0], subject=(), message=message, cause=cause, fix=fix, evidence=seen)
