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

KEYS = "$HOME/.ssh/authorized_keys"
PEERS_KEY = f'number=$(grep -n " $USER-$PEER\\$" {KEYS} | cut -d: -f1)'
REWRITTEN = f"cat $SAVED/keys >{KEYS}"
KEY_JOINED = custom(
    "key-behind-another",
    f"{PEERS_KEY}; grep -v \" $USER-$PEER\\$\" {KEYS} | tr -d '\\n' >$SAVED/keys; "
    f"sed -n ${{number}}p {KEYS} >>$SAVED/keys; {REWRITTEN}",
)
KEY_WRAPPED = custom(
    "key-broken-over-lines", f'{PEERS_KEY}; sed -i "${{number}}s/^\\(.\\{{40\\}}\\)/\\1\\n/" {KEYS}'
)
KEYS_OF_WINDOWS = custom("keys-in-utf-16", f"iconv -t UTF-16 {KEYS} >$SAVED/keys; {REWRITTEN}")
KEYS_MARKED = custom("keys-behind-a-mark", f"sed -i '1s/^/\\xef\\xbb\\xbf/' {KEYS}")
KEYS_ALL_WRAPPED = custom("keys-all-broken", f"fold -w 50 {KEYS} >$SAVED/keys; {REWRITTEN}")
KEYS_UNENDED = custom(
    "no-end-of-the-last-line",
    f'grep -v " $USER-$PEER\\$" {KEYS} >$SAVED/keys; printf %s "$(cat $SAVED/keys)" >{KEYS}',
)
MANY_KEYS = custom(
    "more-keys-than-tries",
    "cd $HOME/.ssh; for i in 1 2 3 4 5 6 7; do ssh-keygen -q -t ed25519 -N '' -f other$i; "
    "echo IdentityFile ~/.ssh/other$i >>config; done; echo IdentityFile ~/.ssh/id_ed25519 >>config",
)

CASES = [
    case(KEY_JOINED, SSH, (*TO_3, ("node3", "node3")), "key-not-authorized"),
    case(KEY_WRAPPED, SSH, (("node1", "node3"),), "key-not-authorized"),
    case(KEYS_OF_WINDOWS, REACH, NODE3, "key-denied"),
    case(KEYS_MARKED, REACH, NODE3, "key-denied"),
    case(KEYS_ALL_WRAPPED, REACH, NODE3, "key-denied"),
    case(KEYS_UNENDED, SSH, (("node1", "node3"),), "key-not-authorized"),
    case(MANY_KEYS, SSH, FROM_3, "key-denied"),
    case("sshd-stopped", REACH, NODE3, "refused"),
    case("ssh-dropped", REACH, NODE3, "dropped"),
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
    case("public-half-of-another", SSH, FROM_3, "key-mismatched"),
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
