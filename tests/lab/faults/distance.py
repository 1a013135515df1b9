"""A node that is far from the others: all that it sends arrives late, as over a long line."""

from __future__ import annotations

from tests.lab.faults.bandwidth import LIMITED
from tests.lab.faults.case import NODE3, custom, warned

DELAY_S = 0.01
LATE = f"""
import collections, fcntl, os, select, socket, struct, time

SOL_PACKET, PACKET_QDISC_BYPASS = 263, 20
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", b"delay0", IFF_TAP | IFF_NO_PI))
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
wire.bind(("eth0", 0))
wire.setsockopt(SOL_PACKET, PACKET_QDISC_BYPASS, 1)
waiting = collections.deque()
while True:
    left = max(waiting[0][0] - time.monotonic(), 0) if waiting else None
    if select.select([tap], [], [], left)[0]:
        waiting.append((time.monotonic() + {DELAY_S}, os.read(tap, 65536)))
    while waiting and waiting[0][0] <= time.monotonic():
        try:
            wire.send(waiting.popleft()[1])
        except OSError:
            pass
"""
"""netem is not in every kernel, so a process holds back what is sent; it ends with its lab."""

FAR_NODE = custom(
    "far-node",
    "mkdir -p /dev/net\n[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200\n"
    "ip tuntap add mode tap name delay0\n"
    "ip link set delay0 addrgenmode none\n"
    "ip link set delay0 up\n"
    f"setsid python3 -c '{LATE}' > /dev/null 2>&1 < /dev/null &\n"
    "tc qdisc add dev eth0 clsact\n"
    "tc filter add dev eth0 egress protocol all u32 match u32 0 0 "
    "action mirred egress redirect dev delay0",
)

CASES = [
    warned(FAR_NODE, "collective.latency-is-alike", NODE3, "far", leaves=("delay0",), **LIMITED),
]
