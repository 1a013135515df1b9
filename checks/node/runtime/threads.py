"""Threads for programs on nodes, also where a login may start few or map little memory."""

import resource
import threading

STACK = 1 << 20
"""Bytes for a thread: the usual 8 MiB for each section soon fill a limited address space."""
ONE_ARENA = (-8, 1)
"""M_ARENA_MAX of glibc's malloc.h: else it reserves 64 MiB of addresses for each thread."""


def new_thread(function, args):
    """A thread, not yet started, that the program's end does not wait for."""
    thread = threading.Thread(target=function, args=args)
    thread.daemon = True
    return thread


def start_service(function, *args):
    """Run it in a thread of its own, which is returned.

    Raises RuntimeError where the account may start none.
    """
    thread = new_thread(function, args)
    thread.start()
    return thread


def start_thread(function, *args):
    """Run it in a thread; here, where the account may start none.

    Returns the thread, which is then not alive.
    """
    thread = new_thread(function, args)
    try:
        thread.start()
    except RuntimeError:
        function(*args)
    return thread


def call_together(function, items):
    """What it returns for each item, called at once as far as the account may start threads.

    Raises the OSError, ValueError or LookupError of a call once all have ended.
    """
    results, errors = {}, []

    def call(number, item):
        try:
            results[number] = function(item)
        except (OSError, ValueError, LookupError) as error:
            errors.append(error)

    for thread in [start_thread(call, *numbered) for numbered in enumerate(items)]:
        if thread.is_alive():
            thread.join()
    if errors:
        raise errors[0]
    return [results[number] for number in sorted(results)]


def save_address_space():
    """Make do with few addresses where a limit leaves few: it is to be reported, not died of."""
    threading.stack_size(STACK)
    if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
        return
    import ctypes

    try:
        ctypes.CDLL(None).mallopt(*ONE_ARENA)
    except (OSError, AttributeError):
        pass  # another C library, which has no arenas
