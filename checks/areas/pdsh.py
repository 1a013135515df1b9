"""DeepSpeed starts every node through pdsh on the head, so pdsh there decides whether it starts.

pdsh loads its ssh module only from folders that nobody else could have changed, takes orders from
environment variables, and counts the nodes: what it puts in place of `%n` becomes the node's rank.
With another `backend` this area is skipped.
"""

from __future__ import annotations

import shlex

from checks.check import Over, node_check, pair_check
from checks.facts import NodeView
from checks.facts.account import Account
from checks.facts.environment import Environment
from checks.facts.pdsh import ModuleFolder, Pdsh, PdshAnswer, PdshRun
from checks.facts.ssh import SshRow
from checks.facts.trust import Trust
from checks.folded_names import fold_names
from checks.knowledge.denials import denial_words, opening_fix
from checks.knowledge.logins.causes import CAUSE_MEANING, cause_of_text, last_line, login_cause
from checks.knowledge.logins.programs import FINDS_PROGRAMS, hidden_programs
from checks.knowledge.nccl_variables import comment_out_fix
from checks.model import Fix, Verdict, block, ok, skip, unknown, warn

FORKS = "^[[:space:]]*ForkAfterAuthentication"
STAY_COMMAND = (
    f"grep -lisE '{FORKS}' ~/.ssh/config /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*.conf"
    f" | xargs -r sed -i -E 's/{FORKS}/# &/I'"
)

HARMLESS_VARIABLES = {
    "PDSH_RCMD_TYPE": "DeepSpeed and the launcher set it to ssh themselves",
    "PDSH_SSH_ARGS_APPEND": "it is part of the call that is tried",
    "WCOLL": "the nodes are named by -w",
    "FANOUT": "-f is given",
    "PDSH_CONNECT_TIMEOUT": "only waits longer or shorter for a node",
    "PDSH_GENDERS_DIR": "the nodes are named by -w",
    "PDSH_GENDERS_FILE": "the nodes are named by -w",
    "PDSH_REMOTE_PDCP_PATH": "only pdcp reads it",
}


_WITH_DNF = "{0} install -y pdsh-rcmd-ssh && {0} reinstall -y pdsh-rcmd-ssh"
REINSTALLED = {
    "apt-get": "apt-get install -y --reinstall pdsh",
    "dnf": _WITH_DNF.format("dnf"),
    "yum": _WITH_DNF.format("yum"),
    "zypper": "zypper install -y --force pdsh",
}
"""To install what is installed already changes nothing, and its module may be gone or damaged."""


def _skip_unless_backend(node: NodeView) -> Verdict | None:
    backend = node.job.backend
    return skip(f"the nodes are started by {backend}, not by pdsh") if backend != "pdsh" else None


def _skip_without_pdsh(node: NodeView) -> Verdict | None:
    missing = not node.read(Pdsh).path
    return _skip_unless_backend(node) or (skip("see pdsh.is-installed") if missing else None)


@node_check("pdsh.is-installed", Pdsh, Account, Environment, over=Over.HEAD, reads=("backend",))
def is_installed(node: NodeView) -> Verdict:
    """pdsh is installed on the head, from where DeepSpeed starts all nodes.

    Without it DeepSpeed does not start at all. The other nodes do not need it.

    Measured: `pdsh` is looked up in the PATH that a login without a terminal has.

    Fix:
        missing: installs it with the package manager that was found on the node.
        not-executable: there is one in the PATH, but its mode does not let everybody run it: `chmod
            a+x` of that file.
    """
    if verdict := _skip_unless_backend(node):
        return verdict
    pdsh = node.read(Pdsh)
    if pdsh.path:
        return ok(f"{pdsh.version or 'pdsh'} at {pdsh.path}")
    if hidden_programs(node):
        return skip(f"see {FINDS_PROGRAMS}")
    if pdsh.not_executable:
        message = f"{pdsh.not_executable} on {node.name} may not be executed: its mode forbids it"
        fix = node.fix(f"chmod a+x {shlex.quote(pdsh.not_executable)}", root=True)
        return block("not-executable", message, fix)
    return block(
        "missing", f"{node.name} has no pdsh in the PATH of a login", _install_fix(node, pdsh)
    )


