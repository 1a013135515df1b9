"""Modes and owners that keep the login from what it needs: opened, and never installed again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from checks.facts import ClusterView
from checks.facts.account import Account
from checks.facts.denial import Denial
from checks.facts.files import Files, FolderSpace, KeptFile, PathState
from checks.facts.rendezvous import Rendezvous
from checks.facts.smoke import Smoke, SmokeRank, SmokeReport
from checks.facts.software import Software
from checks.facts.write_locks import WriteLock
from tests.support.installed import FOUND, PYTHON, SITE, cluster, folder, software, toolchain
from tests.support.snapshots import judged, snapshot, with_fact

CLOSED = Denial(SITE, "root", "root", 0o700, "o", "rx", folder=True)
ACCOUNT = Account("eva", 1000, "/home/eva", "/bin/bash", "n", "", "", "3.11.2", "Linux", 8, 1)
OFFLOAD = {"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}}
OPEN = f"sudo chmod o+rx {SITE}"
IMPORT = SmokeReport("import deepspeed", error="ImportError", detail="cannot import name 'x'")


def found(check, snap):
    """(cause, command) of the second node's finding."""
    finding = judged(snap, check)[("node2",)]
    return finding.cause, finding.fix and finding.fix.command


def denied(**fields):
    """Two nodes, of which the second has these fields of its interpreter."""
    return with_fact(cluster(software=software(**fields)), "node2", ACCOUNT)


@pytest.mark.parametrize("state", ["denied", "crashed"])
def test_the_folder_on_the_way_to_the_interpreter_is_opened(state):
    snap = with_fact(denied(), "node2", Software(PYTHON, state, denied_by=CLOSED))
    assert found("software.python-is-there", snap) == ("python-denied", OPEN)


def test_a_package_that_is_there_is_opened_and_not_installed():
    snap = denied(modules={**FOUND, "torch": None}, denied={"torch": CLOSED})
    assert found("software.deepspeed-is-installed", snap) == ("package-denied", OPEN)
    assert judged(snap, "software.versions-are-equal")[("node2",)].outcome.value == "skip"


@pytest.mark.parametrize("path", ["/opt/private", "/root"])
def test_a_folder_that_is_closed_for_other_reasons_is_not_accused(path):
    other = replace(CLOSED, path=path)
    snap = denied(modules={**FOUND, "torch": None}, denied={"torch": other})
    assert found("software.deepspeed-is-installed", snap)[0] == "torch-missing"


def test_what_the_script_imports_is_opened():
    closed = replace(CLOSED, path="/run/tool")
    snap = denied(unfound=("tool.train",), denied={"tool.train": closed})
    snap.job = replace(snap.job, command=("-m", "tool.train"))
    command = "sudo chmod o+rx /run/tool"
    assert found("software.program-is-importable", snap) == ("package-denied", command)


def test_metadata_are_opened():
    file = replace(CLOSED, path=f"{SITE}/torch-2.5.1.dist-info/METADATA", need="r", folder=False)
    snap = denied(packages={"deepspeed": "0.16.0"}, denied={"torch": file})
    cause, command = found("software.packages-have-their-metadata", snap)
    assert (cause, command) == ("metadata-denied", f"sudo chmod o+r {file.path}")


def test_a_compiler_is_opened():
    closed = replace(CLOSED, path="/usr/bin/g++", need="x", folder=False)
    tools = toolchain(compiler_path="", denied={"c++": closed})
    snap = with_fact(cluster(OFFLOAD, toolchain=tools), "node2", ACCOUNT)
    command = "sudo chmod o+x /usr/bin/g++"
    assert found("software.operators-can-be-built", snap) == ("tool-denied", command)


