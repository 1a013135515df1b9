"""Caches of a hub that lack on one node what an offline run loads there."""

from __future__ import annotations

from typing import Any

from tests.lab.faults.case import ALL, EVERY_NODE, NODE3, Case, Subjects, case, custom

CHECK = "files.hub-cache-is-whole"
MODEL = "/root/.cache/huggingface/hub/models--acme--tiny"
CACHED = custom(
    "model-cached",
    f"mkdir -p {MODEL}/refs {MODEL}/blobs {MODEL}/snapshots/8f1c /root/job\n"
    f"printf 8f1c >{MODEL}/refs/main; echo '{{}}' >{MODEL}/blobs/aa11\n"
    f"ln -s ../../blobs/aa11 {MODEL}/snapshots/8f1c/config.json; echo 'print(1)' >/root/job/t.py",
)
JOB: dict[str, Any] = {
    "workdir": "/root/job",
    "command": ("t.py", "--model", "acme/tiny"),
    "env": {"HF_HUB_OFFLINE": "1"},
}


def cached(name: str, apply: str, cause: str, subjects: Subjects = NODE3, **more: Any) -> Case:
    """The model is in every node's cache, and then this was done."""
    first = ((CACHED, ALL),)
    return case(custom(name, apply), CHECK, subjects, cause, first=first, job=JOB, **more)


CASES = [
    cached("hub-cache-without-blobs", f"rm {MODEL}/blobs/*", "incomplete"),
    cached("hub-cache-without-the-model", f"rm -r {MODEL}", "missing"),
    cached("hub-cache-without-the-snapshot", f"rm -r {MODEL}/snapshots/*", "incomplete"),
    cached(
        *("hub-caches-of-all-without-blobs", f"rm {MODEL}/blobs/*", "incomplete", EVERY_NODE),
        on=ALL,
        fixable=False,
    ),
]
