"""DeepSpeed starts nodes through pdsh, and pdsh through ssh: nobody is there to answer a question.

DeepSpeed also asks the head for its address through plain ssh, and MPI back ends log in crosswise.
One pair that cannot log in leaves a run waiting for ranks that never come.
"""

from __future__ import annotations

import posixpath
import shlex

from checks.check import node_check, pair_check
from checks.facts import Login, NodeView
from checks.facts.account import Account
from checks.facts.caller_name import CallerName
from checks.facts.environment import Environment
from checks.facts.firewall import Firewall
from checks.facts.interfaces import Interfaces
from checks.facts.known_hosts import KnownHosts
from checks.facts.names import Names
from checks.facts.ports import DialResults, PortSettings
from checks.facts.ssh import LoginAttempt, SshRow
from checks.facts.sshd import Sshd, SshdSetting
from checks.facts.surroundings import Surroundings
from checks.facts.trust import Trust
from checks.knowledge.ephemeral_ports import is_range_used_up
from checks.knowledge.first_lines import put_first_command
from checks.knowledge.logins.causes import LOGIN_CAUSES, last_line, login_cause
from checks.knowledge.logins.data_doubts import login_doubt
from checks.knowledge.logins.dead_address import judge_dead_address
from checks.knowledge.logins.failure import explain_failure
from checks.knowledge.logins.fixes import login_fix, prepend_ssh_config, quiet_shell_fix
from checks.knowledge.logins.programs import FINDS_PROGRAMS, hidden_programs, system_path_fix
from checks.knowledge.logins.server_fixes import RELOAD_SSHD, SSHD_CONFIG
from checks.knowledge.logins.session_ends import impatient_end, silent_end
from checks.knowledge.logins.slow_logins import keys_program, quickest_logins, usual_seconds
from checks.model import Fix, Outcome, Severity, Verdict, block, ok, skip, unknown, warn

CAUSES = LOGIN_CAUSES
LOGIN_CHECK = "ssh.every-node-logs-in-to-every-node"
NAME_CAUSES = frozenset(
    {
        *("name-unresolved", "dropped", "refused", "no-route", "timeout", "wrong-host"),
        *("host-key-unknown", "host-key-changed"),
    }
)
"""Causes that a wrongly resolved name can have by itself."""
NOT_TRIED = Verdict(
    Outcome.PASS,
    "not tried: keys, host key, names and settings of both nodes say that it works",
    evidence={"tried": False},
)
"""One for all: most of N² pairs."""
NAME_S = 2.0
"""What looking up a name may take: a resolver asks a second server after five seconds."""
"""The same for each of N² pairs."""


@pair_check(
    LOGIN_CHECK,
    SshRow,
    Account,
    Trust,
    Sshd,
    Names,
    Interfaces,
    Environment,
    optional=(DialResults, Firewall, Surroundings, PortSettings, KnownHosts),
)
def every_node_logs_in_to_every_node(source: NodeView, target: NodeView) -> Verdict:
    """Every node logs in to every node, itself too, by ssh without a question.

    A missing key or an unknown host key on one pair stops the start with no line that says so. The
    trust of a node in itself is needed as well: pdsh reaches the head through ssh, too.

    Measured: Each node runs its own `ssh -oBatchMode=yes` to every node of the list; N nodes make
    N×N logins, few at a time and in rotation, so that no sshd is flooded. Above 64 nodes, what they
    have on file is compared for each pair: keys offered, `authorized_keys`, `known_hosts`, names
    and sshd's settings. Tried are the pairs that this leaves open, each node with itself,
    log₂ N + 4 rounds in which each node meets another one, and all logins from and to a node at
    which one fails that should have worked. Of the others the report says that they were not
    tried; `--all-pairs` tries them. The command must run and
    the host that answers must be the one that was meant. Keys, `known_hosts`, `authorized_keys` and
    sshd's settings are read on both ends to say why a login failed. Shared connections are left out
    of these logins; their sockets are asked for a greeting and one session. A login that sshd cut
    for load is retried and reported; a refused key is never retried. One that waits ten seconds for
    an address of the name before another lets it in is a warning.

    Fix: One command for each cause, exact to key, file and line, to be typed on the node that the
    finding names. The causes are [below](#causes). A name that resolves wrongly is reported by the
    `names` area instead.
    """
    if reason := _why_not_asked(source):
        return skip(reason)
    attempt = source.read(SshRow).targets.get(target.name)
    if attempt is None:
        return _untried_login_verdict(source, target)
    if verdict := _shared_connection_verdict(source, target):
        return verdict
    cause = login_cause(attempt)
    if elsewhere := cause and _found_elsewhere(cause, attempt, source, target):
        return skip(f"see {elsewhere}")
    if cause:
        return _failed_login_verdict(cause, attempt, source, target)
    meant = target.read(Account).hostname
    if attempt.hostname != meant:
        if _is_misresolved(source, target):
            return skip("see names.every-node-resolves-every-node")
        return _failed_login_verdict("wrong-host", attempt, source, target)
    if verdict := judge_dead_address(attempt, source, target):
        return verdict
    again = f" at try {attempt.tries}: sshd was throttled" if attempt.tries > 1 else ""
    return ok(
        f"{source.name} logs in to {target.name} in {attempt.seconds:.2f} s{again}",
        seconds=attempt.seconds,
        tries=attempt.tries,
    )