def _install_fix(node: NodeView, pdsh: Pdsh) -> Fix:
    manager = pdsh.package_manager
    if not manager:
        return node.fix("", 'install pdsh with its ssh module, or set backend = "ssh"')
    words = "pdsh pdsh-rcmd-ssh" if manager in ("dnf", "yum") else "pdsh"
    return node.fix(f"{manager} install -y {words}", root=True)


@node_check(
    "pdsh.loads-its-ssh-module",
    Pdsh,
    Account,
    over=Over.HEAD,
    reads=("backend",),
    optional=(PdshRun,),
)
def loads_its_ssh_module(node: NodeView) -> Verdict:
    """pdsh loads its ssh module.

    pdsh refuses modules below any folder, up to `/`, that belongs to somebody other than root, the
    caller or pdsh's owner, or that everybody may write to. That is usual in containers and conda
    environments, and the message does not name the folder.

    Measured: `pdsh -V` with `PDSH_RCMD_TYPE=ssh`; then owner and mode of the module folder and of
    each folder above it.

    Fix:
        module-owner, module-writable: `chown` or `chmod` of exactly those folders.
        module-denied: the login may not read the module: `chmod` of that file or folder.
        no-ssh-module: installs the package that has it, again where it is installed already.
    """
    if verdict := _skip_without_pdsh(node):
        return verdict
    pdsh = node.read(Pdsh)
    if "ssh" in pdsh.rcmds:
        return ok(f"pdsh loads {', '.join(pdsh.rcmds)}")
    if _variables_in_the_way(node):
        return skip("see pdsh.environment-is-neutral")
    bad = [folder for folder in pdsh.folders if folder.fault]
    if bad:
        return _insecure_folder_verdict(node, bad)
    if pdsh.denied:
        message = f"pdsh on {node.name} has no ssh module: {denial_words(pdsh.denied)}"
        return block("module-denied", message, opening_fix(node, pdsh.denied))
    shown = f" ({last_line(pdsh.said)})" if pdsh.said else ""
    message = (
        f"pdsh on {node.name} has no ssh module, only {', '.join(pdsh.rcmds) or 'none'}{shown}"
    )
    again = REINSTALLED.get(pdsh.package_manager, "")
    fix = node.fix(again, root=True) if again else _install_fix(node, pdsh)
    return block("no-ssh-module", message, fix)


def _insecure_folder_verdict(node: NodeView, bad: list[ModuleFolder]) -> Verdict:
    refused = ", ".join(
        f"{folder.path} belongs to {folder.owner}"
        if folder.fault == "owner"
        else f"{folder.path} may be written by everybody ({folder.mode})"
        for folder in bad
    )
    commands = [
        f"chown root:root {shlex.quote(folder.path)}"
        if folder.fault == "owner"
        else f"chmod o-w {shlex.quote(folder.path)}"
        for folder in bad
    ]
    message = f"pdsh on {node.name} refuses to load its modules: {refused}"
    return block(
        "module-owner" if bad[0].fault == "owner" else "module-writable",
        message,
        node.fix(" && ".join(commands), root=True),
        folders=[folder.path for folder in bad],
    )


