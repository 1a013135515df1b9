"""What to type at the console of a node that refuses this machine's key: nothing else is left.

Nothing is known of such a node, so each command asks its sshd what holds for the account, with
`sshd -T -C`, and changes what that shows to be in the way. Run twice, they change nothing more.
"""

from __future__ import annotations

import base64
import hashlib
import shlex

from checks.facts import Login, NodeView
from checks.knowledge.first_lines import add_line_command
from checks.knowledge.logins.server_fixes import MEND_CODING, RELOAD_SSHD
from checks.knowledge.logins.sshd_refusals import signatures
from checks.model import Fix

ASK_SSHD = "sshd -T -C user=$u,host=localhost,addr=127.0.0.1"
SSHD_FILES = "/etc/ssh/sshd_config $(ls /etc/ssh/sshd_config.d/*.conf 2>/dev/null)"
FIND_FILE = (
    f"h=$(getent passwd $u | cut -d: -f6); "
    f"f=$({ASK_SSHD} | sed -n 's/^authorizedkeysfile \\([^ ]*\\).*/\\1/p'); "
    "case $f in ''|none) f=.ssh/authorized_keys;; esac; "
    'f=$(echo $f | sed "s|%u|$u|g; s|%h|$h|g; s|^[^/]|$h/&|")'
)
"""`h` is the account's home, `f` the first file of keys that sshd reads for it."""
TRUST_FILE = (
    'chmod go-w "${f%/*}" $f; case $f in $h/*) chown $u $h "${f%/*}" $f; chmod go-w $h;; '
    '*) chmod a+rX "${f%/*}" $f;; esac'
)
LET_IN = (
    "s=$(getent passwd $u | cut -d: -f7); [ -x $s ] || usermod -s /bin/bash $u; "
    "case $(getent shadow $u | cut -d: -f2) in '!'*) usermod -p '*' $u;; esac; "
    "e=$(getent shadow $u | cut -d: -f8); "
    '[ -z "$e" ] || [ "$e" -gt $(($(date +%s) / 86400)) ] || chage -E -1 $u; '
    f"r=$({ASK_SSHD} | sed -n 's/^revokedkeys //p'); [ $r = none ] || [ -f $r ] || touch $r"
)
"""sshd refuses an account without a shell that can run, one that is locked or past its last day,
and every key where the list of revoked ones is missing."""
LISTED = (
    f"c=$(cksum {SSHD_FILES}); a=$({ASK_SSHD}); for k in Users Groups; do "
    "[ $k = Users ] && w=$u || w=$(id -nG $u); x=$(echo $w | tr ' ' '|'); "
    'if echo "$a" | grep -qi "^allow$k " && ! echo "$a" | grep -qiE "^allow$k ($x)$"; then '
    f'sed -i -E "s/^[[:space:]]*Allow$k[[:space:]].*/& ${{w%% *}}/I" {SSHD_FILES}; fi; '
    r'sed -i -E "/^[[:space:]]*Deny$k[[:space:]]/I{s/[[:space:]]($x)([[:space:]]|\$)/\\2/g;'
    rf's/^[[:space:]]*Deny$k[[:space:]]*\$/# &/I}}" {SSHD_FILES}; done; '
    f'[ "$c" = "$(cksum {SSHD_FILES})" ] || {{ {RELOAD_SSHD}; }}'
)
"""Names the account, or its first group, in AllowUsers and AllowGroups where there are such lists,
and takes it out of DenyUsers and DenyGroups. Patterns are left to a person."""


def comment_out_settings(keywords: str) -> str:
    """Turns the lines of those settings into comments: a pattern, or what a shell makes of it."""
    edit = f'sed -i -E "s/^[[:space:]]*({keywords})[[:space:]=]/# &/I" {SSHD_FILES}'
    return f"{edit} && {RELOAD_SSHD}"


def _refusing_settings(kind: str) -> str:
    """A command that prints, as a pattern, the settings for which sshd refuses such a key."""
    wanted = " && ".join(f'!index(","$2",", ",{name},")' for name in signatures(kind))
    rules = (
        '$1=="pubkeyauthentication" && $2=="no"',
        '$1=="authenticationmethods" && !/ (any|publickey)( |$)/',
        '$1=="authorizedkeysfile" && $2=="none"',
        f'sub(/^pubkeyaccepted[a-z]*/, "pubkeyaccepted[a-z]*") && {wanted}',
        '$1=="permitrootlogin" && $2!~/^(yes|prohibit|without)/ && u=="root"',
    )
    program = " || ".join(f"({rule})" for rule in rules)
    return f"{ASK_SSHD} | awk -v u=$u '{program} {{print $1}}' | paste -sd'|'"


def let_key_in_fix(node: NodeView, login: Login) -> Fix:
    """Puts this machine's key where sshd looks, has sshd believe it, and takes out what refuses."""
    line = f"{login.public_key} preflight"
    kind, blob = login.public_key.split()[:2]
    listed = f"ssh-keygen -lf $f 2>/dev/null | grep -qF {shlex.quote(_fingerprint(blob))}"
    append = f"{MEND_CODING.format('$f')}; {add_line_command(line, '$f')}"
    add = f'mkdir -p "${{f%/*}}"; {listed} || {{ {append}; }}'
    steps = [f"u={shlex.quote(login.user or 'root')}", FIND_FILE, add, TRUST_FILE, LET_IN]
    steps += [
        f"k=$({_refusing_settings(kind)})",
        f'[ -z "$k" ] || {{ {comment_out_settings("$k")}; }}',
        LISTED,
    ]
    note = (
        "at its console: adds this machine's key where its sshd looks, has sshd trust that file, "
        "turns settings of sshd that refuse the key, as PermitRootLogin and AuthenticationMethods "
        "may, into comments, unlocks the account and takes away its last day where that is over, "
        "and has AllowUsers, DenyUsers, AllowGroups and DenyGroups let it in; if it is still "
        "refused, it is a pattern of such a list, or from= before the key: `journalctl -u ssh -u "
        "sshd` there says which"
    )
    return node.fix("; ".join(steps), note, root=True)


def _fingerprint(blob: str) -> str:
    """As ssh-keygen prints it."""
    digest = hashlib.sha256(base64.b64decode(f"{blob}===")).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def key_is_enough_fix(node: NodeView) -> Fix:
    """Takes out the AuthenticationMethods that ask for more than a key."""
    note = "at its console: nobody is there to answer a second question when training starts"
    return node.fix(comment_out_settings("AuthenticationMethods"), note, root=True)
