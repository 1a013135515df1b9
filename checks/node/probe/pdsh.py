"""pdsh on this node: what it is, what shell variables change it, and one call over all nodes."""

import glob
import os
import pwd
import re
import shutil
import tempfile
import time
import uuid

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.denials import first_denied
from checks.node.probe.guilty_variables import fewest_names
from checks.node.runtime.files import read_file

COMMANDS = ("pdsh -V", "pdsh -S -f 1024 -w NODES 'echo …', from the head")

EXIT_CODE = 7
CONNECT_S = 10
COMMAND_S = 20
TRIALS_S = 15
"""After which no further call is made to find out which variable is in the way."""
FOLDERS = ("/usr/lib/*/pdsh", "/usr/lib64/pdsh", "/usr/lib/pdsh", "/usr/local/lib*/pdsh")
VARIABLE = re.compile(r"^(PDSH_|DSHPATH$|WCOLL$|FANOUT$)")
INSECURE = re.compile(r'module path "([^"]+)" insecure')
EXITED = re.compile(r"^\S*pdsh@[^:]+: (\S+): ssh exited with exit code (\d+)")
OTHER_WAY = re.compile(r"[^#]*\bpdsh_rcmd_type=(?!ssh\b)")
MANAGERS = ("apt-get", "dnf", "yum", "zypper")


def folder_trust(path, program):
    """The folder and those above it up to /, each with why pdsh would not load from below it."""
    believed = {0, os.getuid(), os.stat(program).st_uid}
    found = []
    while True:
        info = os.stat(path)
        fault = "" if info.st_uid in believed else "owner"
        if info.st_mode & 0o002 and not info.st_mode & 0o1000:
            fault = fault or "world-writable"
        mode = "%04o" % (info.st_mode & 0o7777)
        found.append(
            {"path": path, "owner": account_name(info.st_uid), "mode": mode, "fault": fault}
        )
        if path == "/":
            return found
        path = os.path.dirname(path)


def not_executable(name):
    """A file of that name in the PATH whose mode does not let everybody run it; '' without one.

    Looked for by its mode alone: a file system mounted noexec is not fixed by chmod.
    """
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and os.stat(path).st_mode & 0o111 != 0o111:
            return path
    return ""


def account_name(uid):
    """The account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def module_folder(said, program):
    """Where this pdsh loads its modules from: what it names itself, else where they usually are."""
    named = INSECURE.search(said)
    if named:
        return named.group(1)
    beside = os.path.join(os.path.dirname(os.path.dirname(program)), "lib*", "pdsh")
    for pattern in (beside, *FOLDERS):
        for path in glob.glob(pattern):
            if glob.glob(path + "/*.so"):
                return path
    return ""


def denied_module(folder):
    """What keeps pdsh from its ssh module, in that folder or the usual ones; None for nothing."""
    folders = [folder] if folder else [path for pattern in FOLDERS for path in glob.glob(pattern)]
    paths = [path + name for path in folders for name in ("", "/sshcmd.so")]
    return next(filter(None, map(first_denied, paths)), None)


def genders_lines():
    """The lines of its genders file that give nodes another way than ssh, which wins over all."""
    folder = os.environ.get("PDSH_GENDERS_DIR", "/etc")
    path = os.path.join(folder, os.environ.get("PDSH_GENDERS_FILE", "genders"))
    lines = enumerate((read_file(path, "") or "").splitlines(), 1)
    return ["%s:%d: %s" % (path, number, line) for number, line in lines if OTHER_WAY.match(line)]


@section("pdsh")
def pdsh(_):
    """Its version, modules and the shell's variables; an answer too where there is no pdsh."""
    environment = {key: value for key, value in os.environ.items() if VARIABLE.search(key)}
    manager = next((name for name in MANAGERS if shutil.which(name)), "")
    found = {"environment": environment, "package_manager": manager}
    path = shutil.which("pdsh")
    if not path:
        return dict(found, not_executable=not_executable("pdsh"))
    program = os.path.realpath(path)
    done = run_command([path, "-V"], 5.0, env=dict(os.environ, PDSH_RCMD_TYPE="ssh"))
    words = re.search(r"^rcmd modules: (\S+)", done.out, re.M)
    folder = module_folder(done.err, program)
    rcmds = words.group(1).split(",") if words else []
    return dict(
        found,
        path=path,
        genders=genders_lines(),
        version=done.out.partition("\n")[0].split(" ")[0],
        rcmds=rcmds,
        denied=None if "ssh" in rcmds else denied_module(folder),
        said=done.err.strip()[-2000:],
        folders=folder_trust(folder, program) if folder else [],
    )