@node_check("pdsh.environment-is-neutral", Pdsh, PdshRun, Account, Environment, over=Over.HEAD)
def environment_is_neutral(node: NodeView) -> Verdict:
    """No variable of the head's shell changes what pdsh does in a launch.

    `PDSH_COMMAND_TIMEOUT` ends a training after so many seconds, `DSHPATH` replaces the nodes'
    PATH, `PDSH_SSH_ARGS` replaces ssh's arguments, `PDSH_SSH_ARGS_APPEND` adds to them, and
    `PDSH_MODULE_DIR` names other modules.

    Measured: The variables of a login without a terminal. Where pdsh does not reach every node, the
    call is made again without them, until it is known which ones are in the way. Others that a
    launch sets itself, or that only affect how nodes are named, are ignored.

    Fix: Turns the line that sets the variable into a comment, or shows it.
        command-timeout: pdsh ends a training by it; blocks.
        ssh-args-replaced: pdsh reaches every node without `PDSH_SSH_ARGS`, and not with it; blocks.
        changed-by-environment: the variable changes what pdsh does; blocks where pdsh reaches every
            node without it and not with it, else warns.
    """
    if verdict := _skip_without_pdsh(node):
        return verdict
    found = node.read(Pdsh).environment
    fatal = found.get("PDSH_COMMAND_TIMEOUT", "")
    if guilty := _variables_in_the_way(node):
        return _in_the_way_verdict(node, guilty)
    odd = {
        name: value
        for name, value in found.items()
        if name not in HARMLESS_VARIABLES and value not in {"", "0"}
    }
    if fatal not in ("", "0"):
        message = f"PDSH_COMMAND_TIMEOUT={fatal} on {node.name}: pdsh would end the training then"
        return block("command-timeout", message, comment_out_fix(node, "PDSH_COMMAND_TIMEOUT"))
    if odd:
        shown = ", ".join(f"{name}={value}" for name, value in sorted(odd.items()))
        message = f"the shell of {node.name} changes what pdsh does: {shown}"
        return warn("changed-by-environment", message, comment_out_fix(node, *sorted(odd)))
    return ok("no variable changes pdsh", seen=sorted(found))


def _variables_in_the_way(head: NodeView) -> tuple[str, ...]:
    """The variables of the head's shell without which pdsh reaches every node."""
    return head.read(PdshRun).variables if head.has(PdshRun) else ()


def _in_the_way_verdict(head: NodeView, names: tuple[str, ...]) -> Verdict:
    shell, run = head.read(Pdsh).environment, head.read(PdshRun)
    lines = head.read(Environment).set_in
    shown = " and ".join(
        f"{name}={shell.get(name, '')} ({', '.join(lines.get(name, ())) or 'its login shell'})"
        for name in names
    )
    lost = fold_names(name for name, target in run.targets.items() if target.rank is None)
    message = f"pdsh on {head.name} does not reach {lost} with {shown}; without it, it does"
    cause = "ssh-args-replaced" if names == ("PDSH_SSH_ARGS",) else "changed-by-environment"
    return block(cause, message, comment_out_fix(head, *names), said=run.said)


@pair_check(
    "pdsh.reaches-every-node",
    *(Pdsh, PdshRun, SshRow, Account),
    optional=(Trust,),
    over=Over.FROM_HEAD,
)
def reaches_every_node(head: NodeView, node: NodeView) -> Verdict:
    """pdsh, called as DeepSpeed calls it, runs a command on the node and reports how it ended.

    The node must get its own rank as `%n` and its own name as `%h`, and `-S` must bring its exit
    status back: without it a failed node looks like a success.

    Measured: One call over all nodes that plain ssh reaches: `PDSH_RCMD_TYPE=ssh pdsh -S -f 1024 -w
    node1,node2,…`, with a command that prints rank, name and host and exits with a known status.
    ssh gets the ports of the hosts file in a file, as in `launcher start`; plain `deepspeed` finds
    ports that differ only in the head's own `~/.ssh/config`.

    Fix: One of [ssh's causes](ssh.md#causes) where pdsh's ssh failed and plain ssh did not: the
    same call again. A node that plain ssh does not reach is left to [ssh](ssh.md).
        timeout, no-answer: no answer in time; the command did not run. Repeats the call on that
            node alone.
        genders: a line of `/etc/genders` has pdsh go there by another way than ssh, whatever
            `PDSH_RCMD_TYPE` says. Makes it ssh.
        wrong-rank: pdsh counts this node as another one. Give the nodes names that differ.
        wrong-host: another machine answers. Shows what the name resolves to.
        exit-status-lost: the exit status does not come back. Has ssh stay, where its configuration
            lets it fork; else install pdsh 2.30 or newer.
    """
    if verdict := _skip_without_pdsh(head):
        return verdict
    if "ssh" not in head.read(Pdsh).rcmds and not _variables_in_the_way(head):
        return skip("see pdsh.loads-its-ssh-module")
    if head.has(SshRow):
        attempt = head.read(SshRow).targets.get(node.name)
        if attempt and login_cause(attempt):
            return skip("see ssh.every-node-logs-in-to-every-node")
    run = head.read(PdshRun)
    reached = run.targets.get(node.name)
    if reached is None:
        return unknown(f"pdsh was not tried from {head.name} to {node.name}")
    if reached.rank is None and _variables_in_the_way(head):
        return skip("see pdsh.environment-is-neutral")
    if reached.rank is None:
        return _unreached_verdict(head, node, run, reached)
    return _answer_verdict(head, node, run, reached)


