"""Modules of Python's library that torch and DeepSpeed cannot be imported without.

Found by putting an empty module of each name before the library: Python 3.11, torch 2.13, DeepSpeed
0.19. Others, such as `calendar`, `code` or `test`, do no harm.
"""

_NAMES = """
argparse ast asyncio base64 binascii bisect cmath collections concurrent contextlib contextvars
copy copyreg ctypes dataclasses datetime decimal dis email encodings enum fnmatch fractions
functools gettext glob heapq hmac http importlib inspect ipaddress json keyword linecache logging
math mmap multiprocessing numbers opcode operator pathlib pickle pkgutil platform pprint queue
quopri random re reprlib select selectors shutil signal socket ssl string struct subprocess
sysconfig tempfile textwrap threading timeit token tokenize traceback types typing unicodedata
unittest urllib uuid warnings weakref zlib zoneinfo
"""
NEEDED_BY_TRAINING = frozenset(_NAMES.split())
