"""Fixes on the node that refuses a login: its authorized_keys and its sshd's settings."""

from __future__ import annotations

import os
import shlex
from dataclasses import replace

from checks.facts.sshd import SshdSetting
from checks.knowledge.firewalls.opening import smallest_networks
from checks.knowledge.first_lines import add_line_command, put_first_command
from checks.knowledge.logins.denial import KEYWORD_SPELLING
from checks.knowledge.logins.failure import LoginFailure, controller_address
from checks.knowledge.logins.forced_command import KEY_TYPE, drop_command_edit, escape_sed
from checks.knowledge.logins.keys import make_key_fix
from checks.knowledge.logins.sshd_access import list_names_login
from checks.knowledge.logins.sshd_refusals import Refusal
from checks.model import Fix

SSHD_CONFIG = "/etc/ssh/sshd_config"
MORE_STARTUPS = "MaxStartups 100:30:300"
MEND_CODING = (
    "case $(head -c 2 {0} | od -An -tx1 | tr -d ' ') in fffe|feff) iconv -f UTF-16 -t UTF-8 {0} "
    ">{0}.utf8 && cat {0}.utf8 >{0} && rm {0}.utf8;; esac; sed -i '1s/^\\xef\\xbb\\xbf//' {0}"
)
"""Makes a file that an editor of Windows wrote one of plain lines."""
RELOAD_SSHD = (
    "mkdir -p -m 755 /run/sshd && sshd -t && "
    "{ systemctl reload ssh || systemctl reload sshd || pkill -o -HUP -x sshd; } 2>/dev/null"
)
"""sshd that reloads starts again, and is gone where its settings or Debian's /run/sshd are not
right: without a way back to a node that has no console at hand."""


def verbose_login_fix(failure: LoginFailure) -> Fix:
    """Shows what ssh does on its way."""
    return failure.source.fix(f"ssh -vv -oBatchMode=yes {failure.target.name} true", "shows where")


def authorize_key_fix(failure: LoginFailure) -> Fix:
    """Adds the key that is offered, or lets it in from everywhere."""
    denial, server, target = failure.denial, failure.server, failure.target
    files = server.authorized_files if server else ()
    file = denial.keys_file or next(iter(files), "")
    path = shlex.quote(file) if file else ""
    if denial.line:
        file, _, number = denial.line.where.rpartition(":")
        return target.fix(f"sed -i '{number}s/^.* {KEY_TYPE}/\\1/' {shlex.quote(file)}")
    if not path or denial.key is None:
        return make_key_fix(failure)
    folder, shared = shlex.quote(os.path.dirname(file)), file.startswith("/etc/")
    if denial.damaged and denial.damaged.fault != "broken":
        mend = _mend_command(denial.damaged.fault, denial.key.public, path)
        return target.fix(mend, root=shared)
    modes = ("755", "644") if shared else ("700", "600")
    add = add_line_command(f"{denial.key.public} {failure.source.name}", path)
    make = f"mkdir -p -m {modes[0]} {folder} && {add} && chmod {modes[1]} {path}"
    note = "the pieces of the old line may stay: sshd skips them" if denial.damaged else ""
    return target.fix(make, note, root=shared)


def _mend_command(fault: str, public: str, path: str) -> str:
    """Has sshd read a key that is in the file; typed again, it changes nothing more."""
    if fault == "joined":
        before = rf"s|\(.\)\({public}\)|\1\n\2|"
        behind = rf"s/\({escape_sed(public)}\)\(ssh-\|ecdsa-\|sk-\)/\1\n\2/"
        return f"sed -i -e '{before}' -e '{behind}' {path}"
    return MEND_CODING.format(path)


def tighten_path_fix(failure: LoginFailure) -> Fix:
    """Takes the path away from others, so that sshd believes it."""
    bad, server = failure.denial.path, failure.server
    if bad is None or server is None:
        return verbose_login_fix(failure)
    path = shlex.quote(bad.path)
    if bad.owner in (server.user, "root"):
        readable = "u+r," if bad.owner == server.user else "a+r,"
        return failure.target.fix(f"chmod {readable}go-w {path}", root=bad.owner != server.user)
    return failure.target.fix(f"chown {server.user} {path} && chmod go-w {path}", root=True)


