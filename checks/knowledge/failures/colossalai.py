"""What `colossalai run` says of the nodes that it starts by its own ssh (paramiko)."""

from __future__ import annotations

from checks.knowledge.failures.known import root, symptom

START = r"failed to run torchrun .* on (?P<node>\S+), is localhost: \w+, exception: "
LOGIN_CHECKS = ("reach.controller-logs-in", "ssh.every-node-logs-in-to-every-node")

FAILURES = (
    root(
        "colossalai-login-refused",
        ", exception: ",
        START + r"(?P<why>No authentication methods available|Authentication failed)",
        cause="{node} accepts no key that colossalai found ({why})",
        fix="an ssh key without a passphrase in ~/.ssh of the head, accepted by {node} "
        "(`ssh -oBatchMode=yes {node} true`), also by the head itself",
        checks=LOGIN_CHECKS,
    ),
    root(
        "colossalai-key-format",
        ", exception: ",
        START + r"(?P<why>not a valid \w+ private key file)",
        cause="colossalai's ssh library cannot read the private key of the head ({why})",
        fix="a newer paramiko, or the key rewritten: `ssh-keygen -p -m PEM -f ~/.ssh/id_rsa`; or "
        "start torchrun on each node",
        checks=LOGIN_CHECKS,
    ),
    symptom(
        "colossalai-start-failed",
        ", exception: ",
        START + r"(?P<why>Encountered a bad command exit code|I/O operation on closed file)",
        cause="torchrun ended with an error on {node}",
        fix="read what it printed above",
    ),
)
