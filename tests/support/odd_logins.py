"""Sites that are odd in how one logs in: users, names, keys, sshd and shells."""

from __future__ import annotations

from launcher.lab.shape import LabShape, OddNode
from tests.support.odd_clusters import (
    CLOUD_ADDRESSES,
    CLOUD_NAMES,
    HOSTBASED,
    OTHER_RULES,
    SIXES,
    STRICT_SHELL,
    STRICT_SSHD,
    VARIABLES,
    WITHOUT_KEYS,
    alias_host_keys,
    bashrc,
    equally_odd,
    forget_ports_of_host_keys,
    jump_through_first,
    keys,
    name_in_full,
    node_per_shell,
    on_all,
    ports_in_config,
    split_host_keys,
    ssh_config,
    use_certificates,
)
from tests.support.odd_site import TWO, Site

MINE = "/home/trainer"
SITES = [
    Site(
        "login-shells",
        node_per_shell(),
        (on_all("command -v fish >/dev/null && fish -c true || true"),),
    ),
    Site(
        "own-user-who-shares-nothing",
        LabShape(nodes=2, user="trainer"),
        (on_all(f"echo umask 077 >>{MINE}/.bashrc; mount -o remount,hidepid=2 /proc"),),
        {"workdir": MINE},
        trains=True,
    ),
    Site("other-port", equally_odd(2, port=2222, sshd=("Port 2022",))),
    Site(
        "ports-that-differ",
        LabShape(nodes=3, odd={"node2": OddNode(port=2222), "node3": OddNode(port=2200)}),
        (ports_in_config,),
    ),
    Site(
        "cloud-by-address",
        LabShape(nodes=2, by_address=True),
        (on_all(CLOUD_NAMES), on_all(CLOUD_ADDRESSES)),
    ),
    Site(
        "full-names-and-long-hosts-file",
        TWO,
        (
            on_all("sed -i -E 's/^(10[.].*) (node.)/\\1 \\2.cluster.local \\2 \\2-ib/' /etc/hosts"),
            on_all("hostname $NAME.cluster.local; sed -i '1i 127.0.1.1 box.local box' /etc/hosts"),
            on_all(
                'for i in {1..3000}; do echo "172.30.$((i / 250)).$((i % 250)) other$i"; done'
                " >>/etc/hosts"
            ),
        ),
    ),
    Site("full-names-in-the-hosts-file", TWO, (name_in_full,)),
    Site(
        "names-in-two-families",
        TWO,
        (
            on_all("ip addr add fd00:77::$N/64 dev eth0 nodad"),
            on_all('for i in 1 2; do sed -i "1i fd00:77::$i node$i" /etc/hosts; done'),
        ),
    ),
    Site("names-in-the-other-family", TWO, (on_all(SIXES),)),
    Site(
        "hashed-known-hosts-and-rsa",
        TWO,
        (
            keys("rsa -m PEM", "id_rsa"),
            on_all("ssh-keygen -q -H -f .ssh/known_hosts; rm .ssh/known_hosts.old"),
            ssh_config("HashKnownHosts yes", "IdentitiesOnly yes", "LogLevel QUIET"),
        ),
    ),
    Site(
        "everything-in-etc-ssh",
        equally_odd(2, sshd=("AuthorizedKeysFile /etc/ssh/keys/%u",)),
        (
            keys("ecdsa", "cluster"),
            ssh_config("IdentityFile ~/.ssh/cluster"),
            on_all("mkdir /etc/ssh/keys; mv .ssh/authorized_keys /etc/ssh/keys/root"),
            on_all("mv .ssh/known_hosts /etc/ssh/ssh_known_hosts"),
        ),
    ),
    Site(
        "new-host-keys-accepted",
        TWO,
        (on_all("rm .ssh/known_hosts"), ssh_config("StrictHostKeyChecking accept-new")),
    ),
    Site(
        "no-host-keys-checked",
        TWO,
        (
            on_all("rm .ssh/known_hosts"),
            ssh_config(
                "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "LogLevel DEBUG"
            ),
        ),
    ),
    Site("host-keys-in-a-file-for-each-host", TWO, (split_host_keys,)),
    Site("host-keys-under-an-alias", equally_odd(2, port=2222), (alias_host_keys,)),
    Site(
        "host-keys-without-the-port",
        equally_odd(2, port=2222),
        (ports_in_config, forget_ports_of_host_keys),
    ),
    Site("host-based-logins", equally_odd(2, sshd=HOSTBASED), (on_all(WITHOUT_KEYS),)),
    Site("certificates-alone", TWO, (use_certificates,)),
    Site("behind-a-jump-host", TWO, (jump_through_first,)),
    Site(
        "shared-connections",
        TWO,
        (
            ssh_config(
                *("ControlMaster auto", "ControlPath ~/.ssh/%r@%h:%p", "ControlPersist 10m"),
                *("RequestTTY force", "ForwardX11 yes", "VisualHostKey yes", "AddKeysToAgent yes"),
            ),
        ),
    ),
    Site(
        "strict-sshd",
        equally_odd(5, sshd=STRICT_SSHD),
        (
            on_all("echo 'Access denied otherwise. Connection refused.' >/etc/issue.net"),
            on_all("echo Welcome >/etc/motd"),
            bashrc('case $- in *i*) echo "hello" ;; esac'),
        ),
    ),
    Site(
        "keys-from-a-command-and-rules-for-others",
        equally_odd(2, sshd=OTHER_RULES),
        (
            on_all("mv .ssh/authorized_keys /etc/ssh/keys; : >/etc/ssh/revoked"),
            ssh_config("HostKeyAlgorithms ssh-ed25519", "PreferredAuthentications publickey"),
        ),
    ),
    Site("noisy-shell", TWO, (bashrc("echo welcome"),), warns=frozenset({"ssh.shell-is-quiet"})),
    Site("strict-shell", TWO, (bashrc(*STRICT_SHELL),)),
    Site("many-variables", TWO, (bashrc(*VARIABLES),), trains=True),
    Site("slow-shell", TWO, (bashrc("sleep 1.5"),)),
]
