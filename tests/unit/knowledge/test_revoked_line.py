"""The line that revokes a host key: where it is, and how it goes."""

from __future__ import annotations

import subprocess

import pytest

from checks.facts import ClusterView, Login
from checks.knowledge.logins.controller_fixes import controller_fix
from checks.knowledge.logins.revoked_line import remove_line_command, revoked_by
from tests.support.snapshots import snapshot

KEPT = "node1 ssh-ed25519 A"


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ([KEPT, f"@revoked {KEPT}", "node2 x y"], [KEPT, "node2 x y"]),
        ([KEPT, KEPT, "node2 x y"], [KEPT, KEPT, "node2 x y"]),
    ],
)
def test_that_line_goes_and_only_while_it_revokes(tmp_path, lines, left):
    path = tmp_path / "known hosts"
    path.write_text("\n".join(lines) + "\n")
    subprocess.run(["sh", "-c", remove_line_command(f"{path}:2")], check=True)
    assert path.read_text().splitlines() == left


def test_the_controllers_own_login_names_it():
    detail = "10.0.0.1's ssh-ed25519 host key is revoked by /root/.ssh/known_hosts:7"
    assert revoked_by(detail) == "/root/.ssh/known_hosts:7"
    login = Login(reached=False, cause="host-key-changed", detail=detail)
    fix = controller_fix(ClusterView(snapshot(("node1",)))["node1"], login)
    assert fix.command == "sed -i '7{/^[[:space:]]*@revoked/d;}' /root/.ssh/known_hosts"
    assert "a stolen key has to be replaced on node1" in fix.note
    assert revoked_by("its ssh-ed25519 host key is another than the one on file") == ""