@pytest.mark.parametrize(
    ("denial", "command"),
    [
        (CLOSED, OPEN),
        (replace(CLOSED, who="u", owner="eva", mode=0o055), f"chmod u+rx {SITE}"),
        (replace(CLOSED, who="g", mode=0o705), f"sudo chmod g+rx {SITE}"),
        (replace(CLOSED, more=7, root="/v/torch"), "sudo chmod -R o+rX /v/torch"),
        (replace(CLOSED, path=f"{SITE}/a", root=f"{SITE}/a"), f"sudo chmod -R o+rX {SITE}/a"),
        (replace(CLOSED, path="/home/eva/p"), "sudo chown -R $(id -u) /home/eva/p"),
        (
            replace(CLOSED, path="/home/eva/p/a.py", folder=False, more=7, root="/home/eva/p"),
            "sudo chown -R $(id -u) /home/eva/p",
        ),
        (replace(CLOSED, path="/home/eva/p", who="u", mode=0o55), "chmod u+rx /home/eva/p"),
        (replace(CLOSED, path="/home/evan/p"), "sudo chmod o+rx /home/evan/p"),
        (replace(CLOSED, mode=0o755), f"namei -l {SITE}; getfacl -p {SITE}"),
    ],
)
def test_an_import_in_a_rank_is_opened_for_whom_the_login_is(denial, command):
    rank = SmokeRank(0, 1, 0.5, IMPORT, "", denied=denial)
    snap = with_fact(denied(), "node2", Smoke(1, 1.0, (rank,)))
    with_fact(snap, "node1", Smoke(1, 1.0, (rank,)))
    assert found("training.smoke-trains", snap) == ("package-denied", command)


def test_torch_is_opened_where_ranks_meet():
    torch = Rendezvous(error="ImportError", detail="cannot import name 'x'", denied=CLOSED)
    snap = with_fact(denied(), "node2", torch)
    with_fact(snap, "node1", torch)
    assert found("collective.ranks-meet", snap) == ("package-denied", OPEN)


@pytest.mark.parametrize(
    ("denial", "command"),
    [
        (replace(CLOSED, path="/run", need="x"), "sudo chmod o+x /run"),
        (
            replace(CLOSED, path="/run/train.py", need="r", folder=False),
            "sudo chmod o+r /run/train.py",
        ),
    ],
)
def test_a_file_of_the_job_is_opened(denial, command):
    workdir = PathState("there", "/run", "directory")
    script = PathState("denied", "/run/train.py", denied=denial)
    snap = with_fact(denied(), "node2", Files(workdir, {"train.py": script}))
    whole = PathState("there", "/run/train.py", "file", 10, "aa")
    with_fact(snap, "node1", Files(workdir, {"train.py": whole}))
    assert found("files.same-files-are-equal", snap) == ("denied", command)


@pytest.mark.parametrize(
    ("denial", "command"),
    [
        (replace(CLOSED, path="/out", need="x"), "sudo chmod o+x /out"),
        (replace(CLOSED, path="/out/x", who="u", mode=0o500, need="wx"), "chmod u+wx /out/x"),
        (
            replace(CLOSED, path="/out/x", mode=0o755, need="wx"),
            "sudo mkdir -p /out/x && sudo chown $(id -u) /out/x",
        ),
        (
            replace(CLOSED, path="/home/eva/out", mode=0o755, need="wx"),
            "sudo chown -R $(id -u) /home/eva/out",
        ),
    ],
)
def test_an_output_folder_is_opened_or_given_to_the_login(denial, command):
    output = FolderSpace("there", "/out/x", "/out/x", directory=True, denied=denial)
    snap = with_fact(denied(), "node2", Files(PathState("there", "/run"), output=output))
    with_fact(snap, "node1", Files(PathState("there", "/run")))
    assert found("files.output-is-writable", snap) == ("not-writable", command)


@pytest.mark.parametrize(
    ("kept", "cause", "command"),
    [
        (
            KeptFile(replace(CLOSED, path="/out/latest", mode=0o644, need="w")),
            *("not-writable", "sudo chown $(id -u) /out/latest"),
        ),
        (
            KeptFile(replace(CLOSED, path="/out/latest", who="u", mode=0o444, need="w")),
            *("not-writable", "chmod u+w /out/latest"),
        ),
        (
            KeptFile(lock=WriteLock("/out/latest", "i")),
            *("immutable", "sudo chattr -i /out/latest"),
        ),
        (KeptFile(), "", None),
    ],
)
def test_what_a_checkpoint_replaces_is_given_to_the_login(kept, cause, command):
    output = FolderSpace("there", "/out", "/out", directory=True, writable=True, kept=kept)
    output = replace(output, free_bytes=10**12)
    snap = with_fact(denied(), "node2", Files(PathState("there", "/run"), output=output))
    with_fact(snap, "node1", Files(PathState("there", "/run")))
    assert found("files.output-is-writable", snap) == (cause, command)


