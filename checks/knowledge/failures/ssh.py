"""What ssh says when a node cannot be logged in to."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.logins.causes import CAUSE_MEANING

FAILURES = read_entries(
    r"""
root ssh-host-key-unknown
  says    Host key verification failed.
  cause   {HOST_KEY_UNKNOWN}, and a login by a program has no terminal where the question could be
          answered
  fix     the preflight prints the exact line for known_hosts; or set StrictHostKeyChecking
          accept-new for these hosts in ~/.ssh/config
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-host-key-changed
  says    REMOTE HOST IDENTIFICATION HAS CHANGED
  cause   {HOST_KEY_CHANGED}: it was reinstalled, is another container, or the address changed hands
  fix     compare the new fingerprint on the node itself, then run `ssh-keygen -R NODE` and log in
          once; images that are rebuilt should keep their host keys
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root git-login-refused
  shows   git@{host:[\w.-]+}: Permission denied (
  cause   {host} does not know the ssh key that git offered: this node (or container) has none, or
          another one than the account there
  fix     add the public key of this node's account to the account at {host} (or a deploy key), or
          clone by https with a token; better clone once and `python -m launcher sync` the files
root ssh-permission-denied
  says    Permission denied (
  pattern (?<![^\s@:])(?!git@)(?P<user>[^\s@:]+)@(?P<node>[^\s:]+): Permission denied
          \((?P<methods>[^)]*)\)
  cause   {node} refuses the login of {user}: the public key is not in its authorized_keys, another
          key is offered, or the account is wrong
  fix     run `ssh-copy-id {user}@{node}` on the node that logs in; set User and IdentityFile in
          ~/.ssh/config if account or key differ
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
  follows sshd-modes, sshd-user-not-allowed
root ssh-key-perms
  says    "Permissions "
  pattern Permissions (?P<mode>0?\d{3,4}) for '(?P<path>[^']+)' are too open
  cause   {KEY_PERMISSIONS} (mode {mode}); copying and NFS do that
  fix     chmod 600 {path}
  checks  ssh.every-node-logs-in-to-every-node
root ssh-refused
  shows   ssh: connect to host {node} port {port:\d+}: Connection refused
  cause   nothing listens on port {port} of {node}, or a firewall rejects the connection; sshd in a
          container often uses another port
  fix     start sshd on {node}, or set its port: port= in hosts.txt, Port in ~/.ssh/config
          (deepspeed --ssh_port is one port for all nodes)
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
  follows sshd-host-keys-missing, sshd-separation-folder
root ssh-unreachable
  says    "ssh: connect to host "
  pattern ssh: connect to host (?P<node>\S+) port (?P<port>\d+): (?P<why>No route to host|
          (?:Connection|Operation) timed out|Network is unreachable)
  cause   {node} cannot be reached ({why}): it is off, the address is wrong, or packets are dropped;
          the other nodes start anyway and wait for it
  fix     correct its address or the firewall on the way, or remove {node} from the hostfile
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-name-with-slots
  shows   "ssh: Could not resolve hostname {name:[\w.-]+}:{slots:\d+}: "
  cause   the {slots} behind {name} was taken for a part of its name: this mpirun, or the launcher
          above it, does not read NAME:SLOTS
  fix     a hostfile with a line `{name} slots={slots}`; an Open MPI of 4 or newer reads both
root ssh-unresolvable
  shows   ssh: Could not resolve hostname {node:\S+?}: {why:.+}
  cause   the name {node} has no address on the machine that started it: {why}
  fix     add {node} to DNS, /etc/hosts or ~/.ssh/config of every node
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node,
          names.every-node-resolves-every-node
root ssh-maxstartups
  says    "kex_exchange_identification: "
  says    "ssh_exchange_identification: "
  pattern (?:kex|ssh)_exchange_identification: (?:read: Connection reset by peer|Connection closed
          by remote host)
  cause   {THROTTLED}; many logins at once through one host do it
  fix     raise MaxStartups (say 100:30:300) in sshd_config of the target and of a jump host, and
          see fail2ban and /etc/hosts.deny
  checks  ssh.every-node-logs-in-to-every-node
