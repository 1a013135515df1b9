"""Settings for which sshd ends a session that goes on: sshd_config(5), OpenSSH 9.2 and newer."""

from __future__ import annotations

import re

from checks.facts.sshd import Sshd, SshdSetting

UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
DURATION = re.compile(r"(\d+)([smhdw]?)", re.IGNORECASE)
CHANNELS = ("session", "session:command", "session:*", "global", "*")
"""Types of channels, and patterns, of which the one of a command without a terminal is."""
OFTEN_ENOUGH_S = 30.0
"""A network, or a machine, may be silent for so long and come back."""


def seconds(text: str) -> float:
    """A time of sshd_config such as 1h30m or 90; 0 for none."""
    return float(sum(int(number) * UNITS[unit.lower()] for number, unit in DURATION.findall(text)))


def silent_end(server: Sshd) -> tuple[SshdSetting, float] | None:
    """ChannelTimeout, and after how many seconds in which nothing is said it closes a command's."""
    setting = server.setting("channeltimeout")
    for word in setting.value.split() if setting else ():
        kind, equals, text = word.partition("=")
        if setting and equals and kind in CHANNELS and seconds(text):
            return setting, seconds(text)
    return None


def impatient_end(server: Sshd) -> tuple[SshdSetting, float] | None:
    """ClientAliveInterval, and the seconds without an answer after which sshd hangs up.

    None where that is long enough: a count of 0 ends nothing, from OpenSSH 8.2 on.
    """
    interval, count = server.setting("clientaliveinterval"), server.setting("clientalivecountmax")
    tries = int(count.value) if count and count.value.isdigit() else 3
    wait = seconds(interval.value) * tries if interval else 0.0
    return (interval, wait) if interval and 0 < wait < OFTEN_ENOUGH_S else None
