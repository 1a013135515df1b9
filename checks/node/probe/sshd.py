"""This node's sshd settings, whom this account trusts, and the node's host keys.

Read, never changed; only public keys, fingerprints, modes and settings leave the node.
"""

import contextlib
import functools
import glob
import grp
import os
import re
import shlex
import socket
import time

from checks.node.probe.certificates import listed_names
from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.pam import access_conf_lines, account_modules
from checks.node.probe.written_keys import (
    KEY_LINE,
    authorized_keys,
    damaged_keys,
    key_fingerprint,
)
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import command_line, find_process, login_account, user_name

COMMANDS = ("sshd -T", "sshd -T -C user=USER,host=ADDRESS,addr=ADDRESS, for each other node")

KEYWORDS = frozenset(
    (
        "port",
        "pubkeyauthentication",
        "authorizedkeysfile",
        "strictmodes",
        "allowusers",
        "denyusers",
        "allowgroups",
        "denygroups",
        "forcecommand",
        "maxstartups",
        "permitrootlogin",
        "permituserrc",
        "hostkey",
        "authorizedkeyscommand",
        "authenticationmethods",
        "pubkeyacceptedalgorithms",
        "revokedkeys",
        "trustedusercakeys",
        "authorizedprincipalsfile",
        "authorizedprincipalscommand",
        "maxsessions",
        "usedns",
        "maxauthtries",
        "chrootdirectory",
        "channeltimeout",
        "clientaliveinterval",
        "clientalivecountmax",
        "ciphers",
        "macs",
        "kexalgorithms",
        "hostkeyalgorithms",
        "usepam",
    )
)


KEYS_FILES = ".ssh/authorized_keys .ssh/authorized_keys2"
MOST_PEERS = 64
LARGEST_REVOCATIONS = 16 << 20
"""Nodes whose own settings are asked for, where a Match block may have some."""
OLDER_NAMES = {"pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms"}
LISTS = frozenset(("allowusers", "denyusers", "allowgroups", "denygroups"))
"""Keywords of which every line counts."""


def sshd_process():
    """The sshd that let us in, the one that listens; None where none did."""
    process, found = find_process(os.getpid()), None
    while process:
        if process.name.startswith("sshd"):
            found = process
        process = find_process(process.parent)
    return found


def access_lines(sshd):
    """The lines of hosts.allow, then of hosts.deny, for an sshd that asks TCP wrappers."""
    maps = read_file("/proc/%d/maps" % sshd.pid) if sshd else None
    if maps is not None and "libwrap" not in maps:
        return []
    found = []
    for path, denies in (("/etc/hosts.allow", False), ("/etc/hosts.deny", True)):
        number, text = 0, ""
        for line in (read_file(path, "") or "").splitlines():
            number += 1
            text += line.strip()
            if text.endswith("\\"):
                text = text[:-1] + " "
                continue
            if text and not text.startswith("#"):
                found.append({"where": "%s:%d" % (path, number), "text": text, "denies": denies})
            text = ""
    return found


def options_of(words):
    """The -f and -o among them, ready for another sshd's command line."""
    kept = []
    for at, word in enumerate(words):
        if word in ("-f", "-o") and at + 1 < len(words):
            kept += [word, words[at + 1]]
        elif word[:2] in ("-f", "-o") and len(word) > 2:
            kept.append(word)
    return kept


def read_settings(path, depth=0, match=""):
    """[(keyword, value, file:line, match)] of an sshd_config, its includes in their places."""
    found = []
    for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
        words = re.split(r"[\s=]+", line.strip(), maxsplit=1)
        if len(words) < 2 or words[0].startswith("#"):
            continue
        keyword, value = words[0].lower(), words[1].strip().strip('"')
        keyword = OLDER_NAMES.get(keyword, keyword)
        if keyword == "match":
            match = "" if value.lower() == "all" else value
        elif keyword == "include" and depth < 8:
            for pattern in value.split():
                for name in sorted(glob.glob(os.path.join("/etc/ssh", pattern))):
                    found += read_settings(name, depth + 1, match)
        elif keyword in KEYWORDS:
            found.append((keyword, value, "%s:%d" % (path, number), match))
    return found