root ssh-slurm-adopt
  says    Access denied by pam_slurm_adopt
  cause   Slurm refuses logins to a node where the user has no job
  fix     allocate the nodes first (salloc, sbatch) and start inside the allocation
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-no-common-algorithm
  says    "Unable to negotiate with "
  pattern Unable to negotiate with (?P<node>\S+) port \d+: no matching (?P<what>[^.]+?) found
  cause   ssh and the sshd of {node} have no {what} in common: one of them is very old
  fix     update the older one; until then, allow its algorithm for this host in ~/.ssh/config
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-config-permissions
  shows   Bad owner or permissions on {path}
  cause   ssh refuses to use {path}: others may write it, or it belongs to another account
  fix     `chmod 600 {path}` and `chown` to the account that runs ssh
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-key-unreadable
  shows   Load key "{path:[^\"]+}": error in libcrypto
  cause   the private key {path} is damaged: no newline at its end, Windows line ends, or not a
          private key
  fix     copy the key file once more, or make a new one; `ssh-keygen -y -f {path}` proves it
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-too-many-keys
  says    Too many authentication failures
  pattern (?:Received disconnect from|Disconnected from) .*Too many authentication failures
  cause   the agent offered more wrong keys than the node accepts tries
  fix     IdentitiesOnly yes and IdentityFile for the nodes in ~/.ssh/config
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-option-unknown
  shows   {path:/\S+}: line {line:\d+}: Bad configuration option: {option}
  cause   this ssh does not know {option}, line {line} of {path}
  fix     correct the word, or put `IgnoreUnknown {option}` above it
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-rsa-signature-refused
  says    no mutual signature supported
  cause   the key is RSA, and one side allows its signature only in a form that the other does not
          have
  fix     make an ed25519 key for the nodes
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-server-silent
  shows   Timeout, server {node} not responding.
  cause   {node} no longer answers: it hangs or rebooted, or a firewall forgot the connection
  fix     look at its kernel's log and `last -x reboot`; where it never stopped, set
          ServerAliveInterval 30
  checks  limits.kernel-reports-no-hang, limits.links-stay-up
root ssh-sessions-exhausted
  says    Session open refused by peer
  cause   the node allows no more sessions within one shared connection
  fix     raise MaxSessions of its sshd, or ControlMaster no for the nodes
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-node-booting
  says    System is booting up. Unprivileged users are not permitted to log in yet
  cause   the node has not finished its start, or /run/nologin was left there
  fix     wait; `systemctl list-jobs` there shows what it waits for
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-account-closed
  says    This account is currently not available
  cause   the account has no shell on this node
  fix     `chsh -s /bin/bash USER` there, or another account
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root ssh-publickey-denied
  says    denied (publickey
  pattern Permission denied \(publickey
  cause   a node refuses the login: the public key is not in its authorized_keys, another key is
          offered, or the account is wrong
  fix     `ssh -v NODE true` shows the keys that are offered; `ssh-copy-id`, or User and
          IdentityFile in ~/.ssh/config; in a container mount the keys
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
  follows sshd-modes, sshd-user-not-allowed
root sshd-modes
  shows   Authentication refused: bad ownership or modes for {what:directory|file} {path}
  cause   the sshd of this node refuses every key because {path} may be written by others or belongs
          to another account (StrictModes), as a mounted secret or a shared home often does
  fix     `chown` it to the account, `chmod go-w` the home, 700 ~/.ssh, 600 ~/.ssh/authorized_keys;
          for a mounted Kubernetes secret defaultMode 0600 or a copy; last `StrictModes no` in
          sshd_config
  checks  ssh.every-node-logs-in-to-every-node, reach.controller-logs-in
root sshd-user-not-allowed
  shows   User {user} from {peer} not allowed because
  cause   the sshd of this node keeps {user} out: its AllowUsers, DenyUsers, AllowGroups or the
          account's shell or lock
  fix     the words after `because` name the rule; add {user} or its group there and reload sshd
  checks  ssh.every-node-logs-in-to-every-node, reach.controller-logs-in
root sshd-host-keys-missing
  says    no hostkeys available -- exiting
  cause   sshd cannot start on this node or in this container: it has no host keys
  fix     `ssh-keygen -A` before sshd (in the image's start command)
  checks  reach.controller-logs-in
root sshd-separation-folder
  says    Missing privilege separation directory: /run/sshd
  cause   sshd cannot start in this container: /run/sshd is not there
  fix     `mkdir -p /run/sshd` before sshd
  checks  reach.controller-logs-in
root sudo-needs-terminal
  says    sudo: a terminal is required to read the password
  says    sudo: no tty present and no askpass program specified
  says    sudo: a password is required
  cause   a command over ssh or in a batch job uses sudo, which would ask for a password and cannot
  fix     leave sudo away; or a rule NOPASSWD for that one command in /etc/sudoers.d of each node
""",
    HOST_KEY_UNKNOWN=CAUSE_MEANING["host-key-unknown"],
    HOST_KEY_CHANGED=CAUSE_MEANING["host-key-changed"],
    KEY_PERMISSIONS=CAUSE_MEANING["key-permissions"],
    THROTTLED=CAUSE_MEANING["throttled"],
)
