"""Devices, system files, accounts and kernel settings that every program takes for granted."""

from __future__ import annotations

from launcher.lab.faults import DefaultTarget, Fault
from launcher.lab.faults.firewall import firewall_fault
from tests.lab.faults.case import HEAD, NODE3, Case, case, custom, warned
from tests.lab.faults.cut_off import OF_A_USER, SUDO

SYSTEM = "files.system-is-as-programs-expect"
LOCALHOST = "names.localhost-is-this-machine"
ROOM = "network.kernel-settings-leave-room"
METADATA = (
    'rm -rf $("$PYTHON" -c \'import sysconfig; print(sysconfig.get_paths()["purelib"])\')/torch-*'
)


def of_a_user(name: str, apply: str) -> Fault:
    """What hinders no root, on nodes whose login is another."""
    return custom(name, f"{apply}\n{SUDO}")


def too_small(setting: str, value: str, cause: str) -> Case:
    """A setting of the kernel's that is far below its default."""
    path = setting.replace(".", "/")
    return warned(custom(f"low-{setting}", f"echo {value} >/proc/sys/{path}"), ROOM, NODE3, cause)


CASES = [
    case(
        custom("loopback-down", "ip link set lo down"),
        "network.loopback-works",
        NODE3,
        "loopback-dead",
    ),
    case(
        custom("loopback-of-the-head-down", "ip link set lo down", DefaultTarget.HEAD),
        "network.loopback-works",
        HEAD,
        "loopback-dead",
    ),
    case(
        custom("loopback-without-address", "ip addr del 127.0.0.1/8 dev lo"),
        "network.loopback-works",
        NODE3,
        "loopback-dead",
    ),
    case(
        firewall_fault("loopback-dropped", "loopback-dropped", "iif lo tcp flags syn drop"),
        "network.loopback-works",
        NODE3,
        "loopback-dropped",
    ),
    case(
        custom(
            "loopback-dropped-on-its-way-out",
            "nft add table ip f; nft add chain ip f out '{ type filter hook output priority 0; "
            "policy drop; }'; nft add rule ip f out ip daddr != 127.0.0.0/8 accept",
        ),
        "network.loopback-works",
        NODE3,
        "loopback-dropped",
    ),
    warned(
        custom("localhost-unknown", "sed -i /localhost/d /etc/hosts"),
        LOCALHOST,
        NODE3,
        "localhost-missing",
    ),
    warned(
        custom("localhost-of-another", "sed -i '/^::1/d; s/^127.0.0.1 /10.9.9.9 /' /etc/hosts"),
        LOCALHOST,
        NODE3,
        "localhost-elsewhere",
    ),
    case(
        custom("dev-null-is-a-file", "rm /dev/null; echo >/dev/null"),
        SYSTEM,
        NODE3,
        "device-unusable",
    ),
    case(
        of_a_user("dev-null-of-root-alone", "chmod 600 /dev/null"),
        SYSTEM,
        NODE3,
        "device-unusable",
        **OF_A_USER,
    ),
    case(
        custom("random-numbers-gone", "rm /dev/urandom /dev/random"),
        SYSTEM,
        NODE3,
        "device-unusable",
    ),
    warned(custom("no-terminals", "umount /dev/pts"), SYSTEM, NODE3, "device-unusable"),
    warned(
        custom("no-open-files-in-dev", "rm /dev/fd /dev/std*"), SYSTEM, NODE3, "device-unusable"
    ),
    warned(custom("tmp-not-sticky", "chmod 777 /tmp"), SYSTEM, NODE3, "shared-folder-mode"),
    case(
        of_a_user("accounts-of-root-alone", "chmod 600 /etc/passwd"),
        SYSTEM,
        NODE3,
        "system-file-unreadable",
        **OF_A_USER,
    ),
    case(
        of_a_user("hosts-file-of-root-alone", "chmod 600 /etc/hosts"),
        SYSTEM,
        NODE3,
        "system-file-unreadable",
        **OF_A_USER,
    ),
    warned(
        custom("resolver-file-gone", "rm /etc/resolv.conf"),
        SYSTEM,
        NODE3,
        "system-file-unreadable",
    ),
    warned(custom("sys-hidden", "mount -t tmpfs none /sys"), SYSTEM, NODE3, "kernel-files-hidden"),
    warned(custom("shell-unlisted", "sed -i /bash/d /etc/shells"), SYSTEM, NODE3, "shell-unlisted"),
    warned(
        custom("preload-missing", "echo /opt/gone.so >/etc/ld.so.preload"),
        SYSTEM,
        NODE3,
        "loader-complains",
    ),
    too_small("net.core.somaxconn", "4", "queue-short"),
    too_small("net.ipv4.tcp_rmem", "'4096 4096 4096'", "buffers-small"),
    too_small("net.ipv4.tcp_syn_retries", "1", "retries-few"),
    case(
        custom("shm-not-mounted", "umount /dev/shm; rmdir /dev/shm"),
        "limits.shm-is-large-enough",
        NODE3,
        "shm-small",
    ),
    case(
        custom("torch-without-metadata", f"{METADATA}.dist-info"),
        "software.packages-have-their-metadata",
        NODE3,
        "metadata-missing",
        fixable=False,
    ),
]
