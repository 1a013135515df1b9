"""The calls of a rank's main thread: from py-spy, else from the hook in the rank's Python.

py-spy only reads. The hook answers a signal, which a rank gets only where it can be seen to expect
it, and not while it calls another: torch gives up a TCP connection that a signal interrupts.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import time

from checks.node.runtime.files import READ_LIMIT, decode_text
from checks.node.runtime.pipes import Conversation
from launcher.agent.shutdown import has_signal_handler

INNER_FRAMES, OUTER_FRAMES = 40, 10
ANSWER_S = 1.0
SETTLED_S = 0.05
FRAME_PATTERN = re.compile(r'^  File "(.*)", line (\d+) in (.*)$', re.MULTILINE)


def start_py_spy(home, pid):
    """py-spy at work on a rank; None where it is not there."""
    return start_tool(py_spy_command(home, pid))


def py_spy_command(home, pid):
    """py-spy where it is: beside the training interpreter, or on the login's path."""
    try:
        with open(os.path.join(home, "plan.json")) as file:
            own = os.path.dirname(json.load(file)["train"][0])
    except (OSError, ValueError, LookupError):
        own = ""
    tool = shutil.which("py-spy", path="%s:%s" % (own, os.environ.get("PATH", os.defpath)))
    return [tool, "dump", "--nonblocking", "--json", "--pid", str(pid)] if tool else None


def start_tool(argv):
    """A tool at work, or None."""
    with contextlib.suppress(OSError):
        if argv:
            pipe = subprocess.PIPE
            return subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    return None


def tool_output(tool, deadline):
    """What the tool printed, and its complaint; it is killed where it is not quick."""
    conversation = Conversation(tool)
    try:
        conversation.run(max(0.1, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        tool.kill()
        conversation.close()
        return "", "it took too long"
    conversation.close()
    return decode_text(conversation.out), decode_text(conversation.err).strip()


def py_spy_frames(tool, pid, deadline):
    """The main thread's frames as py-spy printed them, innermost first; and else its complaint."""
    if tool is None:
        return [], "py-spy is not installed there"
    out, complaint = tool_output(tool, deadline)
    try:
        threads = json.loads(out)
    except ValueError:
        return [], "py-spy: %s" % (complaint.splitlines() or ["no word"])[0][:200]
    main = [thread for thread in threads if thread.get("os_thread_id") == pid] or threads[:1]
    frames = main[0]["frames"] if main else []
    calls = [[frame["name"], frame["filename"], frame["line"]] for frame in frames]
    return calls, "py-spy saw no call"


def main_thread_stack(home, pid, seen, calling):
    """`seen` by py-spy, else asked of the rank: frames as [function, file, line], or why none.

    `calling` says that the rank waits for the answer to a TCP connection.
    """
    frames, complaint = seen
    if frames:
        return {"stack": shorten_stack(frames), "why": ""}
    frames, why = ([], "a signal would end its call") if calling else request_stack(home, pid)
    complaint = "" if frames else "%s; faulthandler: %s" % (complaint, why)
    return {"stack": shorten_stack(frames), "why": complaint}


def shorten_stack(frames):
    """The innermost calls, and the outermost, which are the program's own."""
    outer = frames[INNER_FRAMES:]
    return frames[:INNER_FRAMES] + outer[-OUTER_FRAMES:]


def request_stack(home, pid):
    """What faulthandler wrote on the signal that the hook waits for."""
    path, number = find_hook_file(os.path.join(home, "hook"), pid)
    if not path or not has_signal_handler(pid, number):
        return [], "its Python has no hook of ours"
    before = os.path.getsize(path)
    try:
        os.kill(pid, number)
    except OSError as error:
        return [], error.strerror
    size, deadline = before, time.monotonic() + ANSWER_S
    while time.monotonic() < deadline:
        time.sleep(SETTLED_S)
        known, size = size, os.path.getsize(path)
        if size == known > before:
            with open(path, errors="replace") as file:
                file.seek(before)
                frames = FRAME_PATTERN.findall(file.read(READ_LIMIT))
                return [[call, path, int(line)] for path, line, call in frames], "no frame"
    return [], "it did not answer"


def find_hook_file(folder, pid):
    """The hook's file in that process and its signal; empty where it is not open there as said."""
    with contextlib.suppress(OSError, ValueError):
        for name in os.listdir(folder):
            owner, _, rest = name.partition(".")
            number, _, answers_to = rest.partition(".")
            path = os.path.realpath(os.path.join(folder, name))
            if owner == str(pid) and os.readlink("/proc/%d/fd/%s" % (pid, number)) == path:
                return path, int(answers_to)
    return "", 0
