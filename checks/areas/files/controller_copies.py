"""Whether the ranks run what the user sees."""

from __future__ import annotations

import posixpath

from checks.check import Tag, cluster_check
from checks.facts import ClusterView
from checks.facts.controller_files import ControllerFiles, known_digests
from checks.facts.files import Files
from checks.facts.job_paths import JobPaths
from checks.facts.local_modules import LocalModules
from checks.folded_names import fold_names
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

OWN_ID = "files.nodes-have-the-controllers-files"


@cluster_check(
    OWN_ID,
    Files,
    JobPaths,
    LocalModules,
    ControllerFiles,
    tags=(Tag.DECISIVE,),
)
def nodes_have_the_controllers_files(cluster: ClusterView) -> Verdict:
    """The script and the configs on the nodes are the ones that the controller has.

    Nothing is copied by a start: after an edit here the ranks run what was copied there before,
    and nothing in their output says so.

    Measured: Digests on the nodes, against a file of the same path on the controller, and against
    one of that name in the folder of the call: the script and its own modules, the DeepSpeed
    config, what `same` lists, and configs among the arguments. What the controller does not have is
    not compared.

    Fix:
        differs: the line that copies the working directory to the nodes.
        differs-in-folder: `workdir` is another folder, and the file in the one of the call differs;
            warns.
    """
    copies = next(
        (node.read(ControllerFiles) for node in cluster.nodes_with(ControllerFiles)), None
    )
    if copies is None or not (copies.at_path or copies.in_folder):
        return skip("the controller has none of the files that the job runs")
    usual = _usual_digests(cluster)
    differing = [path for path, digest in copies.at_path.items() if _differs(usual, path, digest)]
    if differing:
        return _differing_verdict(cluster, copies, differing)
    elsewhere = [path for path, digest in copies.in_folder.items() if _differs(usual, path, digest)]
    if elsewhere:
        return _other_folder_verdict(cluster, copies, elsewhere)
    compared = dict.fromkeys(path for path in (*copies.at_path, *copies.in_folder) if path in usual)
    if not compared:
        return skip("no node has any of them; see files.same-files-are-equal")
    return ok(f"as on the controller: {', '.join(compared)}")


def _differs(usual: dict[str, str], path: str, digest: str) -> bool:
    return path in usual and usual[path] != digest


def _usual_digests(cluster: ClusterView) -> dict[str, str]:
    """By path as written, the digest that most nodes have."""
    found: dict[str, dict[str, str]] = {}
    for name, digests in _digests_by_node(cluster).items():
        for path, digest in digests.items():
            found.setdefault(path, {})[name] = digest
    return {path: majority_value(nodes, cluster.job.head) for path, nodes in found.items()}


def _digests_by_node(cluster: ClusterView) -> dict[str, dict[str, str]]:
    return {
        node.name: known_digests(node.read(Files), node.read(JobPaths), node.read(LocalModules))
        for node in cluster.nodes_with(Files, JobPaths, LocalModules)
    }


def _digests_of(cluster: ClusterView, path: str) -> dict[str, str]:
    """Of one file, by node that has it."""
    nodes = _digests_by_node(cluster).items()
    return {name: digests[path] for name, digests in nodes if path in digests}


def _nodes_with_another(cluster: ClusterView, path: str, digest: str) -> list[str]:
    return [name for name, other in _digests_of(cluster, path).items() if other != digest]


def _differing_verdict(
    cluster: ClusterView, copies: ControllerFiles, differing: list[str]
) -> Verdict:
    nodes = _nodes_with_another(cluster, differing[0], copies.at_path[differing[0]])
    what = posixpath.join(cluster.job.workdir, differing[0])
    more = f", and {len(differing) - 1} more," if len(differing) > 1 else ""
    message = (
        f"{what}{more} differs between this machine and {fold_names(nodes)}: the ranks would run "
        "what is there, not what you see here"
    )
    note = "here; it copies the files to the nodes, as `start --sync` does"
    fix = Fix(copies.sync_line, note=note + _way_with_theirs(cluster, differing))
    return block("differs", message, fix, files=differing, nodes=nodes)


def _way_with_theirs(cluster: ClusterView, differing: list[str]) -> str:
    """What to do where the nodes' files are right: only where they agree can they stay as they are.

    The head may be this very machine: then another check stops the start for the difference.
    """
    alike = all(len({*_digests_of(cluster, path).values()}) == 1 for path in differing)
    if not alike:
        return "; where theirs is right, copy that one here first"
    return (
        ""
        if {OWN_ID, "files"} & {*cluster.job.allow}
        else f"; where theirs are right: --allow {OWN_ID}"
    )


def _other_folder_verdict(
    cluster: ClusterView, copies: ControllerFiles, differing: list[str]
) -> Verdict:
    here = posixpath.join(copies.folder, differing[0])
    there = posixpath.join(cluster.job.workdir, differing[0])
    message = f"the ranks will run {there} of the nodes, which differs from {here} of this machine"
    fix = Fix(note="copy it there, if the one here is meant")
    return warn("differs-in-folder", message, fix, files=differing)
