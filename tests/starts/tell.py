"""A rank that tells where it is, what it was given, and who can read its secret. No torch."""

import contextlib
import json
import os
import sys
import time
from pathlib import Path

readable = 0
for path in Path("/proc").glob("[0-9]*/cmdline"):
    with contextlib.suppress(OSError):
        readable += b"hf_Secret" in path.read_bytes()
told = {
    "node": os.uname().nodename,
    "rank": int(os.environ["RANK"]),
    "world": int(os.environ["WORLD_SIZE"]),
    "master": os.environ["MASTER_ADDR"],
    "home": os.environ.get("HF_HOME"),
    "proxy": os.environ.get("https_proxy"),
    "blocking": os.environ.get("TORCH_NCCL_BLOCKING_WAIT"),
    "words": [word for word in sys.argv[1:] if not word.startswith("--local_rank=")],
    "readable": readable,
    "cwd": os.getcwd(),
}
os.write(1, ("told " + json.dumps(told) + "\n").encode())
if "sleep" in sys.argv:
    time.sleep(600)
