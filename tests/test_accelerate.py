"""accelerate's configurations: each node's own, and what they are to each other."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import subprocess
from pathlib import Path

import pytest

from checks.accelerate.config import ConfigError, parsed
from checks.accelerate.keys import KEYS
from checks.accelerate.plain_yaml import YamlError, read_yaml
from checks.facts import decode
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.gpus import Gpus
from checks.model import Node, Outcome
from checks.probe.accelerate_config import accelerate_config as section
from tests.networks import cluster, nics
from tests.snapshots import judged, with_fact, without

PATH = "/root/.cache/huggingface/accelerate/default_config.yaml"
NAMES = ("node1", "node2", "node3")
STANDARD = """\
compute_environment: LOCAL_MACHINE
deepspeed_config:
  deepspeed_config_file: zero2.json
  deepspeed_multinode_launcher: standard
distributed_type: DEEPSPEED
machine_rank: {rank}
main_process_ip: 10.0.0.1
main_process_port: 29500
num_machines: 3
num_processes: 24
"""
PDSH = STANDARD.replace(
    "launcher: standard", "launcher: pdsh\n  deepspeed_hostfile: /run/hostfile"
).format(rank=0)
HOSTFILE = "# all\nnode1 slots=8\n10.0.0.2 slots=8\nnode3 slots=8\n"
FSDP = """\
distributed_type: FSDP
fsdp_config:
  fsdp_version: 2
  fsdp_reshard_after_forward: true