def _unreached_verdict(
    head: NodeView, node: NodeView, run: PdshRun, reached: PdshAnswer
) -> Verdict:
    if run.code is None or "timeout" in reached.said:
        cause, why = "timeout", "no answer in time"
    elif reached.code == 255:
        cause = cause_of_text(reached.said)
        why = CAUSE_MEANING[cause]
    else:
        cause, why = "no-answer", f"the command did not run (exit {reached.code})"
    heard = last_line(reached.said) or last_line(run.said)
    others = head.read(Pdsh).genders
    if others and reached.code is None:
        message = f"pdsh on {head.name} does not reach {node.name} by ssh: {others[0]} ({heard})"
        edit = r"s/\bpdsh_rcmd_type=\w+/pdsh_rcmd_type=ssh/"
        files = shlex.join(dict.fromkeys(line.partition(":")[0] for line in others))
        return block("genders", message, head.fix(f"sed -i -E '{edit}' {files}", root=True))
    message = f"pdsh on {head.name} does not reach {node.name}: {why}"
    command = f"PDSH_RCMD_TYPE=ssh pdsh -S -w {node.name} true"
    fix = head.fix(command, "shows what ssh says; plain ssh works")
    return block(cause, f"{message} ({heard})" if heard else message, fix, seconds=run.seconds)


def _answer_verdict(head: NodeView, node: NodeView, run: PdshRun, reached: PdshAnswer) -> Verdict:
    rank = list(run.targets).index(node.name)
    if (reached.rank, reached.host) != (rank, node.name):
        message = f"pdsh counts {node.name} as {reached.rank} ({reached.host}), not as {rank}"
        return block("wrong-rank", message, head.fix("", "give the nodes names that differ"))
    meant = node.read(Account).hostname
    if reached.hostname and reached.hostname != meant:
        attempt = head.read(SshRow).targets.get(node.name) if head.has(SshRow) else None
        if attempt and attempt.hostname == reached.hostname:
            return skip(
                "plain ssh reaches another machine; see ssh.every-node-logs-in-to-every-node"
            )
        message = f"pdsh on {head.name} reaches {reached.hostname} where {node.name} was meant"
        return block("wrong-host", message, head.fix(f"getent hosts {node.name}"))
    worst = max(target.code or 0 for target in run.targets.values())
    all_answered = all(target.rank is not None for target in run.targets.values())
    if reached.code != run.expected or (all_answered and run.code != worst):
        message = (
            f"the exit status of {node.name} does not come back through pdsh: {run.expected} was "
            f"expected, ssh gave {reached.code}, pdsh {run.code}"
        )
        if head.has(Trust) and head.read(Trust).client(node.name).forks:
            message += "; the head's ssh configuration says ForkAfterAuthentication yes"
            fix = head.fix(STAY_COMMAND, "ssh then stays until the command ends")
            return block("exit-status-lost", message, fix)
        return block("exit-status-lost", message, head.fix("pdsh -V", "needs 2.30 or newer"))
    return ok(f"pdsh reaches {node.name} as rank {rank} in {run.seconds:.2f} s")