def effective_settings(options):
    """What `sshd -T` says, for root alone: it needs the host keys."""
    if os.getuid() != 0:
        return {}
    try:
        program = "/usr/sbin/sshd" if os.path.exists("/usr/sbin/sshd") else "sshd"
        out = run_command([program, "-T", *options], 3.0).out
    except Undetermined:
        return {}
    found = {}
    for line in out.splitlines():
        key, _, value = line.partition(" ")
        if key in LISTS and key in found:
            found[key] += " " + value
        elif key in KEYWORDS and key != "hostkey":
            found[key] = value
    return found


def settings_by_address(options, user, addresses):
    """{address: {keyword: value}} of what holds for a login from there, and not for everybody."""
    usual, found = effective_settings(options), {}
    for address in addresses if usual else ():
        connection = "user=%s,host=%s,addr=%s" % (user, address, address)
        own = effective_settings([*options, "-C", connection])
        found[address] = {key: value for key, value in own.items() if usual.get(key) != value}
    return {address: own for address, own in found.items() if own}


def peer_addresses(peers):
    """What the names of the nodes mean here: where they log in from."""
    found = []
    for peer in peers[:MOST_PEERS]:
        with contextlib.suppress(OSError, UnicodeError):
            entries = socket.getaddrinfo(peer["name"], None, 0, socket.SOCK_STREAM)
            found += [where[0] for _, _, _, _, where in entries]
    return list(dict.fromkeys(found))


def sshd_settings(options):
    """{keyword: [{value, where, match}]}, in force first."""
    path = next((options[at + 1] for at, option in enumerate(options) if option == "-f"), None)
    found = {}
    for keyword, value, where, match in read_settings(path or "/etc/ssh/sshd_config"):
        known = found.setdefault(keyword, [])
        same = next(
            (setting for setting in known if keyword in LISTS and setting["match"] == match), None
        )
        if same:
            same["value"] += " " + value
        else:
            known.append({"value": value, "where": where, "match": match})
    for keyword, value in effective_settings(options).items():
        known = found.setdefault(keyword, [])
        first = next((setting for setting in known if not setting["match"]), None)
        if first is None or first["value"].lower().split() != value.lower().split():
            known.insert(0, {"value": value, "where": "", "match": ""})
    return found


def setting_in_force(sshd, keyword, default):
    """The value that holds outside of Match blocks."""
    values = [setting["value"] for setting in sshd.get(keyword, []) if not setting["match"]]
    return values[0] if values else default


def guarding_paths(path, home):
    """The file and the directories above it up to home: what StrictModes looks at."""
    found = []
    while True:
        with contextlib.suppress(OSError):
            found.append(path_guard(path))
        if path in (home, "/"):
            return found
        path = os.path.dirname(path)


def is_private_group(gid):
    """Whether this sshd lets that group write: Debian's does where nobody else is in it."""
    if gid != os.getgid() or not os.path.exists("/etc/debian_version"):
        return False
    sharing = {line.split(":")[0] for line in read_file("/etc/passwd", "").splitlines()
               if line.split(":")[3:4] == [str(gid)]}  # fmt: skip
    return sharing | set(grp.getgrgid(gid).gr_mem) <= {login_account()[0]}


def path_guard(path):
    """Mode and owner, and whether sshd would believe what lies there."""
    info = os.stat(path)
    forbidden = 0o002 if is_private_group(info.st_gid) else 0o022
    own = info.st_uid in (0, os.getuid()) and not info.st_mode & forbidden
    mode = "%04o" % (info.st_mode & 0o7777)
    safe = own and os.access(path, os.R_OK)
    return {"path": path, "mode": mode, "owner": user_name(info.st_uid), "safe": safe}


def host_keys(sshd):
    """The public host keys, from beside the private ones."""
    named = [setting["value"] + ".pub" for setting in sshd.get("hostkey", [])]
    found = []
    for path in named or sorted(glob.glob("/etc/ssh/ssh_host_*_key.pub")):
        match = KEY_LINE.search(read_file(path, "") or "")
        if match:
            found.append(
                {"public": " ".join(match.groups()), "fingerprint": key_fingerprint(match[2])}
            )
    return found


def key_files(named, user, home):
    """The files of this account that an AuthorizedKeysFile names, tokens filled in."""
    tokens = {"%h": home, "%u": user, "%%": "%"}
    words = [re.sub("%[hu%]", lambda found: tokens[found.group()], w) for w in shlex.split(named)]
    return [os.path.join(home, word) for word in words if word != "none"]


def names_groups(settings):
    """Whether a setting or a Match block goes by groups; only then are they asked for."""
    matches = [value["match"].lower() for values in settings.values() for value in values]
    return bool({"allowgroups", "denygroups"} & set(settings)) or any(
        "group" in match for match in matches
    )


