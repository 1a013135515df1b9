"""Processes for tests that read /proc about them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Any


def start_program(words: list[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start it, and return when /proc shows its words: Popen returns amid the kernel's exec."""
    process = subprocess.Popen(words, **options)
    shown = Path(f"/proc/{process.pid}/cmdline")
    while process.poll() is None and not shown.read_bytes():
        time.sleep(0.001)
    return process
