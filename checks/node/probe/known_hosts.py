"""Which host keys this account's ssh client has on file for each peer."""

import os
import pwd

from checks.node.probe.core import run_command, section
from checks.node.probe.trust import settings_by_peer

COMMANDS = ("ssh-keygen -F NODE -f KNOWN_HOSTS",)


def known_host_name(client):
    """The name under which ssh looks for the key: an alias, or `[host]:port` off port 22."""
    if client["alias"]:
        return client["alias"]
    host, port = client["hostname"], client["port"]
    return host if port == 22 else "[%s]:%d" % (host, port)


def keys_on_file(name, paths):
    """[`type blob`] of every line for that name; hashed names are found too."""
    found = []
    for path in paths:
        for line in run_command(["ssh-keygen", "-F", name, "-f", path], 3.0).out.splitlines():
            words = [word for word in line.split() if not word.startswith("@")]
            if not line.startswith("#") and len(words) > 2:
                found.append(" ".join(words[1:3]))
    return found


@section("known_hosts")
def known_hosts(args):
    """Args: `peers`. {peer: {"name": …, "file": …, "keys": [`type blob`]}}."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    usual, special = settings_by_peer(args.get("peers", []), home)
    peers = {}
    for peer in args.get("peers", []):
        client = special.get(peer["name"], dict(usual, hostname=peer["name"]))
        paths = [path.replace("~", home, 1) for path in client["known_hosts"]]
        name = known_host_name(client)
        file = next((path for path in paths if path != "/dev/null"), paths[0])
        peers[peer["name"]] = {"name": name, "file": file, "keys": keys_on_file(name, paths)}
    return {"peers": peers}