machine_rank: {rank}
main_process_ip: node1
num_machines: 3
num_processes: 24
"""


def snapshot(*texts, slots=(8, 8, 8), hostfile=None, **job):
    """Three nodes with these files, one for all or one each."""
    hosts = tuple(Node(name, slots=n) for name, n in zip(NAMES, slots, strict=True))
    snap = cluster(NAMES, hosts=hosts, **{"launcher": "accelerate", **job})
    for rank, name in enumerate(NAMES):
        text = (texts * 3)[rank].format(rank=rank)
        named = "/run/hostfile" if "deepspeed_hostfile" in text else ""
        with_fact(snap, name, AccelerateFile(PATH, text, "", named, hostfile if named else None))
        with_fact(snap, name, Gpus((), ()))
    return snap


def found(claim, snap, node="node2"):
    return judged(snap, f"accelerate.{claim}")[node,]


def fails(claim, snap):
    """{node: cause} of those that the check does not hold for."""
    findings = judged(snap, f"accelerate.{claim}")
    assert all(one.fix and one.message for one in findings.values() if one.cause)
    return {name: one.cause for (name,), one in findings.items() if one.cause}


def passes(claim, snap):
    return {one.outcome for one in judged(snap, f"accelerate.{claim}").values()}


EVERY_NODE = (
    "config-is-accepted",
    "machine-ranks-are-whole",
    "machines-and-processes-fit",
    "main-process-is-on-the-head",
    "port-is-the-checked-one",
)
OF_THE_HEAD = ("hostfile-is-there", "launcher-is-the-checked-one")


@pytest.mark.parametrize("claim", EVERY_NODE)
def test_healthy_where_every_node_starts_its_own(claim):
    assert passes(claim, snapshot(STANDARD)) == {Outcome.PASS}


@pytest.mark.parametrize("claim", [*EVERY_NODE, *OF_THE_HEAD])
def test_healthy_where_the_head_starts_all(claim):
    snap = snapshot(PDSH, "nonsense: [", "machine_rank: 0", hostfile=HOSTFILE)
    head = found(claim, snap, "node1")
    assert head.outcome is (Outcome.SKIP if claim == "machine-ranks-are-whole" else Outcome.PASS), (
        head.message
    )
    assert not fails(claim, snap), "nobody reads the others' files"


@pytest.mark.parametrize("claim", [*EVERY_NODE, *OF_THE_HEAD, "fsdp-keys-fit"])
def test_not_asked_where_accelerate_does_not_start(claim):
    assert passes(claim, snapshot("nonsense: [", launcher="deepspeed")) == {Outcome.SKIP}


@pytest.mark.parametrize("claim", [claim for claim in EVERY_NODE if "accepted" not in claim])
def test_a_file_that_is_not_accepted_is_accused_once(claim):
    snap = snapshot(STANDARD, STANDARD.replace("num_machines: 3", "num_machines: many"), STANDARD)
    assert found(claim, snap).message == "see accelerate.config-is-accepted"
    assert fails("config-is-accepted", snap) == {"node2": "not-accepted"}


def test_same_network_is_not_heard_either_and_changes_nothing():
    usual = STANDARD + "same_network: true\nrdzv_backend: static\n"
    assert passes("config-is-accepted", snapshot(usual)) == {Outcome.PASS}


def test_no_answer_is_no_pass():
    snap = without(snapshot(STANDARD), "node1", AccelerateFile)
    assert found("config-is-accepted", snap, "node1").outcome is Outcome.UNKNOWN
    assert "was not asked" in found("machine-ranks-are-whole", snap).message


@pytest.mark.parametrize(
    ("change", "cause", "word"),
    [
        (("num_machines", "num_machnes"), "unknown-key", "num_machines"),
        (("compute_environment", "cloud_of_mine"), "unknown-key", "cloud_of_mine"),
        (("distributed_type: DEEPSPEED\n", ""), "not-accepted", "distributed_type"),
        (("deepspeed_config_file", "deepspeed_config_fle"), "misspelt-key", "_file"),
        (("machine_rank: 1", "machine_rank: '1'"), "not-accepted", "whole number"),
        (("num_machines: 3", "num_machines: 3\nrdzv_backend: c10d"), "not-heard", "c10d"),
    ],
)
def test_what_accelerate_refuses_or_ignores(change, cause, word):
    bad = STANDARD.format(rank=1).replace(*change)
    assert bad != STANDARD.format(rank=1)
    snap = snapshot(STANDARD, bad, STANDARD)
    assert fails("config-is-accepted", snap) == {"node2": cause}
    assert word in found("config-is-accepted", snap).message


def test_yaml_that_is_not_read_here_is_unknown():
    odd = found("config-is-accepted", snapshot(STANDARD, "a: &x 1\n", STANDARD))
    assert odd.outcome is Outcome.UNKNOWN
    assert "line 1" in odd.message


def test_a_file_that_is_missing_or_closed():
    snap = snapshot(STANDARD)
    with_fact(snap, "node2", AccelerateFile(PATH, None, "missing"))
    with_fact(snap, "node3", AccelerateFile(PATH, None, "Permission denied"))
    causes = {"node2": "config-missing", "node3": "config-unreadable"}
    assert fails("config-is-accepted", snap) == causes
    assert not found("config-is-accepted", snap).stops


@pytest.mark.parametrize(
    ("ranks", "causes", "meant"),
    [
        ((0, 2, 1), {}, 0),
        ((0, 0, 2), {"node2": "rank-twice"}, 1),
        ((0, 1, 1), {"node3": "rank-twice"}, 2),
        ((0, 1, 3), {"node3": "rank-out-of-range"}, 2),
        ((1, 1, 2), {"node1": "head-not-rank-0"}, 0),
        ((0, 0, 0), {"node2": "rank-twice", "node3": "rank-twice"}, 1),
    ],
)
def test_machine_ranks(ranks, causes, meant):
    snap = snapshot(*(STANDARD.format(rank=rank) for rank in ranks))
    assert fails("machine-ranks-are-whole", snap) == causes
    for name in list(causes)[:1]:
        assert f"machine_rank: {meant}|" in found("machine-ranks-are-whole", snap, name).fix.command


def test_machines():
    one = STANDARD.replace("num_machines: 3", "num_machines: 1")
    assert fails("machines-and-processes-fit", snapshot(STANDARD, one, STANDARD)) == {
        "node2": "machines-differ"
    }


@pytest.mark.parametrize(
    ("processes", "slots", "stops"),
    [
        (25, (8, 8, 8), [False] * 3),
        (16, (8, 8, 8), [False] * 3),
        (48, (8, 8, 8), [True] * 3),
        (2, (8, 8, 8), [True] * 3),
        (20, (8, 8, 4), [False, False, True]),
    ],
)
def test_processes(processes, slots, stops):
    text = STANDARD.replace("num_processes: 24", f"num_processes: {processes}")
    snap = snapshot(text, slots=slots)
    assert set(fails("machines-and-processes-fit", snap).values()) == {"processes-differ"}
    findings = judged(snap, "accelerate.machines-and-processes-fit").values()
    assert [one.stops for one in findings] == stops


def test_processes_that_are_not_given_or_filtered():
    dark = without(snapshot(STANDARD, slots=(8, 8, None)), "node3", Gpus)
    assert "slots of node3" in found("machines-and-processes-fit", dark).message
    open_ended = STANDARD.replace("num_processes: 24", "num_processes: -1")
    assert passes("machines-and-processes-fit", snapshot(open_ended)) == {Outcome.PASS}
    assert passes("machines-and-processes-fit", snapshot(STANDARD, include="node1")) == {
        Outcome.SKIP
    }


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ("10.0.0.1", None),
        ("node1", None),
        ("10.0.0.3", "not-the-head"),
        ("localhost", "not-the-head"),
        ("192.0.2.1", "not-the-head"),
        ("", "no-head-address"),
    ],
)
def test_where_the_main_process_is(given, cause):
    text = STANDARD.replace("10.0.0.1", given)
    snap = snapshot(STANDARD, text, STANDARD)
    assert fails("main-process-is-on-the-head", snap) == ({"node2": cause} if cause else {})
    if cause:
        finding = found("main-process-is-on-the-head", snap)
        assert "main_process_ip: 10.0.0.1" in finding.fix.command
        assert finding.stops is (given != "192.0.2.1"), "an address translated on the way works"


def test_head_of_another_address_on_a_second_card():
    snap = snapshot(STANDARD.replace("10.0.0.1", "192.168.7.1"))
    with_fact(snap, "node1", nics(("eth0", "10.0.0.1/24"), ("ib0", "192.168.7.1/24")))
    assert not fails("main-process-is-on-the-head", snap)
    bare = snapshot(PDSH.replace("main_process_ip: 10.0.0.1\n", ""), hostfile=HOSTFILE)
    assert not fails("main-process-is-on-the-head", bare), "DeepSpeed finds it"


def test_ports():
    other = STANDARD.replace("29500", "5000")
    apart = snapshot(STANDARD, other, STANDARD)
    assert fails("port-is-the-checked-one", apart) == {"node2": "port-differs"}
    assert fails("port-is-the-checked-one", snapshot(other)) == {"node1": "port-not-checked"}
    assert not fails("port-is-the-checked-one", snapshot(other, master_port=5000))
    unsaid = STANDARD.replace("main_process_port: 29500\n", "")
    assert not fails("port-is-the-checked-one", snapshot(unsaid))


@pytest.mark.parametrize(
    ("text", "hostfile", "cause"),
    [
        (PDSH.replace("  deepspeed_hostfile: /run/hostfile\n", ""), None, "no-hostfile"),
        (PDSH, None, "hostfile-missing"),
        (PDSH, "node1 slots=8\nnode3 slots=8\n", "hostfile-differs"),
    ],
)
def test_hostfile(text, hostfile, cause):
    snap = snapshot(text, hostfile=hostfile)
    assert fails("hostfile-is-there", snap) == {"node1": cause}
    assert found("hostfile-is-there", snap, "node1").stops


def test_launcher():
    mpi = PDSH.replace("launcher: pdsh", "launcher: openmpi")
    snap = snapshot(mpi, hostfile=HOSTFILE)
    assert fails("launcher-is-the-checked-one", snap) == {"node1": "launcher-differs"}
    assert not fails("launcher-is-the-checked-one", snapshot(mpi, backend="openmpi"))


def test_fsdp():
    assert passes("fsdp-keys-fit", snapshot(FSDP)) == {Outcome.PASS}
    assert passes("fsdp-keys-fit", snapshot(STANDARD)) == {Outcome.SKIP}
    old = FSDP.replace("fsdp_reshard_after_forward", "fsdp_use_orig_params")
    assert fails("fsdp-keys-fit", snapshot(FSDP, old, FSDP)) == {"node2": "fsdp1-key"}
    assert not fails("fsdp-keys-fit", snapshot(old.replace("version: 2", "version: 1")))
    full = "fsdp_state_dict_type: FULL_STATE_DICT\n  fsdp_offload_params: true"
    hangs = FSDP.replace("fsdp_reshard_after_forward: true", full)
    assert set(fails("fsdp-keys-fit", snapshot(hangs)).values()) == {"full-state-dict"}


MENDED = [
    ("config-is-accepted", STANDARD.replace("num_machines", "num_machnes")),
    ("config-is-accepted", STANDARD + "cloud_of_mine: 1\n"),
    ("config-is-accepted", STANDARD.replace("config_file", "config_fle")),
    ("config-is-accepted", STANDARD + "same_network: true\nrdzv_backend: c10d\n"),
    ("machine-ranks-are-whole", STANDARD.replace("{rank}", "0")),
    ("machines-and-processes-fit", STANDARD.replace("machines: 3", "machines: 1")),
    ("machines-and-processes-fit", STANDARD.replace("num_machines: 3\n", "").rstrip()),
    ("machines-and-processes-fit", STANDARD.replace("24", "23")),
    ("main-process-is-on-the-head", STANDARD.replace("main_process_ip: 10.0.0.1\n", "")),
    ("port-is-the-checked-one", STANDARD.replace("29500", "1337")),
    ("fsdp-keys-fit", FSDP.replace("fsdp_reshard_after_forward", "fsdp_forward_prefetch")),
    ("hostfile-is-there", PDSH.replace("  deepspeed_hostfile: /run/hostfile\n", "")),
    ("launcher-is-the-checked-one", PDSH.replace("launcher: pdsh", "launcher: slurm")),
]


@pytest.mark.parametrize(("claim", "text"), MENDED, ids=[f"{c}-{i}" for i, (c, _) in enumerate(MENDED)])  # fmt: skip  # noqa: E501
def test_the_fix_mends_the_file(claim, text, tmp_path):
    every_node = claim in (*EVERY_NODE, "fsdp-keys-fit")
    good = FSDP if claim.startswith("fsdp") else STANDARD
    node = "node2" if every_node else "node1"
    texts = (good, text, good) if every_node else (text,)
    file = tmp_path / "default_config.yaml"
    file.write_text(text.format(rank=1))
    before = snapshot(*texts)
    bad = found(claim, with_fact(before, node, _file(before, node, path=str(file))), node)
    assert bad.outcome is Outcome.FAIL
    subprocess.run(["sh", "-c", bad.fix.command], check=True)
    after = with_fact(before, node, _file(before, node, text=file.read_text(), **_hostfile(file)))
    assert found(claim, after, node).outcome is Outcome.PASS


def _file(snap, node, **changes):
    answer = snap.answer(node, AccelerateFile.section)
    return dataclasses.replace(decode(AccelerateFile, answer["data"]), **changes)


def _hostfile(file):
    named = "deepspeed_hostfile" in file.read_text()
    return {"hostfile": "/run/hostfile", "hostfile_text": HOSTFILE} if named else {}


def test_the_hostfile_that_the_fix_writes_is_accepted(tmp_path):
    path = tmp_path / "hostfile"
    snap = snapshot(PDSH)
    missing = found("hostfile-is-there", with_fact(snap, "node1", _file(snap, "node1", hostfile=str(path))), "node1")  # fmt: skip  # noqa: E501
    subprocess.run(["sh", "-c", missing.fix.command], check=True)
    snap = snapshot(PDSH, hostfile=path.read_text())
    assert found("hostfile-is-there", snap, "node1").outcome is Outcome.PASS


def test_section_reads_the_file_that_accelerate_would(tmp_path):
    folder = tmp_path / "hf" / "accelerate"
    folder.mkdir(parents=True)
    args = {"env": {"HF_HOME": str(tmp_path / "hf")}, "workdir": str(tmp_path)}
    missing = decode(AccelerateFile, section(args))
    assert (missing.text, missing.why) == (None, "missing")
    assert missing.path == str(folder / "default_config.yaml")
    (folder / "default_config.json").write_text('{"deepspeed_hostfile": "hosts"}')
    (tmp_path / "hosts").write_text("node1 slots=1\n")
    as_json = decode(AccelerateFile, section(args))
    assert (as_json.path[-4:], as_json.hostfile) == ("json", str(tmp_path / "hosts"))
    assert as_json.hostfile_text == "node1 slots=1\n"
    (folder / "default_config.yaml").write_text("deepspeed_config:\n  deepspeed_hostfile: /no # x")
    as_yaml = decode(AccelerateFile, section(args))
    assert (as_yaml.hostfile, as_yaml.hostfile_text) == ("/no", None)


def test_json_is_read_too():
    assert parsed("a.json", '{"num_machines": 2}').number("num_machines", 1) == 2
    for broken in ("{", "[]", '{"num_machines": "2"}'):
        with pytest.raises(ConfigError):
            parsed("a.json", broken)


SCALARS = """\
a: 1
b: no
c: 'no'
d: 1.5
e: x:y
f: ~
g:
h: "q # q"  # c
i: a b # c
j: []
k: 10.0.0.1
l: 'it''s'
m: 1e5
n: -1
o: /p/q-r
p: TRUE
q: fe80::1
'r': 0
s:
  t: 0

  u: 2
