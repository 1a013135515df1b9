"""Addresses that mean something on one machine, or on one interface, alone."""

from __future__ import annotations

import functools
import ipaddress


@functools.lru_cache(maxsize=4096)
def is_link_local(address: str) -> bool:
    """Whether it is an IPv6 address that means something on one interface alone, fe80::…"""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    return parsed.version == 6 and parsed.is_link_local


@functools.lru_cache(maxsize=4096)
def is_loopback(address: str) -> bool:
    """Whether it means the asking machine itself, 127.… or ::1."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
