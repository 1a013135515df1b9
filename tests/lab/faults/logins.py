"""Logins that fail, shells that get in the way, and pdsh."""

from __future__ import annotations

from launcher.lab.faults import DefaultTarget
from launcher.lab.faults.firewall import firewall_fault
from tests.lab.faults.case import (
    FROM_3,
    HEAD,
    HUNG_SHELL,
    NODE3,
    REACH,
    SSH,
    TO_3,
    case,
    custom,
    warned,
)

NEUTRAL = "pdsh.environment-is-neutral"
SSH_OF_ONE_DROPPED = firewall_fault(
    "ssh-of-one-dropped",
    "a firewall drops ssh from one node alone",
    "ip saddr $PEER_ADDRESS tcp dport $SSH_PORT drop",
)
SSH_OF_ONE_REJECTED = firewall_fault(
    "ssh-of-one-rejected",
    "a firewall rejects ssh from one node alone",
    "ip saddr $PEER_ADDRESS tcp dport $SSH_PORT reject with tcp reset",
)
SSH_LIMITED = firewall_fault(
    "ssh-limited",
    "a firewall drops further connections to ssh",
    "tcp dport $SSH_PORT ct state new limit rate over 2/minute burst 1 packets drop",
)
PDSH_VARIABLE = custom(
    "pdsh-time-out-in-bashrc",
    "sed -i '1i export PDSH_COMMAND_TIMEOUT=600' $HOME/.bashrc",
    DefaultTarget.HEAD,
)
PDSH_PORT = custom(
    "pdsh-appends-a-port",
    "sed -i \"1i export PDSH_SSH_ARGS_APPEND='-p 2222'\" $HOME/.bashrc",
    DefaultTarget.HEAD,
)
PDSH_PROXY = custom(
    "pdsh-appends-a-proxy",
    "sed -i '1i export PDSH_SSH_ARGS_APPEND=-oProxyCommand=false' /etc/bash.bashrc",
    DefaultTarget.HEAD,
)
NO_PYTHON = custom(
    "no-python-at-all",
    'rm -f "$PYTHON" /usr/libexec/platform-python $(type -ap python3) /usr/bin/python3',
)

CASES = [
    case("sshd-stopped", REACH, NODE3, "refused"),
    case("ssh-dropped", REACH, NODE3, "dropped", fixable=False),
    case("unreachable", REACH, NODE3, "no-route", fixable=False),
    case("host-key-changed", REACH, NODE3, "host-key-changed"),
    case("authorized-keys-writable", REACH, NODE3, "key-denied"),
    case("home-writable", REACH, NODE3, "key-denied"),
    case("pubkey-off", REACH, NODE3, "public-key-auth-off"),
    case("bashrc-hangs", REACH, NODE3, "shell-hangs", leaves=HUNG_SHELL),
    case("nologin", REACH, NODE3, "shell-refuses"),
    case(NO_PYTHON, REACH, NODE3, "no-python", fixable=False),
    case("known-host-missing", SSH, (("node3", "node1"),), "host-key-unknown"),
    case("authorized-key-missing", SSH, (("node1", "node3"),), "key-not-authorized"),
    case("private-key-missing", SSH, FROM_3, "key-missing"),
    case("private-key-open", SSH, FROM_3, "key-permissions"),
    case("private-key-passphrase", SSH, FROM_3, "key-passphrase", fixable=False),
    case(SSH_OF_ONE_DROPPED, SSH, (("node1", "node3"),), "dropped"),
    case(SSH_LIMITED, SSH, (*TO_3, ("node3", "node3")), "dropped"),
    case(SSH_OF_ONE_REJECTED, SSH, (("node1", "node3"),), "refused"),
    warned("bashrc-noisy", "ssh.shell-is-quiet", NODE3, "shell-noisy"),
    case("pdsh-missing", "pdsh.is-installed", HEAD, "missing", fixable=False),
    case("usr-lib-owner", "pdsh.loads-its-ssh-module", HEAD, "module-owner"),
    case(PDSH_PORT, NEUTRAL, HEAD, "changed-by-environment"),
    case(PDSH_PROXY, NEUTRAL, HEAD, "changed-by-environment"),
    case(PDSH_VARIABLE, NEUTRAL, HEAD, "command-timeout"),
]
