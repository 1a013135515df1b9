"""What PAM asks of a login over ssh: the lines of its stack, those of included files in place."""

import os
import re

from checks.node.runtime.files import read_file

FOLDER = "/etc/pam.d"
DEEPEST = 8


def pam_lines(service="sshd", stage="", depth=0):
    """[(stage, words from the module on, file:line)]; of one stage where it is named."""
    path, found = os.path.join(FOLDER, service), []
    for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
        words = re.sub(r"\[[^]]*\]", "[]", line.partition("#")[0]).split()
        if depth >= DEEPEST or len(words) < 2:
            continue
        kind = words[0].lstrip("-").lower()
        if kind == "@include":
            found += pam_lines(words[1], stage, depth + 1)
        elif stage in ("", kind) and words[1] in ("include", "substack"):
            found += pam_lines(words[-1], kind, depth + 1)
        elif stage in ("", kind):
            found.append((kind, words[2:], "%s:%d" % (path, number)))
    return found


def has_module(name, stage):
    """Whether a login over ssh passes that module, where sshd asks PAM."""
    return any(name in (words or [""])[0] for _, words, _ in pam_lines(stage=stage))


def account_modules():
    """`MODULE (file:line)` of each that may turn a login away."""
    lines = pam_lines(stage="account")
    return ["%s (%s)" % (words[0], where) for _, words, where in lines if words]


def access_conf_lines():
    """The lines of access.conf, or of the file that pam_access is given, where it is asked."""
    found = []
    for _, words, _ in pam_lines(stage="account"):
        if not words or not words[0].endswith("pam_access.so"):
            continue
        named = [word.partition("=")[2] for word in words if word.startswith("accessfile=")]
        path = named[0] if named else "/etc/security/access.conf"
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
            text = line.partition("#")[0].strip()
            if text[:1] in ("+", "-") and text.count(":") >= 2:
                where = "%s:%d" % (path, number)
                found.append({"where": where, "text": text, "denies": text[0] == "-"})
    return found