def parse_targets(done, nonce, labels):
    """What came of every node: its line of answer, ssh's exit, and whatever else it printed.

    `labels` is {what pdsh calls it: its name}, all nodes in their order.
    """
    names = list(dict.fromkeys(labels.values()))
    found, said = {name: {} for name in names}, dict.fromkeys(names, "")
    for line in (done.out + "\n" + done.err).splitlines():
        label, colon, text = line.partition(": ")
        host, exited = labels.get(label, label), EXITED.match(line)
        if exited and exited.group(1) in labels:
            found[labels[exited.group(1)]]["code"] = int(exited.group(2))
        elif host in found and nonce in text:
            words = text.partition(nonce)[2].split()
            if len(words) == 2 and words[0].isdigit():
                found[host].update(rank=int(words[0]), host=words[1])
            elif len(words) == 1:
                found[host]["hostname"] = words[0]
        elif colon:
            named = (label for label in labels if " %s: " % label in line)
            about = host if host in found else labels.get(next(named, ""))
            if about:
                said[about] = (said[about] + text + "\n")[:500]
    return {name: dict(found[name], said=said[name]) for name in names}


@section("pdsh_run")
def pdsh_run(args):
    """Args: `argv`, pdsh's own words up to its targets; `env`, what is added, and `plain_env` where
    nothing of the login's PDSH_SSH_ARGS_APPEND is in it; `ssh_config`; `labels`, {what pdsh calls a
    node: its name}.
    """
    nonce = "preflight" + uuid.uuid4().hex[:12]
    # The shell of the far side may be csh or fish; these words mean the same to all
    command = "echo %s %%n %%h; echo %s `uname -n`; exit %d" % (nonce, nonce, EXIT_CODE)
    done = call_pdsh(args, os.environ, args["env"], command)
    if done.timed_out and not done.out:
        raise Undetermined("pdsh brought nothing back in %g s" % done.seconds)

    def answers(trial):
        found = parse_targets(trial, nonce, args["labels"])
        return found, all("rank" in target for target in found.values())

    def reaches_all(without):
        login = {name: value for name, value in os.environ.items() if name not in without}
        own = args["plain_env" if "PDSH_SSH_ARGS_APPEND" in without else "env"]
        return answers(call_pdsh(args, login, own, command))[1]

    targets, complete = answers(done)
    return {
        "expected": EXIT_CODE,
        "code": None if done.timed_out else done.code,
        "seconds": round(done.seconds, 3),
        "said": done.err.strip()[-1500:],
        "targets": targets,
        "variables": [] if complete else guilty_variables(reaches_all),
    }


def call_pdsh(order, login, own, command):
    """One call over all nodes, over the variables of `login`; `own` is what the launch adds.

    `ssh_config` is the text of the file that `own` calls SSH_CONFIG. It has no name on the disk,
    so nothing of it can stay: ssh reads it through /proc while this process holds it.
    """
    words = order["argv"] + ["-t", str(CONNECT_S), "-u", str(COMMAND_S), command]
    limit = COMMAND_S + CONNECT_S + 0.2 * len(order["labels"])
    with tempfile.TemporaryFile() as config:
        config.write(order["ssh_config"].encode("utf-8"))
        config.flush()
        path = "/proc/%d/fd/%d" % (os.getpid(), config.fileno())
        env = {name: value.replace("SSH_CONFIG", path) for name, value in own.items()}
        return run_command(words, limit, env=dict(login, **env))


def guilty_variables(reaches_all):
    """The variables of this login without which pdsh reaches each node; none where others fail it.

    `reaches_all` says whether it does without those that it is given.
    """
    results, end = {(): False}, time.monotonic() + TRIALS_S

    def works(without):
        key = tuple(without)
        if key not in results:
            if time.monotonic() > end:
                raise Undetermined("out of time")
            results[key] = reaches_all(key)
        return results[key]

    try:
        return fewest_names(sorted(name for name in os.environ if VARIABLE.search(name)), works)
    except Undetermined:
        return []
