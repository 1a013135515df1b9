"""What a run that is offline loads from its own node's cache of a hub."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from checks.areas.files.caches import is_offline
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.hub_cache import CachedRepository, HubCache
from checks.model import Fix, Verdict, block, ok, skip, warn
from checks.outliers.consensus import majority_value

MOST_NAMED = 3
REVISION_LENGTH = 10


@node_check("files.hub-cache-is-whole", HubCache, Environment)
def hub_cache_is_whole(node: NodeView) -> Verdict:
    """What an offline run names on a hub is whole in the cache of every node.

    `from_pretrained("owner/name")` on a node that lacks a file ends that rank alone, with words
    about a network that nobody meant to use.

    Measured: With `HF_HUB_OFFLINE` or `TRANSFORMERS_OFFLINE`, the arguments of the command that are
    called `owner/name` and are no path, the defaults of options that it leaves out, and what the
    script gives `from_pretrained` or `load_dataset` as text: the snapshot of `--revision`, else
    of `main`, in `HF_HUB_CACHE` or `HF_HOME`, and whether each of its links leads to a file. What
    no node has in its cache may be something else, and is not judged.

    Fix:
        incomplete: links to nothing, or no snapshot of that revision, as where a copy left out the
            blobs. Copies the repository's folder from a node where it is whole, links as links;
            where it is so on none, downloads it.
        missing: another node has it. The same.
    """
    if not is_offline(node):
        return skip("the run is not offline: what is not in the cache is downloaded")
    for name, here in node.read(HubCache).repositories.items():
        known = _on_nodes(node, name)
        if any(repository.there for repository in known.values()) and not here.whole:
            return _faulty_verdict(node, name, here, known)
    return ok(f"{node.read(HubCache).hub} has what the command names there")


@node_check("files.hub-caches-agree", HubCache, Environment)
def hub_caches_agree(node: NodeView) -> Verdict:
    """What an offline run names on a hub is of the same revision in the cache of every node.

    `refs/main` is as old as the node's last download. Ranks that load other revisions build models
    of other shapes, which ends their first collective, or train on other data without a word.

    Measured: As `files.hub-cache-is-whole`, the revision that the cache knows `--revision`, else
    `main`, by, against most nodes. Blocks where the models' `config.json` differ too, else warns.

    Fix:
        revision-differs: names most nodes' revision in the cache's refs, or copies the repository's
            folder from a node that has it. An option such as `--revision COMMIT` holds all to one.
    """
    if not is_offline(node):
        return skip("the run is not offline: the hub names the revision")
    for name, here in node.read(HubCache).repositories.items():
        known = {peer: other for peer, other in _on_nodes(node, name).items() if other.whole}
        commits = {peer: other.commit for peer, other in known.items()}
        usual = majority_value(commits, node.job.head) if here.whole else here.commit
        if here.commit != usual:
            source = next(peer for peer, commit in commits.items() if commit == usual)
            return _other_revision(node, name, known[source], source)
    return ok(f"{node.read(HubCache).hub} has the revisions that most nodes have")


def _other_revision(node: NodeView, name: str, usual: CachedRepository, source: str) -> Verdict:
    cache = node.read(HubCache)
    here, (kind, repository) = cache.repositories[name], name.split(" ", 1)
    path, option = f"{here.folder}/refs/{cache.revision}", f"--{here.option} " * bool(here.option)
    own, others = (commit[:REVISION_LENGTH] for commit in (here.commit, usual.commit))
    differs = here.config != usual.config
    effect = "its config.json differs too" if differs else "and the run is offline"
    message = (
        f"{option}{repository} is of revision {own} on {node.name}, {others} on {source}"
        f" ({path}): {effect}"
    )
    fix = _fix(node, kind, repository, here, {source: usual})
    if usual.commit in here.snapshots:
        command = f"printf {shlex.quote(usual.commit)} > {shlex.quote(path)}"
        fix = node.fix(command, f"as on {source}; the snapshot is there already")
    return (block if differs else warn)("revision-differs", message, fix)


def _on_nodes(node: NodeView, name: str) -> dict[str, CachedRepository]:
    caches = node.cluster.facts_by_node(HubCache)
    return {
        peer: cache.repositories[name]
        for peer, cache in caches.items()
        if name in cache.repositories
    }


def _faulty_verdict(
    node: NodeView, name: str, here: CachedRepository, known: Mapping[str, CachedRepository]
) -> Verdict:
    kind, repository = name.split(" ", 1)
    option = f"--{here.option} " if here.option else ""
    revision = node.read(HubCache).revision
    if not here.there:
        cause, why = "missing", f"is not in the cache: {here.folder} is missing"
    elif here.broken:
        names = ", ".join(here.broken[:MOST_NAMED])
        more = " …" if len(here.broken) > MOST_NAMED else ""
        snapshot = f"{here.folder}/snapshots/{here.commit}"
        number = f"{len(here.broken)} of {here.files} files of {snapshot}"
        cause, why = "incomplete", f"is broken: {number} are links to nothing ({names}{more})"
    else:
        cause, why = "incomplete", f"has no snapshot of {revision} in {here.folder}"
    message = f"{option}{repository} on {node.name} {why}, and the run is offline"
    return block(cause, message, _fix(node, kind, repository, here, known))


def _fix(
    node: NodeView,
    kind: str,
    repository: str,
    here: CachedRepository,
    known: Mapping[str, CachedRepository],
) -> Fix:
    source = next((peer for peer, other in known.items() if other.whole), "")
    if not source:
        words = " --repo-type dataset" if kind == "datasets" else ""
        command = f"HF_HUB_OFFLINE=0 hf download{words} {shlex.quote(repository)}"
        return node.fix(command, "no node has it whole; needs a way to the hub")
    above, _, folder = known[source].folder.rpartition("/")
    pack = shlex.join(("tar", "-C", above, "-cf", "-", "--", folder))
    own = shlex.quote(here.folder.rpartition("/")[0])
    command = f"mkdir -p {own} && ssh {source} {shlex.quote(pack)} | tar -C {own} -xf -"
    return node.fix(command, f"{source} has it whole; blobs and links are copied as they are")
