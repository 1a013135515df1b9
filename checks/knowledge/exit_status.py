"""How a process ended, in words: exit codes, and the signals that end programs."""

from __future__ import annotations

import signal

OF_SHELL = 128
"""A shell reports a command that a signal ended as this and the signal's number."""
_CODES = {
    2: "wrong arguments, or the script is not there",
    126: "not executable",
    127: "not found",
}
_SIGNALS = {
    "SIGHUP": "its terminal or login was closed",
    "SIGINT": "ctrl-C",
    "SIGQUIT": "ctrl-\\",
    "SIGILL": "illegal instruction: built for another CPU?",
    "SIGTRAP": "a debugger's trap, or a check in native code that failed",
    "SIGABRT": "it aborted itself: an error in native code that nothing caught, or a watchdog",
    "SIGBUS": "bus error: is /dev/shm full?",
    "SIGFPE": "a division by zero in native code",
    "SIGKILL": "the kernel's out-of-memory killer, or somebody",
    "SIGUSR1": "a scheduler's warning that the program does not handle",
    "SIGSEGV": "segmentation fault",
    "SIGUSR2": "a scheduler's warning that the program does not handle",
    "SIGPIPE": "whoever read its output is gone",
    "SIGALRM": "a timer of its own",
    "SIGTERM": "asked to end, by kill, a scheduler or its launcher",
    "SIGXCPU": "the limit of processor time, ulimit -t",
    "SIGXFSZ": "the limit of a file's size, ulimit -f",
    "SIGSYS": "a system call that seccomp forbids, as in a container",
}
_CRASH = "PYTHONFAULTHANDLER=1 in [env] shows where it crashed; `dmesg -T | tail` names the library"
_SENT = "whoever sent it: a scheduler's time limit, a person, or a program that watches this one"
_ADVICE = {
    "SIGKILL": "`dmesg -T | grep -iE 'killed process|out of memory'` there says whether the kernel "
    "did it for memory, `sacct -o State,MaxRSS` whether Slurm did; else somebody sent it",
    "SIGBUS": "`df -h /dev/shm` and `dmesg -T | tail` there; a memory-mapped file that was cut off "
    "or whose server is gone gives it too",
    **dict.fromkeys(("SIGSEGV", "SIGABRT", "SIGILL", "SIGFPE", "SIGTRAP"), _CRASH),
    **dict.fromkeys(("SIGHUP", "SIGINT", "SIGTERM", "SIGUSR1", "SIGUSR2"), _SENT),
}


def signal_name(number: int) -> str:
    """`SIGTERM` for 15, `signal 40` where the number has no name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def signal_meaning(number: int) -> str:
    """What the signal most often means; empty where that is not known."""
    return _SIGNALS.get(signal_name(number), "")


def signal_advice(name: str) -> str:
    """Where to look for who ended a program by the signal of that name; empty where unknown."""
    return _ADVICE.get(name, "")


def describe_exit(code: int) -> str:
    """An exit code, or a negative signal, in words."""
    if code < 0:
        return f"killed by {signal_name(-code)}{_remark(signal_meaning(-code))}"
    if OF_SHELL < code < OF_SHELL + signal.NSIG and signal_meaning(code - OF_SHELL):
        number = code - OF_SHELL
        return f"exit {code} ({signal_name(number)}: {signal_meaning(number)})"
    return f"exit {code}{_remark(_CODES.get(code, ''))}"


def name_exit(text: str) -> str:
    """An exit code as a log has it, with its signal: `-15 (SIGTERM)`, `143 (SIGTERM)`, `1`."""
    code = int(text)
    number = -code if code < 0 else code - OF_SHELL
    return f"{text} ({signal_name(number)})" if signal_meaning(number) else text


def _remark(meaning: str) -> str:
    return f" ({meaning})" if meaning else ""
