"""What this node's ssh client would do for each peer, and which private keys it would offer.

Only public halves and fingerprints leave the node.
"""

import base64
import glob
import os
import re
import socket

from checks.node.probe.certificates import SUFFIX, certificates
from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.shared_connections import dead_shared_connections
from checks.node.probe.written_keys import KEY_LINE, key_fingerprint
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import login_account

COMMANDS = (
    "ssh -G NODE",
    "a connection to the socket that ControlPath names, closed after its greeting",
    "ssh -vv -oControlMaster=no NODE true, where a master listens there",
    "ssh-keygen -y -P '' -f KEY",
    "ssh-add -l -E sha256",
)

CHEAP_KEX = "curve25519-sha256"
INCLUDES = re.compile(r"^\s*include\s+/etc/ssh/ssh_config.d/\*.conf\s*$", re.I | re.M)
OWN_BLOCKS = re.compile(
    r"^\s*(include|match|host\s+(?!\*\s*$)|(userknownhostsfile|hostkeyalias|controlpath)\W[^#\n]*%)",
    re.I | re.M,
)
"""What may make ssh's settings for one peer differ from those for another."""


SOCKET_PATH, TEMPORARY_SUFFIX = 108, 17
"""Bytes of a socket's address, and of what ssh puts behind the path of a new one."""
MASTER_S = 1.5


def client_settings(peer, home):
    """What `ssh -G` says for one peer."""
    words = ["ssh", "-G"]
    if peer.get("user"):
        words += ["-l", peer["user"]]
    if peer.get("port"):
        words += ["-p", str(peer["port"])]
    settings, ran = {}, run_command([*words, peer["name"]], 3.0)
    if "fork into background" in ran.err:  # ForkAfterAuthentication wants a command, not run here
        ran = run_command([*words, peer["name"], "true"], 3.0)
    for line in ran.out.splitlines():
        key, _, value = line.partition(" ")
        settings.setdefault(key, []).append(value)
    first = {key: values[0] for key, values in settings.items()}
    kex = first.get("kexalgorithms", "").split(",")
    named = first.get("userknownhostsfile", "").split() or ["~/.ssh/known_hosts"]
    files = ["/dev/null" if path == "none" else path for path in named]
    return {
        "user": first.get("user", ""),
        "hostname": first.get("hostname", peer["name"]),
        "port": int(first.get("port", 22)),
        "identities": [in_home(path, home) for path in settings.get("identityfile", [])],
        "certificates": [in_home(path, home) for path in settings.get("certificatefile", [])],
        "known_hosts": files,
        "known_hosts_fault": file_fault(in_home(files[0], home)),
        "global_known_hosts": first.get("globalknownhostsfile", "").split(),
        "family": first.get("addressfamily", "any"),
        "kex": ",".join([CHEAP_KEX] + [method for method in kex if method != CHEAP_KEX])
        if CHEAP_KEX in kex
        else "",
        "alias": first.get("hostkeyalias", ""),
        "host_key_algorithms": first.get("hostkeyalgorithms", "").split(","),
        "key_algorithms": words_of(first, "pubkeyacceptedalgorithms", "pubkeyacceptedkeytypes"),
        "methods": words_of(first, "preferredauthentications"),
        "offers_keys": first.get("pubkeyauthentication", "true") not in ("false", "no"),
        "session": first.get("sessiontype", "default"),
        "forks": first.get("forkafterauthentication", "no") in ("yes", "true"),
        **shared_connection(first),
        **proxy_settings(first),
    }


def file_fault(path):
    """Why no host key can be read there; '' where it can, or where nothing is."""
    if os.path.isdir(path):
        return "is a folder"
    return "cannot be read" if os.path.exists(path) and not os.access(path, os.R_OK) else ""


def judge_sessions(peers, usual, special):
    """Put `no session` where a master listens, greets, and opens nothing at the other end."""
    shared = {}
    for name in [peer["name"] for peer in peers]:
        client = special.get(name, usual)
        path = client.get("control_path", "")
        if path and not client["control_fault"] and os.path.exists(path):
            shared.setdefault(path, name)
    dead = dead_shared_connections(shared.values())
    for client in [usual, *special.values()]:
        if shared.get(client.get("control_path")) in dead:
            client["control_fault"] = "no session"


def words_of(settings, *keywords):
    """The list that the first of these keywords has; empty where ssh -G says none."""
    named = next((settings[keyword] for keyword in keywords if keyword in settings), "")
    return [word for word in named.split(",") if word]


def shared_connection(settings):
    """The socket through which ssh shares a connection, and why no login gets through it.

    ssh ends where the path, or the longer one of a new socket, does not fit into an address, and
    where a new socket cannot be created in its folder; it waits for ever for the greeting of a
    master that hangs (mux.c, PROTOCOL.mux).
    """
    path = settings.get("controlpath", "none")
    if path == "none":
        return {}
    begins = settings.get("controlmaster", "false") not in ("false", "no")
    longest = len(os.fsencode(path)) + (TEMPORARY_SUFFIX if begins else 0)
    if longest >= SOCKET_PATH:
        return {"control_path": path, "control_fault": "too long"}
    if begins and not os.path.exists(path) and not os.access(os.path.dirname(path), os.W_OK):
        return {"control_path": path, "control_fault": "no folder"}
    return {"control_path": path, "control_fault": "" if greets(path) else "hangs"}


