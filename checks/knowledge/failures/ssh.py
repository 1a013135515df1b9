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
)
