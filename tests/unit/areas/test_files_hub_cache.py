"""What an offline run finds of a hub's repository in the caches of its nodes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.facts.environment import Environment
from checks.facts.hub_cache import CachedRepository, HubCache
from checks.model import Outcome, Severity
from checks.node.probe.hub_cache import hub_cache, hub_folder
from tests.support.snapshots import judged, snapshot, with_fact

CHECK = "files.hub-cache-is-whole"
FOLDER = "/root/.cache/huggingface/hub/models--acme--tiny"
WHOLE = CachedRepository(FOLDER, "model", True, "8f1c", 3)
BROKEN = CachedRepository(FOLDER, "model", True, "8f1c", 3, ("config.json",))
NO_SNAPSHOT = CachedRepository(FOLDER, "model", True)
ABSENT = CachedRepository(FOLDER, "model")


def found(*caches, offline=True, kind="models", shell=None, check=CHECK):
    names = tuple(f"node{number}" for number in range(1, len(caches) + 1))
    snap = snapshot(names, env={"HF_HUB_OFFLINE": "1"} if offline else {})
    for name, repository in zip(names, caches, strict=True):
        known = {f"{kind} acme/tiny": repository} if repository else {}
        with_fact(snap, name, HubCache("/root/.cache/huggingface/hub", repositories=known))
        with_fact(snap, name, Environment(shell=shell or {}))
    return {subject[0]: finding for subject, finding in judged(snap, check).items()}


@pytest.mark.parametrize("shell", [{}, {"TRANSFORMERS_OFFLINE": "true"}])
def test_whole_everywhere(shell):
    for finding in found(WHOLE, WHOLE, offline=not shell, shell=shell).values():
        assert finding.outcome is Outcome.PASS


def test_a_run_that_may_download_is_not_judged():
    assert found(WHOLE, BROKEN, offline=False)["node2"].outcome is Outcome.SKIP


@pytest.mark.parametrize(
    ("here", "cause", "words"),
    [
        (BROKEN, "incomplete", f"1 of 3 files of {FOLDER}/snapshots/8f1c are links to nothing"),
        (NO_SNAPSHOT, "incomplete", f"has no snapshot of main in {FOLDER}"),
        (ABSENT, "missing", f"{FOLDER} is missing"),
    ],
)
def test_one_that_is_not_whole_is_copied_from_one_that_is(here, cause, words):
    answers = found(BROKEN, here, WHOLE)
    finding = answers["node2"]
    assert (finding.outcome, finding.cause) == (Outcome.FAIL, cause)
    assert "--model acme/tiny on node2 " in finding.message
    assert words in finding.message
    assert "&& ssh node3 'tar -C /root/.cache" in finding.fix.command
    assert answers["node3"].outcome is Outcome.PASS


@pytest.mark.parametrize(("kind", "words"), [("models", ""), ("datasets", " --repo-type dataset")])
def test_one_that_is_whole_nowhere_is_downloaded(kind, words):
    fix = found(BROKEN, ABSENT, kind=kind)["node2"].fix
    assert fix.command == f"HF_HUB_OFFLINE=0 hf download{words} acme/tiny"


def test_what_no_cache_has_may_be_anything():
    assert {finding.outcome for finding in found(ABSENT, ABSENT).values()} == {Outcome.PASS}


OLD = replace(WHOLE, commit="1b07e55c93aa", config="other", snapshots=("1b07e55c93aa",))
NEW = replace(WHOLE, commit="8f1c2d0aa1bb", config="usual", snapshots=("8f1c2d0aa1bb",))
BOTH = replace(OLD, snapshots=("1b07e55c93aa", "8f1c2d0aa1bb"))
AGREE = "files.hub-caches-agree"


@pytest.mark.parametrize(
    ("here", "severity", "command"),
    [
        (OLD, Severity.BLOCK, "ssh node1 'tar -C"),
        (BOTH, Severity.BLOCK, f"printf 8f1c2d0aa1bb > {FOLDER}/refs/main"),
        (replace(BOTH, config="usual"), Severity.WARN, f"printf 8f1c2d0aa1bb > {FOLDER}/refs/main"),
    ],
)
def test_another_revision_is_named(here, severity, command):
    answers = found(NEW, NEW, here, check=AGREE)
    finding = answers["node3"]
    assert (finding.severity, finding.cause) == (severity, "revision-differs")
    assert "is of revision 1b07e55c93 on node3, 8f1c2d0aa1 on node1" in finding.message
    assert command in finding.fix.command
    assert {answers[name].outcome for name in ("node1", "node2")} == {Outcome.PASS}


def test_of_two_the_head_is_right():
    answers = found(NEW, OLD, check=AGREE)
    assert [answers[name].outcome for name in ("node1", "node2")] == [Outcome.PASS, Outcome.FAIL]


@pytest.mark.parametrize("here", [NEW, BROKEN, ABSENT])
def test_one_that_is_not_whole_is_of_no_revision(here):
    assert found(NEW, NEW, here, check=AGREE)["node3"].outcome is Outcome.PASS


def test_the_hub_names_the_revision_to_a_run_that_asks_it():
    assert found(NEW, OLD, offline=False, check=AGREE)["node2"].outcome is Outcome.SKIP


def test_a_config_is_compared_by_what_it_says(hub):
    blob, seen = hub / "blobs/aa", []
    for text in ('{"n": 1, "m": 2}', '{"m":2,"n":1,"transformers_version":"5"}', '{"n": 3}', "x"):
        blob.write_text(text)
        seen.append(asked(hub, "--model", "acme/tiny")["models acme/tiny"]["config"])
    assert seen[0] == seen[1]
    assert seen[2] not in ("", seen[0])
    assert seen[3] == ""


@pytest.fixture
def hub(tmp_path):
    """A cache with a snapshot of acme/tiny, all links whole."""
    folder = tmp_path / "hub/models--acme--tiny"
    for name in ("refs", "blobs", "snapshots/8f1c/sub"):
        (folder / name).mkdir(parents=True)
    (folder / "refs/main").write_text("8f1c")
    (folder / "blobs/aa").write_text("{}")
    (folder / "snapshots/8f1c/config.json").symlink_to("../../blobs/aa")
    (folder / "snapshots/8f1c/sub/b.json").symlink_to("../../../blobs/aa")
    return folder


def asked(hub, *words):
    args = {"env": {"HF_HUB_CACHE": str(hub.parent)}, "workdir": "/nowhere"}
    return hub_cache({**args, "command": ["train.py", *words]})["repositories"]


def test_a_cache_is_read(hub):
    seen = asked(hub, "--model", "acme/tiny", "--output_dir", "a/b", "data/x.json")
    assert set(seen) == {"models acme/tiny", "datasets acme/tiny"}
    model = seen["models acme/tiny"]
    assert (model["there"], model["commit"], model["files"], model["broken"]) == (
        *(True, "8f1c", 2),
        [],
    )
    assert not seen["datasets acme/tiny"]["there"]


@pytest.mark.parametrize(
    ("script", "words", "seen"),
    [
        ('p.add_argument("--model", default="acme/tiny")', (), True),
        ('NAME = "acme/tiny"\np.add_argument("-m", "--model", default=NAME)', (), True),
        ('p.add_argument("--model", default="acme/tiny")', ("--model", "acme/other"), False),
        ('p.add_argument("--model", default="acme/tiny")', ("--mod=acme/other",), False),
        ('p.add_argument("--save", default="acme/tiny")', (), False),
        ('def load():\n    return AutoConfig.from_pretrained("acme/tiny")', (), True),
        ('if rank == 0:\n    AutoConfig.from_pretrained("acme/tiny")', (), False),
        ('print("acme/tiny")', (), False),
        ("p.add_argument(", (), False),
    ],
)
def test_what_the_script_names_by_itself_is_asked_for(hub, tmp_path, script, words, seen):
    (tmp_path / "train.py").write_text(script)
    args = {"env": {"HF_HUB_CACHE": str(hub.parent)}, "workdir": str(tmp_path)}
    found = hub_cache({**args, "command": ["train.py", *words]})["repositories"]
    assert ("models acme/tiny" in found) is seen


def test_links_to_nothing_are_named(hub):
    (hub / "blobs/aa").unlink()
    assert asked(hub, "--model=acme/tiny")["models acme/tiny"]["broken"] == [
        "config.json",
        "sub/b.json",
    ]


@pytest.mark.parametrize(("revision", "files"), [("8f1c", 2), ("other", 0)])
def test_a_revision_is_that_of_the_command(hub, revision, files):
    seen = asked(hub, "--model", "acme/tiny", "--model_revision", revision)
    assert seen["models acme/tiny"]["files"] == files


@pytest.mark.parametrize(
    ("env", "folder"),
    [
        ({"HF_HUB_CACHE": "/a", "HF_HOME": "/b"}, "/a"),
        ({"HF_HOME": "/b"}, "/b/hub"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/huggingface/hub"),
    ],
)
def test_where_the_cache_is(env, folder):
    assert hub_folder(env) == folder
