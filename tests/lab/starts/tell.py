"""A rank that tells where it is, what it was given, and who can read its secret. No torch."""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

SHOWN = ("HF_HOME", "https_proxy", "TORCH_", "GLOO_", "NCCL_")
readable = 0
for path in Path("/proc").glob("[0-9]*/cmdline"):
    with contextlib.suppress(OSError):
        readable += b"hf_Secret" in path.read_bytes()
rank = int(os.environ["RANK"])
reported = {
    "node": os.uname().nodename,
    "rank": rank,
    "world": int(os.environ["WORLD_SIZE"]),
    "master": os.environ["MASTER_ADDR"],
    "env": {name: value for name, value in os.environ.items() if name.startswith(SHOWN)},
    "words": [word for word in sys.argv[1:] if not word.startswith("--local_rank=")],
    "parent": Path(f"/proc/{os.getppid()}/cmdline").read_text().split("\0"),
    "readable": readable,
    "cwd": os.getcwd(),
}
os.write(1, ("told " + json.dumps(reported) + "\n").encode())
if "sleep" in sys.argv:
    time.sleep(600)
if "fail" in sys.argv and rank == 1:
    sys.exit(3)
if "fail" in sys.argv:
    time.sleep(20)
    os.write(1, b"rank 0 went on to its end\n")