v: 3"""


def test_yaml():
    values = read_yaml(SCALARS)
    assert (values["a"], values["b"], values["c"], values["d"]) == (1, False, "no", 1.5)
    assert (values["e"], values["f"], values["g"], values["h"]) == ("x:y", None, None, "q # q")
    assert (values["i"], values["j"], values["k"], values["l"]) == ("a b", [], "10.0.0.1", "it's")
    assert (values["s"], values["v"]) == ({"t": 0, "u": 2}, 3)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1", "a: [1]", "a: {b: 1}", "a: |", "a: 012", "a: 0x1", "a: 1:30", "a: 1_0",
        "- a", "a", "a: 1\na: 2", "a:\n  b: 1\n    c: 2", "  a: 1", "a: .inf", "a: !!int 1",
        "a: b: c", 'a: "x\\n"', "\ta: 1", "a:\n- b", "a: 'b", "a: 2024-01-01", "a: 1\n  b: 2",
    ],
)  # fmt: skip
def test_yaml_that_is_refused(text):
    with pytest.raises(YamlError, match="line"):
        read_yaml(text)


PUBLISHED = Path(__file__).parents[2] / "shared/data/accelerate_configs"
if PUBLISHED.is_dir():

    @pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.yaml")), ids=lambda path: path.stem)
    def test_published_configurations_are_accepted(path):
        text = path.read_text()
        snap = snapshot(text.replace("{", "{{").replace("}", "}}"))
        assert found("config-is-accepted", snap, "node1").outcome is Outcome.PASS
        assert not fails("config-is-accepted", snap)
        assert not fails("fsdp-keys-fit", snap)


if importlib.util.find_spec("yaml"):

    @pytest.mark.parametrize(
        "text",
        [SCALARS, STANDARD.format(rank=1), PDSH, *(p.read_text() for p in PUBLISHED.glob("*"))],
    )
    def test_yaml_is_read_as_accelerate_reads_it(text):
        import yaml

        assert read_yaml(text) == yaml.safe_load(text)


if importlib.util.find_spec("accelerate"):

    def test_every_key_of_the_accelerate_that_is_installed_is_known():
        origin = importlib.util.find_spec("accelerate").origin
        source = Path(origin).parent / "commands/config/config_args.py"
        classes = {c.name: c for c in ast.parse(source.read_text()).body if isinstance(c, ast.ClassDef)}  # fmt: skip  # noqa: E501
        lines = [*classes["BaseConfig"].body, *classes["ClusterConfig"].body]
        fields = {line.target.id for line in lines if isinstance(line, ast.AnnAssign)}
        assert {"machine_rank", "distributed_type"} < fields
        assert fields <= KEYS

    def test_the_accelerate_that_is_installed_does_not_hear_its_file_on_the_rendezvous(tmp_path):
        from accelerate.commands.launch import _validate_launch_command, launch_command_parser

        path = tmp_path / "config.yaml"
        ddp = FSDP.replace("FSDP", "MULTI_GPU").replace("fsdp_config:\n", "")
        lines = [line for line in ddp.format(rank=1).splitlines() if not line.startswith(" ")]
        path.write_text("\n".join([*lines, "rdzv_backend: c10d", "same_network: true"]))
        argv = ["--config_file", str(path), "train.py"]
        args, *_ = _validate_launch_command(launch_command_parser().parse_args(argv))
        assert (args.machine_rank, args.main_process_ip) == (1, "node1")
        assert (args.rdzv_backend, args.same_network) == ("static", False)