@pytest.mark.parametrize(("mode", "need"), [(0o700, "x"), (0o755, "wx")])
def test_a_cache_that_another_took_in_the_logins_home_is_given_back_whole(mode, need):
    cache = replace(CLOSED, path="/home/eva/.cache", mode=mode, need=need)
    kept = folder("/home/eva/.cache/torch_extensions", writable=False, denied=cache)
    snap = with_fact(cluster(OFFLOAD, toolchain=toolchain(extensions=kept)), "node2", ACCOUNT)
    command = "sudo chown -R $(id -u) /home/eva/.cache"
    assert found("software.build-folders-are-usable", snap) == ("not-writable", command)


NO_SUDO = "as root: there is no sudo; why"


def account(uid, *, sudo):
    return replace(ACCOUNT, uid=uid, sudo=sudo)


@pytest.mark.parametrize(
    ("who", "plain", "piped", "owning", "note"),
    [
        (account(0, sudo=False), "x", "x | y", "chown $(id -u) /o", "why"),
        (account(1000, sudo=True), "sudo x", "sudo sh -c 'x | y'", "sudo chown $(id -u) /o", "why"),
        (
            account(1000, sudo=False),
            "x",
            "x | y",
            "chown 1000 /o",
            "as root: there is no sudo; why",
        ),
    ],
)
def test_what_root_must_type_has_sudo_where_there_is_one(who, plain, piped, owning, note):
    node = ClusterView(with_fact(snapshot(("node1",)), "node1", who))["node1"]
    fixes = [node.fix(command, "why", root=True) for command in ("x", "x | y")]
    fixes.append(node.owning_fix("/o", "why"))
    assert [fix.command for fix in fixes] == [plain, piped, owning]
    assert fixes[0].note == note
    assert node.fix("", "why", root=True).note == "why"


RUN = Denial("/run", "1500", "1500", 0o755, "o", "w", folder=True, uid=1500)
NUMBERS = "; eva is user 1501 on node2, and 1500, the owner, on node[1,3]"


@pytest.mark.parametrize(
    ("here", "elsewhere", "owner", "words"),
    [
        (1501, 1500, 1500, NUMBERS),
        (1500, 1500, 1500, ""),
        (1501, 1501, 1500, ""),
        (1501, 1500, 0, ""),
        (1501, 1500, None, ""),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_a_login_of_another_number_is_said_to_be_one(here, elsewhere, owner, words, shared):
    snap = snapshot(output="/run/out")
    denied = replace(RUN, uid=owner)
    for name, number in (("node1", elsewhere), ("node2", here), ("node3", elsewhere)):
        with_fact(snap, name, replace(ACCOUNT, uid=number))
        out = folder("/run/out", state="missing", shared=shared, writable=name != "node2")
        out = replace(out, denied=denied if name == "node2" else None)
        with_fact(snap, name, Files(PathState("there", "/run"), output=out))
    finding = judged(snap, "files.output-is-writable")["node2",]
    assert finding.cause == "not-writable" and finding.message.partition(")")[2] == words
    renumbered = finding.fix.command == "sudo usermod -u 1500 eva"
    assert renumbered is bool(words and shared)


def test_what_may_not_be_read_by_a_login_of_another_number_is_said_too():
    snap = snapshot(exist=("/run/data",))
    for name, number in (("node1", 1500), ("node2", 1501), ("node3", 1500)):
        with_fact(snap, name, replace(ACCOUNT, uid=number))
        there = PathState("there", "/run/data")
        closed = PathState("denied", "/run/data", denied=replace(RUN, mode=0o700, need="rx"))
        path = closed if name == "node2" else there
        with_fact(snap, name, Files(PathState("there", "/run"), exist={"/run/data": path}))
    assert NUMBERS in judged(snap, "files.needed-files-exist")["node2",].message
