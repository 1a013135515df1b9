"""What ssh says when a node cannot be logged in to."""

from __future__ import annotations

from checks.knowledge.failures.known import root
from checks.knowledge.logins.causes import CAUSE_MEANING

LOGIN_CHECKS = ("reach.controller-logs-in", "ssh.every-node-logs-in-to-every-node")
MESH_CHECKS = ("ssh.every-node-logs-in-to-every-node",)

FAILURES = (
    root(
        "ssh-host-key-unknown",
        "Host key verification failed.",
        cause=CAUSE_MEANING["host-key-unknown"]
        + ", and pdsh has no terminal where the question could be answered",
        fix="the preflight prints the exact line for known_hosts; or set StrictHostKeyChecking "
        "accept-new for these hosts in ~/.ssh/config",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-host-key-changed",
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        cause=CAUSE_MEANING["host-key-changed"]
        + ": it was reinstalled, is another container, or the address changed hands",
        fix="compare the new fingerprint on the node itself, then run `ssh-keygen -R NODE` and "
        "log in once; images that are rebuilt should keep their host keys",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-permission-denied",
        "Permission denied (",
        r"(?:(?P<user>[^\s@:]+)@)(?P<node>[^\s:]+): Permission denied \((?P<methods>[^)]*)\)",
        cause="{node} refuses the login of {user}: the public key is not in its authorized_keys, "
        "another key is offered, or the account is wrong",
        fix="run `ssh-copy-id {user}@{node}` on the node that logs in; set User and "
        "IdentityFile in ~/.ssh/config if account or key differ",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-key-perms",
        "Permissions ",
        r"Permissions (?P<mode>0?\d{3,4}) for '(?P<path>[^']+)' are too open",
        cause=CAUSE_MEANING["key-permissions"] + " (mode {mode}); copying and NFS do that",
        fix="chmod 600 {path}",
        checks=MESH_CHECKS,
    ),
    root(
        "ssh-refused",
        "ssh: connect to host ",
        r"ssh: connect to host (?P<node>\S+) port (?P<port>\d+): Connection refused",
        cause="nothing listens on port {port} of {node}, or a firewall rejects the connection; "
        "sshd in a container often uses another port",
        fix="start sshd on {node}, or set its port: port= in hosts.txt, Port in ~/.ssh/config "
        "(deepspeed --ssh_port is one port for all nodes)",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-unreachable",
        "ssh: connect to host ",
        r"ssh: connect to host (?P<node>\S+) port (?P<port>\d+): "
        r"(?P<why>No route to host|(?:Connection|Operation) timed out|Network is unreachable)",
        cause="{node} cannot be reached ({why}): it is off, the address is wrong, or packets are "
        "dropped; the other nodes start anyway and wait for it",
        fix="correct its address or the firewall on the way, or remove {node} from the hostfile",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-name-with-slots",
        "ssh: Could not resolve hostname ",
        r"ssh: Could not resolve hostname (?P<name>[\w.-]+):(?P<slots>\d+): ",
        cause="the {slots} behind {name} was taken for a part of its name: this mpirun, or the "
        "launcher above it, does not read NAME:SLOTS",
        fix="a hostfile with a line `{name} slots={slots}`; an Open MPI of 4 or newer reads both",
    ),
    root(
        "ssh-unresolvable",
        "ssh: Could not resolve hostname ",
        r"ssh: Could not resolve hostname (?P<node>\S+?): (?P<why>.+)",
        cause="the name {node} has no address on the machine that started it: {why}",
        fix="add {node} to DNS, /etc/hosts or ~/.ssh/config of every node",
        checks=(*LOGIN_CHECKS, "names.every-node-resolves-every-node"),
    ),
    root(
        "ssh-maxstartups",
        ("kex_exchange_identification: ", "ssh_exchange_identification: "),
        r"(?:kex|ssh)_exchange_identification: "
        r"(?:read: Connection reset by peer|Connection closed by remote host)",
        cause=CAUSE_MEANING["throttled"] + "; many logins at once through one host do it",
        fix="raise MaxStartups (say 100:30:300) in sshd_config of the target and of a jump host, "
        "and see fail2ban and /etc/hosts.deny",
        checks=MESH_CHECKS,
    ),
    root(
        "ssh-slurm-adopt",
        "Access denied by pam_slurm_adopt",
        cause="Slurm refuses logins to a node where the user has no job",
        fix="allocate the nodes first (salloc, sbatch) and start inside the allocation",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-no-common-algorithm",
        "Unable to negotiate with ",
        r"Unable to negotiate with (?P<node>\S+) port \d+: no matching (?P<what>[^.]+?) found",
        cause="ssh and the sshd of {node} have no {what} in common: one of them is very old",
        fix="update the older one; until then, allow its algorithm for this host in ~/.ssh/config",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-config-permissions",
        "Bad owner or permissions on ",
        r"Bad owner or permissions on (?P<path>\S+)",
        cause="ssh refuses to use {path}: others may write it, or it belongs to another account",
        fix="`chmod 600 {path}` and `chown` to the account that runs ssh",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-key-unreadable",
        ": error in libcrypto",
        r"Load key \"(?P<path>[^\"]+)\": error in libcrypto",
        cause="the private key {path} is damaged: no newline at its end, Windows line ends, or not "
        "a private key",
        fix="copy the key file once more, or make a new one; `ssh-keygen -y -f {path}` proves it",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-too-many-keys",
        "Too many authentication failures",
        r"(?:Received disconnect from|Disconnected from) .*Too many authentication failures",
        cause="the agent offered more wrong keys than the node accepts tries",
        fix="IdentitiesOnly yes and IdentityFile for the nodes in ~/.ssh/config",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-option-unknown",
        "Bad configuration option: ",
        r"(?P<path>/\S+): line (?P<line>\d+): Bad configuration option: (?P<option>\S+)",
        cause="this ssh does not know {option}, line {line} of {path}",
        fix="correct the word, or put `IgnoreUnknown {option}` above it",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-rsa-signature-refused",
        "no mutual signature supported",
        cause="the key is RSA, and one side allows its signature only in a form that the other "
        "does not have",
        fix="make an ed25519 key for the nodes",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-server-silent",
        ", server ",
        r"Timeout, server (?P<node>\S+) not responding\.",
        cause="{node} no longer answers: it hangs or rebooted, or a firewall forgot the connection",
        fix="look at its kernel's log and `last -x reboot`; where it never stopped, set "
        "ServerAliveInterval 30",
        checks=("limits.kernel-reports-no-hang", "limits.links-stay-up"),
    ),
    root(
        "ssh-sessions-exhausted",
        "Session open refused by peer",
        cause="the node allows no more sessions within one shared connection",
        fix="raise MaxSessions of its sshd, or ControlMaster no for the nodes",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-node-booting",
        "System is booting up. Unprivileged users are not permitted to log in yet",
        cause="the node has not finished its start, or /run/nologin was left there",
        fix="wait; `systemctl list-jobs` there shows what it waits for",
        checks=LOGIN_CHECKS,
    ),
    root(
        "ssh-account-closed",
        "This account is currently not available",
        cause="the account has no shell on this node",
        fix="`chsh -s /bin/bash USER` there, or another account",
        checks=LOGIN_CHECKS,
    ),
)