def greets(path):
    """Whether a master that listens there sends its greeting; true where none listens."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(MASTER_S)
        try:
            sock.connect(path)
            return bool(sock.recv(4))
        except socket.timeout:
            return False
        except OSError:
            return True


def proxy_settings(settings):
    """The proxy in force and the lines that set it, as `ssh -G` and its files say."""
    for key, keyword in (("proxyjump", "ProxyJump"), ("proxycommand", "ProxyCommand")):
        value = settings.get(key, "none")
        if value.lower() != "none":
            return {"proxy": "%s %s" % (keyword, value), "proxy_in": lines_with(key, value)}
    return {}


def lines_with(keyword, value):
    """The `path:line` of the lines in ssh's own files that give this keyword that value."""
    return [
        "%s:%d" % (path, number)
        for path in config_files()
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1)
        if re.split(r"[\s=]+", line.strip().lower(), maxsplit=1)[0] == keyword
        and "".join(line.split()).endswith("".join(value.split()))
    ]


def config_files():
    """ssh's files of this account and of the system, there or not."""
    own = os.path.join(login_account()[1], ".ssh/config")
    return [own, "/etc/ssh/ssh_config", *sorted(glob.glob("/etc/ssh/ssh_config.d/*.conf"))]


def in_home(path, home):
    """OpenSSH's ~ and %d are the passwd entry's home, whatever $HOME says."""
    return re.sub(r"^(~(?=/)|%d)", lambda _: home, path)


def settings_by_peer(peers, home):
    """The usual answer of `ssh -G`, and those of peers for which it may differ."""
    if not peers:
        return {}, {}
    own, system, *included = [read_file(path, "") or "" for path in config_files()]
    texts = [own, INCLUDES.sub("", system), *included]
    usual = client_settings({"name": peers[0]["name"]}, home)
    if any(OWN_BLOCKS.search(text) for text in texts):
        return usual, {peer["name"]: client_settings(peer, home) for peer in peers}
    special = {}
    for peer in peers:
        if peer.get("user") or peer.get("port"):
            own = {"user": peer.get("user") or usual["user"], "port": peer.get("port") or 22}
            special[peer["name"]] = dict(usual, hostname=peer["name"], **own)
    return usual, special


def private_key(path):
    """One identity file; None where there is none."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    text = read_file(path)
    public, encrypted = key_halves(path, text) if text else ("", False)
    match = KEY_LINE.search(read_file(path + ".pub", "") or "")
    named = " ".join(match.groups()) if match else ""
    public = public or named
    return {
        "path": path,
        "public": public,
        "fingerprint": key_fingerprint(public.split()[1]) if public else "",
        "encrypted": encrypted,
        "mismatched": bool(named) and named != public,
        "readable": bool(text) and "PRIVATE KEY" in text,
        "too_open": info.st_uid == os.getuid() and bool(info.st_mode & 0o077),
    }


def key_halves(path, text):
    """(public half, whether a passphrase protects the private one) of a private key's text."""
    body = "".join(line for line in text.splitlines() if not line.startswith("-----"))
    if "OPENSSH PRIVATE KEY" in text:
        try:
            fields = openssh_fields(base64.b64decode(body))
        except (ValueError, IndexError):
            return "", False
        blob = base64.b64encode(fields[3]).decode()
        kind = fields[3][4 : 4 + int.from_bytes(fields[3][:4], "big")].decode("ascii", "replace")
        return "%s %s" % (kind, blob), fields[0] != b"none"
    if "ENCRYPTED" in text:
        return "", True
    done = run_command(["ssh-keygen", "-y", "-P", "", "-f", path], 3.0)
    return " ".join(done.out.split()[:2]), False


def openssh_fields(raw):
    """Cipher, key derivation, its options, and the public key, of openssh-key-v1."""
    at, fields = raw.index(b"\0") + 1, []
    for number in range(4):
        if number == 3:
            at += 4  # how many keys: always one
        size = int.from_bytes(raw[at : at + 4], "big")
        fields.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return fields


def agent_keys():
    """Fingerprints that an agent of this very session holds; a launch's session has the same."""
    if not os.environ.get("SSH_AUTH_SOCK"):
        return []
    try:
        done = run_command(["ssh-add", "-l", "-E", "sha256"], 2.0)
    except Undetermined:
        return []
    return [line.split()[1] for line in done.out.splitlines() if " SHA256:" in line]


@section("trust")
def trust(args):
    """Args: `peers`. What ssh does for each, and the keys that it would offer."""
    user, home, _ = login_account()
    usual, special = settings_by_peer(args.get("peers", []), home)
    judge_sessions(args.get("peers", []), usual, special)
    per_peer = [usual, *special.values()]
    named = [path for settings in per_peer for path in settings.get("identities", [])]
    signed = [path for settings in per_peer for path in settings.get("certificates", [])]
    return {
        "user": user,
        "home": home,
        "usual": usual,
        "special": special,
        "keys": [key for key in map(private_key, dict.fromkeys(named)) if key],
        "agent": agent_keys(),
        "certificates": certificates([*[path + SUFFIX for path in named], *signed]),
    }
