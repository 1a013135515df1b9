"""Whether copies of one size hold the same, by some blocks of each."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from checks.areas.files.fixes import abbreviate_nodes, copy_command
from checks.facts import NodeView
from checks.facts.job_paths import JobPath
from checks.model import Verdict, block, warn
from checks.outliers.consensus import nodes_with_value, strict_majority

ZEROS = " ends in zeros"


def judge_samples(
    node: NodeView, job_path: JobPath, others: Mapping[str, JobPath]
) -> Verdict | None:
    """What differs from most nodes' copies of the same name and size.

    A tail of zeros is room that was made for a copy which never came: it blocks.
    """
    usual = {
        name: most
        for name in job_path.samples
        if (most := strict_majority(_copy_of(other, name) for other in others.values()))
    }
    differing = [
        name
        for name, most in usual.items()
        if most[1] and (here := _copy_of(job_path, name)) != most and here[0] == most[0] and here[1]
    ]
    cut = [
        name
        for name in differing
        if job_path.samples[name].endswith(ZEROS) and not usual[name][1].endswith(ZEROS)
    ]
    if not differing:
        return None
    name = (cut or differing)[0]
    having = nodes_with_value(
        {peer: _copy_of(other, name) for peer, other in others.items()}, usual[name]
    )
    folder = job_path.absolute
    if job_path.kind != "directory":
        folder = posixpath.dirname(folder)
    path = posixpath.join(folder, name)
    more = f", and {len(differing) - 1} more files" if len(differing) > 1 else ""
    what = "ends in zeros, and not" if cut else "is of the same size and other content than"
    message = f"{path} on {node.name} {what} on {abbreviate_nodes(having)}{more}"
    fix = node.fix(copy_command(node, having[0], path))
    return (block if cut else warn)("content-differs", message, fix)


def _copy_of(job_path: JobPath, name: str) -> tuple[int, str]:
    """Bytes and sample of a file; of one that is not there neither."""
    size = job_path.files.get(name, 0) if job_path.kind == "directory" else job_path.bytes
    return size, job_path.samples.get(name, "")
