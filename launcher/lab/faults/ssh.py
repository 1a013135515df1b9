"""Trust that is broken, sshd that refuses, and login shells that get in the way."""

from __future__ import annotations

from launcher.lab.boot import START_SSHD
from launcher.lab.faults.model import DefaultTarget, Fault

STOP_SSHD = "kill $(cat /run/sshd.pid); while [ -e /run/sshd.pid ]; do sleep 0.02; done"
RESTART_SSHD = f"""if [ -e /run/sshd.pid ]; then {STOP_SSHD}; fi
{START_SSHD}
until [ -s /run/sshd.pid ]; do sleep 0.02; done"""


def save_and_change(path: str, change: str) -> tuple[str, str]:
    """Lines that save a file before they change it, and lines that put it back as it was.

    A start-up file that is not there is made, and taken away again. Where any other is not there,
    or holds nothing that the lines change, they fail: nothing would be broken.
    """
    absent = (
        f"touch $SAVED/absent; echo >{path}; chown $(stat -c %u:%g $HOME) {path}"
        if path.endswith("rc")
        else f"echo {path} is not there >&2; exit 1"
    )
    apply = (
        f"[ -e {path} ] || {{ {absent}; }}\n"
        f"cp -a {path} $SAVED/kept\n{change}\n"
        f"if cmp -s {path} $SAVED/kept; then echo nothing to change in {path} >&2; exit 1; fi"
    )
    undo = f"rm -f {path}; [ -e $SAVED/absent ] || mv $SAVED/kept {path}; rm -f $SAVED/kept"
    return apply, undo


def file_fault(
    name: str,
    title: str,
    path: str,
    change: str,
    on: DefaultTarget = DefaultTarget.LAST,
    *,
    restart: bool = False,
) -> Fault:
    """A fault that is one changed file, and an sshd that has read it if it is sshd's."""
    apply, undo = save_and_change(path, change)
    tail = f"\n{RESTART_SSHD}" if restart else ""
    return Fault(name, title, apply + tail, undo + tail, on)


OTHERS_KEY = "ssh-keygen -q -t ed25519 -N '' -C another -f $SAVED/key"

FAULTS = (
    file_fault(
        "host-key-changed",
        "its host key is not the one that others know",
        "/etc/ssh/ssh_host_ed25519_key",
        f"{OTHERS_KEY}; cat $SAVED/key >/etc/ssh/ssh_host_ed25519_key\n"
        "cp -a /etc/ssh/ssh_host_ed25519_key.pub $SAVED/public\n"
        "cat $SAVED/key.pub >/etc/ssh/ssh_host_ed25519_key.pub",
        restart=True,
    ),
    file_fault(
        "known-host-missing",
        "it does not know the host key of a peer",
        "$HOME/.ssh/known_hosts",
        "ssh-keygen -q -R $PEER -f $HOME/.ssh/known_hosts; rm -f $HOME/.ssh/known_hosts.old\n"
        'grep -v "$PEER[ ,]" $SAVED/kept >$HOME/.ssh/known_hosts',
    ),
    file_fault(
        "authorized-key-missing",
        "it does not take the key of a peer",
        "$HOME/.ssh/authorized_keys",
        'sed -i "/ $USER-$PEER\\$/d" $HOME/.ssh/authorized_keys',
    ),
    Fault(
        "authorized-keys-writable",
        "its authorized_keys can be written by others, so sshd ignores it",
        "chmod 666 $HOME/.ssh/authorized_keys",
        "chmod 600 $HOME/.ssh/authorized_keys",
    ),
    Fault(
        "home-writable",
        "its home can be written by a group, so sshd ignores its keys",
        # Not the user's own group: Debian's sshd lets that one pass when nobody else is in it.
        "stat -c %a $HOME >$SAVED/mode; stat -c %g $HOME >$SAVED/group\n"
        "chgrp users $HOME; chmod g+w $HOME",
        "chgrp $(cat $SAVED/group) $HOME; chmod $(cat $SAVED/mode) $HOME",
    ),
    file_fault(
        "private-key-missing",
        "it has no private key",
        "$HOME/.ssh/id_ed25519",
        "rm $HOME/.ssh/id_ed25519",
    ),
    Fault(
        "private-key-open",
        "others can read its private key, so ssh ignores it",
        "chmod 644 $HOME/.ssh/id_ed25519",
        "chmod 600 $HOME/.ssh/id_ed25519",
    ),
    file_fault(
        "public-half-of-another",
        "the public half beside its private key is another key's, so ssh offers that",
        "$HOME/.ssh/id_ed25519.pub",
        "ssh-keygen -q -t ed25519 -N '' -f $HOME/.ssh/other"
        " && mv $HOME/.ssh/other.pub $HOME/.ssh/id_ed25519.pub; rm $HOME/.ssh/other",
    ),
    file_fault(
        "private-key-passphrase",
        "its private key has a passphrase",
        "$HOME/.ssh/id_ed25519",
        "ssh-keygen -q -p -P '' -N secret -f $HOME/.ssh/id_ed25519",
    ),
    file_fault(
        "pubkey-off",
        "its sshd takes no keys",
        "/etc/ssh/sshd_config",
        "sed -i '1i PubkeyAuthentication no' /etc/ssh/sshd_config",
        restart=True,
    ),
    Fault("sshd-stopped", "its sshd does not run", STOP_SSHD, RESTART_SSHD),
    file_fault(
        "bashrc-noisy",
        "its .bashrc prints on every login",
        "$HOME/.bashrc",
        "sed -i '1i echo Welcome to $(hostname)' $HOME/.bashrc",
    ),
    file_fault(
        "bashrc-hangs",
        "its .bashrc waits for ever",
        "$HOME/.bashrc",
        'sed -i "1i while [ -e $SAVED/kept ]; do sleep 1; done" $HOME/.bashrc',
    ),
    file_fault(
        "nologin",
        "its login shell lets nobody in",
        "/etc/passwd",
        'usermod -s /usr/sbin/nologin "$USER"',
    ),
    Fault(
        "memlock-64k",
        "sshd's children may lock 64 KiB of memory",
        "prlimit --pid $(cat /run/sshd.pid) --memlock=65536:65536",
        RESTART_SSHD,
    ),
    Fault(
        "nofile-256",
        "sshd's children may open 256 files",
        "prlimit --pid $(cat /run/sshd.pid) --nofile=256:256",
        RESTART_SSHD,
    ),
)