def _untried_login_verdict(source: NodeView, target: NodeView) -> Verdict:
    """Of many nodes not each pair is tried: what both have on file decides, and says so."""
    asked = source.read(SshRow).asked
    if asked is None or target.name in asked:
        return unknown(f"{source.name} did not try to log in to {target.name}")
    if verdict := _shared_connection_verdict(source, target):
        return verdict
    if doubt := login_doubt(source, target):
        return unknown(f"{source.name} did not try to log in to {target.name}: {doubt}")
    return NOT_TRIED


def _why_not_asked(source: NodeView) -> str:
    """Why logins from that node say nothing, or are not needed; '' where they count."""
    if source.job.container:
        return "the ranks are in a container, and each is started by the controller's login"
    if hidden_programs(source):
        return f"see {FINDS_PROGRAMS}"
    if source.has(Surroundings) and source.read(Surroundings).seen.get("/dev/null"):
        return "ssh cannot open /dev/null; see files.system-is-as-programs-expect"
    return ""


def _found_elsewhere(cause: str, attempt: LoginAttempt, source: NodeView, target: NodeView) -> str:
    """The check that has the cause of a failed login; '' where this one is to find it."""
    if "No user exists for uid" in attempt.err:
        return "files.system-is-as-programs-expect: its account is unknown"
    if "Cannot assign requested address" in attempt.err and is_range_used_up(source):
        return "ports.ephemeral-range-is-wide-enough: no port is left to call from"
    if source is target and source.has(Surroundings) and source.read(Surroundings).loopback:
        return "network.loopback-works: it cannot reach itself"
    if cause in NAME_CAUSES and _is_misresolved(source, target):
        return "names.every-node-resolves-every-node"
    if cause == "shell-refuses" and hidden_programs(target):
        return FINDS_PROGRAMS
    if cause == "timeout" and (
        _loses_large_packets(source, target) or _loses_large_packets(target, source)
    ):
        return "network.full-size-packets-arrive: a login needs such packets, too"
    return ""


def _shared_connection_verdict(source: NodeView, target: NodeView) -> Verdict | None:
    """A plain ssh goes through the socket of a shared connection, which the attempt leaves out."""
    client = source.read(Trust).client(target.name) if source.has(Trust) else None
    if client is None or not client.control_fault:
        return None
    hangs = client.control_fault in ("hangs", "no session")
    why = {
        "too long": "it is too long for a socket",
        "no folder": "no socket can be created in its folder",
        "hangs": "its master does not answer",
        "no session": "its master opens no session, the other end is gone or hangs",
    }.get(client.control_fault, "no socket")
    message = f"plain ssh from {source.name} to {target.name} does not get through ControlPath "
    end = f"rm -f {shlex.quote(client.control_path)}"
    if client.control_fault == "no session":
        end = f"timeout 5 ssh -O exit {shlex.quote(target.name)} || {end}"
    at_home = prepend_ssh_config("*", "ControlPath ~/.ssh/%%C")
    note = "the next login opens it again" if hangs else "a path that fits, in a folder that stays"
    fix = source.fix(end if hangs else at_home, note)
    return block("config-broken", f"{message}{client.control_path}: {why}", fix)


def _failed_login_verdict(
    cause: str, attempt: LoginAttempt, source: NodeView, target: NodeView
) -> Verdict:
    failure = explain_failure(cause, attempt, source, target)
    hint = failure.detail or (cause == "wrong-host" and f"{attempt.hostname} answers")
    hint = hint or last_line(attempt.err or attempt.noise)
    message = f"{source.name} cannot log in to {target.name}: {failure.meaning}"
    return block(
        failure.cause,
        f"{message} ({hint})" if hint else message,
        login_fix(failure),
        seconds=attempt.seconds,
        exit=attempt.code,
        tries=attempt.tries,
        said=attempt.err[-600:],
    )


