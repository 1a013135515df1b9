"""The paths among the command's arguments: every rank is given the same ones."""

from __future__ import annotations

import posixpath
import re

from checks.areas.files.fixes import (
    abbreviate_nodes,
    copy_command,
    explain_unreadable,
    meant,
    right_digest,
)
from checks.areas.files.sharing import missing_mount_fix, path_on_nodes
from checks.check import Tag, node_check
from checks.facts import NodeView
from checks.facts.job_paths import JobPath, JobPaths
from checks.facts.network_mounts import NetworkMounts
from checks.model import Verdict, block, ok, skip, warn
from checks.outliers.consensus import nodes_with_value

INPUT_OPTION = re.compile("train|eval|data|model|tokenizer|config|resume|load|file|vocab|deepspeed")


@node_check(
    "files.paths-in-the-command-are-there",
    JobPaths,
    tags=(Tag.DECISIVE,),
    optional=(NetworkMounts,),
)
def paths_in_the_command_are_there(node: NodeView) -> Verdict:
    """What the command's arguments name is on every node, and its small text files are equal.

    Every rank gets the same command line. A path that is missing on one node ends its ranks alone;
    with a config that differs they train something else.

    Measured: Arguments that can only be paths: with `/`, `./` or `../` in front, or the suffix of a
    config, of data or of weights; and the word of an option that names a folder of data
    (`--data-dir data`). Options whose name says that they are written (`--output_dir`,
    `--logging_dir`, `--cache_dir` …) are ignored, and so are names on a hub. YAML, JSON, TOML and
    Python files below 1 MiB are compared by content. So are the files that a YAML or JSON file of
    these names, or accelerate's configuration where that is read: DeepSpeed's config blocks,
    another file warns, and only where most nodes have it. Plain names of data
    (`--data corpus`) and the script's own defaults are looked at where they are there.

    Fix:
        missing: an `scp` line, or the `mount` that the others have or /etc/fstab has.
        differs: an `scp` line.
        missing-everywhere: on no node, and nothing under `before` makes it; warns.
        hangs: names the mount that does not answer.
        denied, error: shows which folder or file is in the way; unmounts a mount whose daemon or
            server is gone.
    """
    job_paths = node.read(JobPaths)
    if not (job_paths.arguments or job_paths.named or job_paths.guessed):
        return skip("the command's arguments name no path to read")
    if not job_paths.workdir.there and any(
        not posixpath.isabs(path) for path in job_paths.arguments
    ):
        return skip("the working directory is not there; see files.workdir-is-there")
    for path, option in job_paths.arguments.items():
        verdict = _path_verdict(node, path, option, job_paths.paths[path])
        if verdict is not None:
            return verdict
    for path, option in job_paths.guessed.items():
        here = job_paths.paths[path]
        elsewhere = any(other.there for other in path_on_nodes(node, path).values())
        if not here.there and (elsewhere or here.state != "denied"):
            return block(*explain_unreadable(node, here, f"--{option} {path}", fetch=""))
    for path, key in job_paths.named.items():
        verdict = _named_verdict(node, path, key, job_paths.named_paths[path])
        if verdict is not None:
            return verdict
    return ok(", ".join((*job_paths.arguments, *job_paths.guessed, *job_paths.named)))


def _named_verdict(node: NodeView, path: str, key: str, here: JobPath) -> Verdict | None:
    """What a file names: whether a rank opens it is known of DeepSpeed's config alone."""
    answered = node.cluster.facts_by_node(JobPaths)
    seen = {name: facts.named_paths.get(path) for name, facts in answered.items()}
    having = {name: other for name, other in seen.items() if other and other.there}
    deepspeed = "deepspeed" in key.partition(" ")[0]
    if not having and deepspeed:
        return _missing_everywhere_verdict(node, f"{path}, {key},", "deepspeed", here)
    if not (deepspeed or len(having) * 2 > len(answered)):
        return None
    verdict = block if deepspeed else warn
    if not here.there:
        source = copy_command(node, next(iter(having)), here.absolute)
        what = f"{path}, {key},"
        return verdict(*explain_unreadable(node, here, what, fetch=source, elsewhere=having))
    digests = {name: other.digest for name, other in having.items() if other.digest}
    most = right_digest(having, node.job.head)
    if not here.digest or here.digest == most:
        return None
    sources = nodes_with_value(digests, most)
    message = f"{path}, {key}, on {node.name} differs from the one on {abbreviate_nodes(sources)}"
    return verdict("differs", message, node.fix(copy_command(node, sources[0], here.absolute)))


def _path_verdict(node: NodeView, path: str, option: str, job_path: JobPath) -> Verdict | None:
    others = {name: other for name, other in path_on_nodes(node, path).items() if other.there}
    what = f"--{option} {path}" if option else path
    if job_path.state == "missing" and not others:
        return _missing_everywhere_verdict(node, what, option, job_path)
    if not job_path.there:
        fetch = copy_command(node, next(iter(others)), job_path.absolute) if others else ""
        cause, message, fix = explain_unreadable(
            node, job_path, what, fetch=fetch, elsewhere=others
        )
        return block(
            cause,
            message,
            (cause == "missing" and missing_mount_fix(node, path, job_path.absolute)) or fix,
        )
    digests = {name: other.digest for name, other in others.items() if other.digest}
    most = right_digest(others, node.job.head)
    if not job_path.digest or job_path.digest == most:
        return None
    having = nodes_with_value(digests, most)
    message = f"{what} on {node.name} differs from the one on {abbreviate_nodes(having)}"
    return block("differs", message, node.fix(copy_command(node, having[0], job_path.absolute)))


def _missing_everywhere_verdict(
    node: NodeView, what: str, option: str, job_path: JobPath
) -> Verdict | None:
    """On no node: an error only where nothing makes it first and its name says that it is read."""
    if (
        node.job.before
        or not INPUT_OPTION.search(option.lower())
        or not posixpath.isabs(job_path.absolute)
    ):
        return None
    message = f"{what} is on no node that answered{meant(job_path)}"
    todo = "put it there or correct the path, unless the script makes it"
    if "/~/" in job_path.absolute:
        message += "; a rank is given the ~ as it stands, with no shell to expand it"
        todo = "write the folder in place of ~, unless the script itself expands it"
    return warn("missing-everywhere", message, node.fix("", todo))
