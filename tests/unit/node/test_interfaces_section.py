"""Interfaces that come and go while they are read, as those of containers and labs do."""

from __future__ import annotations

import errno
import os
import socket

import pytest

from checks.node.probe import interfaces as section


def failing(number, code):
    """`interface_ioctl`, but that question about lo fails with `code`."""
    real = section.interface_ioctl

    def ioctl(sock, asked, name, address=""):
        if (asked, name) == (number, "lo"):
            raise OSError(code, os.strerror(code))
        return real(sock, asked, name, address)

    return ioctl


def names():
    return {interface["name"] for interface in section.interfaces({})["interfaces"]}


def test_an_interface_that_was_removed_is_left_out(monkeypatch):
    listed = [(1, "lo"), (9999, "removed0")]
    monkeypatch.setattr(socket, "if_nameindex", lambda: listed)
    assert names() == {"lo"}


def test_an_interface_that_is_removed_while_it_is_described_is_left_out(monkeypatch):
    monkeypatch.setattr(section, "interface_ioctl", failing(section.GET_MTU, errno.ENODEV))
    assert "lo" not in names()


@pytest.mark.parametrize("code", [errno.ENODEV, errno.EADDRNOTAVAIL])
def test_an_address_that_was_removed_is_left_out(monkeypatch, code):
    monkeypatch.setattr(section, "interface_ioctl", failing(section.GET_NETMASK, code))
    found = {interface["name"]: interface for interface in section.interfaces({})["interfaces"]}
    assert found["lo"]["ipv4"] == []


def test_any_other_error_is_reported(monkeypatch):
    monkeypatch.setattr(section, "interface_ioctl", failing(section.GET_FLAGS, errno.EPERM))
    with pytest.raises(PermissionError):
        section.interfaces({})