def _is_misresolved(source: NodeView, target: NodeView) -> bool:
    """Whether the source's resolver has no address for the target, or none of the target's own."""
    if not source.has(Names):
        return False
    resolved = source.read(Names).peers.get(target.name)
    if resolved is None:
        return False
    if not resolved.addresses:
        return True
    own = target.read(Interfaces).addresses if target.has(Interfaces) else frozenset()
    return bool(own) and not own & set(resolved.addresses)


def _loses_large_packets(source: NodeView, target: NodeView) -> bool:
    """Whether packets of full size were seen to vanish on that way, where that was looked at."""
    found = source.read(DialResults).lost if source.has(DialResults) else ()
    return any(login.target == target.name for login in found)


@node_check(FINDS_PROGRAMS, Environment, Account)
def shell_finds_the_systems_programs(node: NodeView) -> Verdict:
    """A login shell that runs one command finds the system's programs.

    pdsh, DeepSpeed and ssh call `env`, `bash` and `hostname` by name. A start-up file that puts its
    own folders in place of PATH, not before it, hides them: a login then says `command not found`,
    or that ssh itself is not there.

    Measured: `uname`, `hostname`, `env`, `bash` and `ssh` are looked up in the PATH that a login
    without a terminal has, and those that are not found in `/usr/bin`, `/bin` and NixOS's own
    folder. Only a program that exists there and is not found is reported; another copy elsewhere in
    PATH is as good.

    Fix:
        path-without-system: turns the line that replaces PATH into a comment, with the full path of
            `sed`, which the shell there would not find. Where no line is known, shows all lines
            that set PATH. Failed logins from and to this node are reported here only.
    """
    hidden, environment = hidden_programs(node), node.read(Environment)
    if not hidden:
        return ok(f"the login shell of {node.name} finds the system's programs")
    lines = ", ".join(environment.path_replaced_in)
    path = f"PATH={environment.shell.get('PATH', '')} ({lines or 'login shell'} of {node.name})"
    folders = " and ".join(sorted({posixpath.dirname(place) for place in hidden.values()}))
    message = f"{path} leaves out {folders}: what logs in does not find {', '.join(hidden)}"
    return block("path-without-system", message, system_path_fix(node), hidden=dict(hidden))


@node_check("ssh.sessions-last", Sshd, severity=Severity.WARN)
def sessions_last(node: NodeView) -> Verdict:
    """sshd ends no session of itself that is silent for a while, or that answers a little late.

    pdsh and mpirun hold one session to each node for as long as training runs. Where sshd closes it
    the ranks of that node end, or go on without their launcher.

    Measured: `ChannelTimeout` for sessions, which closes those in which nothing is said for so
    long, and `ClientAliveInterval` times `ClientAliveCountMax` where that is less than 30 s, in the
    settings that hold for everybody. `launcher start` says something every few seconds; other tools
    are silent while a model is loaded or compiled.

    Fix:
        session-timeout, session-impatient: turns the line into a comment, or puts one that ends
            nothing first, and reloads sshd.
    """
    server = node.read(Sshd)
    if silent := silent_end(server):
        what = "closes each session in which nothing is said"
        why = "training that is started by other tools than `python -m launcher start` ends there"
        return _short_session("session-timeout", node, what, silent, "ChannelTimeout none", why)
    if impatient := impatient_end(server):
        what = "hangs up on a client that does not answer"
        why = "a machine that is busy, or a network that is changed, may be silent for that long"
        line = "ClientAliveInterval 60"
        return _short_session("session-impatient", node, what, impatient, line, why)
    return ok(f"sshd on {node.name} ends no session of itself")


@node_check("ssh.logins-wait-for-no-name-server", Sshd, CallerName, severity=Severity.WARN)
def logins_wait_for_no_name_server(node: NodeView) -> Verdict:
    """sshd lets in whom it knows without waiting for a name server.

    With `UseDNS yes` sshd looks up the name of each caller. Where the name server is dead, each
    login takes ten seconds and more, and pdsh, scp and mpirun wait for all of them.

    Measured: `UseDNS` as sshd has it, and how long the node takes to look up the name of the
    controller's address; from two seconds on it is slow.

    Fix:
        names-waited-for: turns the line into a comment, or puts `UseDNS no` first, which is
            OpenSSH's default, and reloads sshd. Where `from=` or `AllowUsers` there means hosts by
            name, correct `/etc/resolv.conf` instead.
    """
    setting, name = node.read(Sshd).setting("usedns"), node.read(CallerName)
    if setting is None or setting.value.lower() != "yes":
        return ok(f"sshd on {node.name} looks up no names")
    if name.seconds < NAME_S:
        return ok(f"{node.name} looks up the name of {name.address} in {name.seconds:.2f} s")
    message = (
        f"sshd on {node.name} looks up the name of whoever logs in "
        f"({setting.where or 'sshd'}: UseDNS yes), and no name server answers there within "
        f"{name.seconds:.0f} s for {name.address}: each login waits for that"
    )
    file, _, number = setting.where.rpartition(":")
    edit = f"sed -i '{number}s/^/# /' {shlex.quote(file)}" if file else ""
    command = f"{edit or put_first_command('UseDNS no', SSHD_CONFIG)} && {RELOAD_SSHD}"
    note = "then correct the name server in /etc/resolv.conf too, or take it out"
    fix = node.fix(command, note, root=True)
    return warn("names-waited-for", message, fix, seconds=name.seconds)


