"""Which host keys this account's ssh client has on file for each peer."""

import base64
import hashlib
import hmac
import re

from checks.node.probe.core import section
from checks.node.probe.trust import settings_by_peer
from checks.node.runtime.files import read_file
from checks.node.runtime.processes import login_account

COMMANDS = ("ssh -G NODE",)


def known_host_name(client):
    """The name under which ssh looks for the key: an alias, or `[host]:port` off port 22."""
    if client["alias"]:
        return client["alias"]
    host, port = client["hostname"], client["port"]
    return host if port == 22 else "[%s]:%d" % (host, port)


def names_to_look_up(client):
    """That name, then the bare one: ssh looks without the port for a key that it found nowhere."""
    name = known_host_name(client)
    return [name] if client["alias"] or client["port"] == 22 else [name, client["hostname"]]


class KnownHostsFile(object):
    """The lines of one file, read once for all peers: `[@mark] names type blob`."""

    def __init__(self, path):
        self.named, self.others = {}, []
        for number, line in enumerate((read_file(path, "") or "").splitlines(), 1):
            words = line.split()
            marked = bool(words) and words[0].startswith("@")
            words = words[marked:]
            if len(words) < 3 or line.lstrip().startswith("#"):
                continue
            entry = (" ".join(words[1:3]), "%s:%d" % (path, number) if marked else "")
            if words[0].startswith("|") or re.search("[*?!]", words[0]):
                self.others.append((words[0], entry))
            else:
                for name in words[0].lower().split(","):
                    self.named.setdefault(name, []).append(entry)

    def entries(self, name):
        """(`type blob`, file and line where it is marked) of each line for that name."""
        fitting = [entry for names, entry in self.others if names_host(names, name)]
        return self.named.get(name.lower(), []) + fitting


def names_host(names, host):
    """Whether the first field of a line, hashed or a list of patterns, means that host."""
    if names.startswith("|1|"):
        salt, _, digest = names[3:].partition("|")
        return digest == hash_host(salt, host.lower())
    patterns = names.lower().split(",")
    barred = any(fits(word[1:], host.lower()) for word in patterns if word.startswith("!"))
    return not barred and any(fits(word, host.lower()) for word in patterns)


def hash_host(salt, host):
    """What HashKnownHosts writes for that host; '' where the salt is none."""
    try:
        hashed = hmac.new(base64.b64decode(salt), host.encode(), hashlib.sha1).digest()
    except ValueError:
        return ""
    return base64.b64encode(hashed).decode()


def fits(pattern, host):
    """ssh's patterns have `*` and `?`; brackets stand for themselves."""
    return bool(re.match(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".") + "$", host))


def find_entries(client, files):
    """What those files hold for the peer; under its bare name only types that `[host]:port` lacks.

    There ssh takes a key that is right, and passes over one that is not.
    """
    entries = []
    for name in names_to_look_up(client):
        types = {key.partition(" ")[0] for key, _ in entries}
        found = [entry for file in files for entry in file.entries(name)]
        entries += [entry for entry in found if entry[0].partition(" ")[0] not in types]
    return entries


@section("known_hosts")
def known_hosts(args):
    """Args: `peers`. {peer: {"name", "file", "keys": [`type blob`], "marked"}}."""
    home = login_account()[1]
    usual, special = settings_by_peer(args.get("peers", []), home)
    peers, files = {}, {}
    for peer in args.get("peers", []):
        client = special.get(peer["name"], dict(usual, hostname=peer["name"]))
        paths = [path.replace("~", home, 1) for path in client["known_hosts"]]
        own = next((path for path in paths if path != "/dev/null"), paths[0])
        everywhere = paths + client["global_known_hosts"]
        for path in everywhere:
            if path not in files:
                files[path] = KnownHostsFile(path)
        entries = find_entries(client, [files[path] for path in everywhere])
        keys = [key for key, _ in entries]
        marked = next((place for _, place in entries if place), "")
        peers[peer["name"]] = {
            "name": known_host_name(client),
            "file": own,
            "keys": keys,
            "marked": bool(marked),
            "marked_at": marked,
        }
    return {"peers": peers}