def listed_keys(path):
    """(fingerprints of the keys that a text lists, whether sshd can read the file)."""
    try:
        with open(path, "rb") as file:
            text = file.read(LARGEST_REVOCATIONS).decode("ascii", "replace")
    except OSError:
        return [], False
    return [key_fingerprint(blob) for _, blob in KEY_LINE.findall(text)], True


def key_lists(named):
    """{path: {"fingerprints": …, "readable": …}} of files of keys: revoked ones, authorities."""
    found = {}
    for path in named:
        fingerprints, readable = listed_keys(path)
        found[path] = {"fingerprints": fingerprints, "readable": readable}
    return found


def principals_files(named, user, home):
    """{value: {path: names}} of what AuthorizedPrincipalsFile names for this account."""
    files = {value: key_files(value, user, home) for value in named}
    return {value: {path: listed_names(path) for path in at} for value, at in files.items()}


def group_names():
    """The names of the groups of this login, its own first."""
    own = os.getgid()
    found = []
    for gid in [own] + [getgroup for getgroup in os.getgroups() if getgroup != own]:
        with contextlib.suppress(KeyError):
            found.append(grp.getgrgid(gid).gr_name)
    return found


def other_accounts():
    """Whether accounts may exist that are not in /etc/passwd."""
    line = re.search(r"^passwd:(.*)$", read_file("/etc/nsswitch.conf", "") or "", re.M)
    services = set(line.group(1).split()) if line else set()
    return bool(services - {"files", "compat", "systemd"})


def values_of(keyword, settings, by_address):
    """Every value that some login may meet."""
    values = [setting["value"] for setting in settings.get(keyword, ())]
    return dict.fromkeys(values + [own[keyword] for own in by_address.values() if keyword in own])


def rc_file(home, permitted):
    """What sshd runs before each command (do_rc_files in its session.c); '' where nothing."""
    own = [os.path.join(home, ".ssh/rc")] if permitted != "no" else []
    return next((path for path in [*own, "/etc/ssh/sshrc"] if os.path.exists(path)), "")


@section("sshd")
def sshd(args):
    """Settings, authorized keys and what guards them, host keys and accounts of this node."""
    user, home, _ = login_account()
    server = sshd_process()
    # -f and -o change its settings
    options = options_of(" ".join(command_line(server.pid)).split() if server else [])
    settings, by_address = sshd_settings(options), {}
    if any(value["match"] for values in settings.values() for value in values):
        addresses = peer_addresses(args.get("peers", []))
        by_address = settings_by_address(options, user, addresses)
    files_of = functools.partial(key_files, user=user, home=home)
    default = setting_in_force(settings, "authorizedkeysfile", KEYS_FILES)
    named = {
        value: files_of(value) for value in values_of("authorizedkeysfile", settings, by_address)
    }
    paths = list(
        dict.fromkeys(path for files in [files_of(default), *named.values()] for path in files)
    )
    checked = [at for path in paths if os.path.exists(path) for at in guarding_paths(path, home)]
    authorized = authorized_keys(paths)
    read = {key["fingerprint"] for key in authorized}
    authorities = values_of("trustedusercakeys", settings, by_address)
    principals = values_of("authorizedprincipalsfile", settings, by_address)
    revoked = [path for path in values_of("revokedkeys", settings, by_address) if path != "none"]
    entries = access_conf_lines()
    return {
        "user": user,
        "groups": group_names() if entries or names_groups(settings) else [],
        "pam_access": entries,
        "pam_account": account_modules(),
        "settings": settings,
        "by_address": by_address,
        "authorized_files": files_of(default),
        "files_by_setting": named,
        "authorized": authorized,
        "damaged": [key for path in paths for key in damaged_keys(path, read)],
        "guarded": list({entry["path"]: entry for entry in checked}.values()),
        "revoked": key_lists(revoked),
        "authorities": key_lists(path for path in authorities if path != "none"),
        "principals": principals_files(principals, user, home),
        "now": int(time.time()),
        "access": access_lines(server),
        "rc_file": rc_file(home, setting_in_force(settings, "permituserrc", "yes")),
        "host_keys": host_keys(settings),
        "accounts": [line.split(":")[0] for line in read_file("/etc/passwd", "").splitlines()],
        "other_accounts": other_accounts(),
    }