def allow_public_keys_fix(failure: LoginFailure) -> Fix:
    """Lets sshd take public keys."""
    return _sshd_line_fix(failure, "PubkeyAuthentication yes")


def _sshd_line_fix(failure: LoginFailure, line: str) -> Fix:
    """Put one line of sshd's settings right in its place, or first, where it wins."""
    setting = failure.denial.setting
    file, _, number = (setting.where if setting else "").rpartition(":")
    edit = f"sed -i '{number}s/.*/{escape_sed(line)}/' {file}"
    command = edit if file else put_first_command(line, SSHD_CONFIG)
    return failure.target.fix(f"{command} && {RELOAD_SSHD}", root=True)


def allow_account_fix(failure: LoginFailure) -> Fix:
    """Lets the account through the setting of sshd that keeps it out, where one is known."""
    setting, account, server = failure.denial.setting, failure.denial.account, failure.server
    keyword, refusal = failure.denial.keyword, failure.denial.refusal
    if refusal:
        return _refusal_fix(failure, refusal)
    if setting is None or server is None or not keyword:
        return verbose_login_fix(failure)
    if keyword == "permitrootlogin":
        return _sshd_line_fix(failure, "PermitRootLogin prohibit-password")
    if keyword.startswith("allow"):
        group = keyword.endswith("groups") and server.groups
        line = f"{KEYWORD_SPELLING[keyword]} {setting.value} {group[0] if group else account}"
        return _sshd_line_fix(failure, line)
    words = [SshdSetting(word) for word in setting.value.split()]
    others = " ".join(
        w.value for w in words if list_names_login(w, keyword, server, account) is False
    )
    return _sshd_line_fix(
        failure, f"{'' if others else '# '}{KEYWORD_SPELLING[keyword]} {others}".rstrip()
    )


def _refusal_fix(failure: LoginFailure, refusal: Refusal) -> Fix:
    if refusal.command:
        return failure.target.fix(refusal.command, refusal.note, root=True)
    if not refusal.line:
        return Fix(note=refusal.note, on=failure.target.name)
    return replace(_sshd_line_fix(failure, refusal.line), note=refusal.note)


def drop_forced_command_fix(failure: LoginFailure) -> Fix:
    """Takes the forced command out: of the key's line, or of sshd's settings."""
    line, setting = failure.denial.line, failure.denial.setting
    if line:
        file = shlex.quote(line.where.rpartition(":")[0])
        note = "leaves the line its key; take another key where that command is wanted"
        return failure.target.fix(f"sed -i {shlex.quote(drop_command_edit(line))} {file}", note)
    if setting and setting.where:
        file, _, number = setting.where.rpartition(":")
        command = f"sed -i '{number}s/^/# /' {shlex.quote(file)} && {RELOAD_SSHD}"
        return failure.target.fix(command, root=True)
    return verbose_login_fix(failure)


def exempt_address_fix(failure: LoginFailure) -> Fix:
    """Has sshd hold nothing against the source's address; that it starts again ends the penalty."""
    addresses = [controller_address(node) for node in failure.source.cluster.reached]
    exempt = ",".join(map(str, smallest_networks(addresses)))
    command = put_first_command(f"PerSourcePenaltyExemptList {exempt}", SSHD_CONFIG)
    note = (
        "or wait: it ends by itself; `journalctl -u ssh -u sshd` names the penalty, or else "
        "MaxStartups, which can be raised there"
    )
    return failure.target.fix(f"{command} && {RELOAD_SSHD}", note, root=True)


def raise_startups_fix(failure: LoginFailure) -> Fix:
    """Lets sshd take more connections at once, or these addresses where it refuses them."""
    if failure.denial.refusal:
        return _refusal_fix(failure, failure.denial.refusal)
    command = put_first_command(MORE_STARTUPS, SSHD_CONFIG)
    return failure.target.fix(
        f"{command} && {RELOAD_SSHD}", "and see fail2ban and /etc/hosts.deny", root=True
    )
