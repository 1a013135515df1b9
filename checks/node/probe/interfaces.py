"""Network interfaces with their addresses, from the kernel itself: no command has to be there."""

import array
import contextlib
import errno
import fcntl
import ipaddress
import re
import socket
import struct

from checks.node.probe.core import section
from checks.node.runtime.files import read_file

GET_CONF, GET_FLAGS, GET_NETMASK, GET_MTU = 0x8912, 0x8913, 0x891B, 0x8921
REMOVED = (errno.ENODEV, errno.ENXIO, errno.EADDRNOTAVAIL)
UP, LOOPBACK, RUNNING = 0x1, 0x8, 0x40
REQUEST_SIZE = 40 if struct.calcsize("P") == 8 else 32
TYPES = {"32": "infiniband", "65534": "tun"}  # ARPHRD_*, where the name and uevent do not say
DEVICE_TYPES = {"bond": "bond", "bridge": "bridge", "vlan": "vlan", "wlan": "wireless"}
NAMES = (("docker", "docker"), ("br-[0-9a-f]{12}$", "docker"), ("veth", "veth"), ("tun", "tun"))


@contextlib.contextmanager
def unless_removed():
    """Pass over an interface or address that was removed after the kernel had listed it."""
    try:
        yield
    except OSError as error:
        if error.errno not in REMOVED:
            raise


def interface_ioctl(sock, code, name, address=""):
    """The 24 bytes that an ioctl answers about interface `name`."""
    asked = struct.pack("16s", name.encode())
    if address:
        asked += struct.pack("=H2x4s", socket.AF_INET, socket.inet_aton(address))
    return fcntl.ioctl(sock, code, asked.ljust(REQUEST_SIZE, b"\0"))[16:]


def ipv4_addresses(sock):
    """{interface: ["10.0.0.1/24"]}, secondary addresses and those of aliases too."""
    buffer = array.array("B", bytes(REQUEST_SIZE * 1024))
    where, _ = buffer.buffer_info()
    conf = fcntl.ioctl(sock, GET_CONF, struct.pack("iP", len(buffer), where))
    filled = buffer.tobytes()[: struct.unpack("iP", conf)[0]]
    found = {}
    for at in range(0, len(filled), REQUEST_SIZE):
        label = filled[at : at + 16].split(b"\0")[0].decode()
        address = socket.inet_ntoa(filled[at + 20 : at + 24])
        with unless_removed():
            mask = socket.inet_ntoa(interface_ioctl(sock, GET_NETMASK, label, address)[4:8])
            network = ipaddress.ip_interface("%s/%s" % (address, mask))
            found.setdefault(label.split(":")[0], []).append(str(network))
    return found


def ipv6_addresses():
    """{interface: ["fe80::1/64"]}; empty where the kernel has no IPv6."""
    found = {}
    for line in (read_file("/proc/net/if_inet6", "") or "").splitlines():
        digits, _, prefix, _, _, name = line.split()
        address = ipaddress.IPv6Address(int(digits, 16))
        found.setdefault(name, []).append("%s/%d" % (address, int(prefix, 16)))
    return found


def interface_kind(name, sysfs):
    """What sort of interface it is, by the kernel's own word before its name."""
    uevent = (read_file(sysfs + "/uevent", "") or "").splitlines()
    by_name = [kind for pattern, kind in NAMES if re.match(pattern, name)]
    types = [line[8:] for line in uevent if line.startswith("DEVTYPE=")]
    if by_name:
        return by_name[0]
    if types:
        return DEVICE_TYPES.get(types[0], "other")
    number = read_file(sysfs + "/type", "1")
    return "ethernet" if number == "1" else TYPES.get(number, "other")


def link_speed(sysfs):
    """Mb/s; None where the driver does not know or the link is down."""
    speed = read_file(sysfs + "/speed", "")
    return int(speed) if speed.isdigit() and int(speed) > 0 else None


def master_interface(sysfs):
    """The bond or bridge that owns the interface; '' where none does."""
    for line in (read_file(sysfs + "/master/uevent", "") or "").splitlines():
        if line.startswith("INTERFACE="):
            return line[10:]
    return ""


def strict_source(name):
    """Whether the kernel drops here what it would answer through another interface."""
    settings = "/proc/sys/net/ipv4/conf/%s/rp_filter"
    values = [read_file(settings % which, "") for which in ("all", name)]
    return max([int(value) for value in values if value.isdigit()] or [0]) == 1


def describe_interface(sock, name):
    """What the kernel knows of one interface but its addresses. Raises OSError where it is gone."""
    sysfs = "/sys/class/net/" + name
    flags = struct.unpack_from("=H", interface_ioctl(sock, GET_FLAGS, name))[0]
    return {
        "name": name,
        "up": flags & UP != 0 and flags & RUNNING != 0,
        "loopback": flags & LOOPBACK != 0,
        "kind": "other" if flags & LOOPBACK else interface_kind(name, sysfs),
        "mtu": struct.unpack_from("=i", interface_ioctl(sock, GET_MTU, name))[0],
        "speed_mbps": link_speed(sysfs),
        "master": master_interface(sysfs),
        "mac": read_file(sysfs + "/address", ""),
        "duplex": read_file(sysfs + "/duplex", ""),
        "bond_mode": (read_file(sysfs + "/bonding/mode", "") or "").partition(" ")[0],
        "strict_source": strict_source(name),
    }


@section("interfaces")
def interfaces(args):
    """Every interface, up or down."""
    found = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        ipv4, ipv6 = ipv4_addresses(sock), ipv6_addresses()
        for _, name in socket.if_nameindex():
            with unless_removed():
                interface = describe_interface(sock, name)
                interface.update(ipv4=ipv4.get(name, []), ipv6=ipv6.get(name, []))
                found.append(interface)
    return {"interfaces": found}