@node_check("ssh.keys-program-is-quick", Sshd, Account, optional=(SshRow,), severity=Severity.WARN)
def keys_program_is_quick(node: NodeView) -> Verdict:
    """The program that sshd asks for keys (`AuthorizedKeysCommand`) answers at once.

    sshd asks it before it lets anybody in: one that waits for a server which does not answer makes
    each login wait, and pdsh gives up on the node.

    Measured: The quickest login to this node by another one, against the median of those to the
    other nodes: four times as long, and five seconds or more.

    Fix:
        keys-program-slow: shows how long that program takes.
    """
    setting = node.read(Sshd).setting("authorizedkeyscommand")
    words = keys_program(setting, node.read(Account).user)
    if not (setting and words):
        return ok(f"sshd on {node.name} asks no program for keys")
    quickest = quickest_logins(node.cluster)
    usual = usual_seconds(quickest, node.name)
    if usual is None:
        return ok(f"sshd on {node.name} asks {words[0]}, and logins take no longer for that")
    taken = quickest[node.name]
    message = (
        f"the quickest login to {node.name} takes {taken:.0f} s, one to another node "
        f"{usual:.1f} s; sshd asks {words[0]} for keys first ({setting.where or 'sshd'})"
    )
    note = (
        "shows how long that takes; have it answer at once: mend or allow what it asks, or "
        "give it a shorter time-out"
    )
    fix = node.fix(f"time {shlex.join(words)} >/dev/null", note, root=True)
    return warn("keys-program-slow", message, fix, seconds=taken, usual=usual)


def _short_session(
    cause: str, node: NodeView, what: str, end: tuple[SshdSetting, float], line: str, why: str
) -> Verdict:
    """Warns of a setting and its seconds; `line` is one in its place that ends nothing."""
    setting, wait = end
    shown = f"{setting.where or 'sshd'}: {line.split()[0]} {setting.value}"
    message = f"sshd on {node.name} {what} for {wait:g} s ({shown}); {why}"
    file, _, number = setting.where.rpartition(":")
    edit = f"sed -i '{number}s/^/# /' {shlex.quote(file)}" if file else ""
    command = f"{edit or put_first_command(line, SSHD_CONFIG)} && {RELOAD_SSHD}"
    return warn(cause, message, node.fix(command, root=True), seconds=wait)


@node_check("ssh.shell-is-quiet", Login, Account, severity=Severity.WARN, optional=(Sshd,))
def shell_is_quiet(node: NodeView) -> Verdict:
    """A login shell that runs one command prints nothing of its own.

    DeepSpeed takes the first word of `ssh head hostname -I` as the rendezvous address: a greeting
    there becomes MASTER_ADDR. scp and rsync break on it too.

    Measured: What the controller's own login prints besides the probe's answers.

    Fix:
        shell-noisy: one line at the top of `~/.bashrc` ends it early in shells without a person;
            where it is there already, of `/etc/bash.bashrc`. For another shell, its own start-up
            file. Where `~/.ssh/rc` or `/etc/ssh/sshrc`, which sshd runs before each command, prints
            by itself, one line at its top.
    """
    noise = node.read(Login).noise.strip()
    if not noise:
        return ok(f"the login shell of {node.name} prints nothing of its own")
    why = (
        "; on the head DeepSpeed would take its first word for the master address "
        f"({noise.split()[0]!r}) unless --master_addr is given"
        if node.is_head
        else ""
    )
    server = node.read(Sshd) if node.has(Sshd) else None
    ran = server.rc_file if server else ""
    before = f" (sshd runs {ran} before each command)" if ran else ""
    message = f"the login shell of {node.name} prints {noise.splitlines()[0][:80]!r}{before}{why}"
    note = "start-up files then act only where a person types"
    fix: Fix = quiet_shell_fix(node, note, server)
    return warn("shell-noisy", message, fix, printed=noise[:500])
