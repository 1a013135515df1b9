"""Caches of a hub that lack on one node what an offline run loads there."""

from __future__ import annotations

from typing import Any

from tests.lab.faults.case import ALL, EVERY_NODE, NODE3, Case, Subjects, case, custom

CHECK = "files.hub-cache-is-whole"
AGREE = "files.hub-caches-agree"
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


def dated(name: str, apply: str, **more: Any) -> Case:
    """The model is in every node's cache, and one has another revision of it."""
    new = f"cp -r {MODEL}/snapshots/8f1c {MODEL}/snapshots/1b07; printf 1b07 >{MODEL}/refs/main\n"
    found = ((AGREE, NODE3, "revision-differs"),)
    severity = {more.pop("severity"): found}
    return Case(custom(name, new + apply), first=((CACHED, ALL),), job=JOB, **severity, **more)


OTHER_SHAPE = (
    f"rm {MODEL}/snapshots/1b07/*; echo '{{\"n_embd\": 32}}' >{MODEL}/snapshots/1b07/config.json"
)
CASES = [
    dated("hub-cache-of-another-revision", OTHER_SHAPE, severity="blocks"),
    dated("hub-cache-of-another-revision-of-one-shape", "", severity="warns"),
    dated(
        "hub-cache-of-another-revision-alone",
        f"{OTHER_SHAPE}; rm -r {MODEL}/snapshots/8f1c",
        severity="blocks",
    ),
    cached("hub-cache-without-blobs", f"rm {MODEL}/blobs/*", "incomplete"),
    cached("hub-cache-without-the-model", f"rm -r {MODEL}", "missing"),
    cached("hub-cache-without-the-snapshot", f"rm -r {MODEL}/snapshots/*", "incomplete"),
    cached(
        *("hub-caches-of-all-without-blobs", f"rm {MODEL}/blobs/*", "incomplete", EVERY_NODE),
        on=ALL,
        fixable=False,
    ),
]
