"""accelerate's configurations: whether it accepts each, and what it then starts."""

from __future__ import annotations

import pytest

from checks.areas.accelerate.keys import TOP_KEYS
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.deepspeed_config import DeepspeedConfig, TrainingScript
from checks.facts.software import Software
from checks.model import Outcome
from tests.support.accelerate_files import (
    BESIDE,
    EVERY_NODE,
    FSDP,
    HOSTFILE,
    PATH,
    PDSH,
    STANDARD,
    causes_by_node,
    finding_of,
    outcomes,
    snapshot,
)
from tests.support.snapshots import judged, with_fact, without

OF_THE_HEAD = ("hostfile-is-there", "launcher-is-the-checked-one")


@pytest.mark.parametrize("claim", EVERY_NODE)
def test_healthy_where_every_node_starts_its_own(claim):
    assert outcomes(claim, snapshot(STANDARD)) == {Outcome.PASS}


@pytest.mark.parametrize("claim", [*EVERY_NODE, *OF_THE_HEAD])
def test_healthy_where_the_head_starts_all(claim):
    snap = snapshot(PDSH, "nonsense: [", "machine_rank: 0", hostfile=HOSTFILE)
    head = finding_of(claim, snap, "node1")
    assert head.outcome is (Outcome.SKIP if claim == "machine-ranks-are-whole" else Outcome.PASS), (
        head.message
    )
    assert not causes_by_node(claim, snap), "nobody reads the others' files"


@pytest.mark.parametrize(
    "text",
    [
        STANDARD.replace("{rank}", "2"),
        STANDARD.replace("machines: 3", "machines: 2"),
        STANDARD.replace("24", "2"),
        STANDARD.replace("10.0.0.1", "10.0.0.3"),
        STANDARD.replace("29500", "5000"),
        PDSH.replace("launcher: pdsh", "launcher: slurm"),
    ],
)
def test_what_a_start_gives_accelerate_itself_stops_none(text):
    snap = snapshot(text, STANDARD, STANDARD)
    claims = [claim for claim in (*EVERY_NODE, *OF_THE_HEAD) if "accepted" not in claim]
    found = [entry for claim in claims for entry in judged(snap, f"accelerate.{claim}").values()]
    failed = [finding for finding in found if finding.outcome is Outcome.FAIL]
    assert failed and not [finding.check for finding in failed if finding.stops]
    assert all("our start gives accelerate its own" in finding.message for finding in failed)


@pytest.mark.parametrize("claim", [*EVERY_NODE, *OF_THE_HEAD, "fsdp-keys-fit"])
def test_not_asked_where_accelerate_does_not_start(claim):
    assert outcomes(claim, snapshot("nonsense: [", launcher="deepspeed")) == {Outcome.SKIP}


@pytest.mark.parametrize("claim", [claim for claim in EVERY_NODE if "accepted" not in claim])
def test_a_file_that_is_not_accepted_is_accused_once(claim):
    snap = snapshot(STANDARD, STANDARD.replace("num_machines: 3", "num_machines: many"), STANDARD)
    assert finding_of(claim, snap).message == "see accelerate.config-is-accepted"
    assert causes_by_node("config-is-accepted", snap) == {"node2": "not-accepted"}


def test_same_network_is_not_heard_either_and_changes_nothing():
    usual = STANDARD + "same_network: true\nrdzv_backend: static\n"
    assert outcomes("config-is-accepted", snapshot(usual)) == {Outcome.PASS}


def test_no_answer_is_no_pass():
    snap = without(snapshot(STANDARD), "node1", AccelerateFile)
    assert finding_of("config-is-accepted", snap, "node1").outcome is Outcome.UNKNOWN
    assert "gave no answer" in finding_of("machine-ranks-are-whole", snap).message


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
    assert causes_by_node("config-is-accepted", snap) == {"node2": cause}
    assert word in finding_of("config-is-accepted", snap).message


@pytest.mark.parametrize(
    ("line", "version", "lacking", "cause"),
    [
        ("colour: blue\n", "1.15.0", (), "unknown-key"),
        ("debug: false\n", "0.18.0", ("debug",), "unknown-key"),
        ("debug: false\n", "1.15.0", (), None),
        ("fp16: false\n", "1.15.0", ("fp16",), None),
        ("new_key: 1\n", "9.0.0", (), None),
    ],
)
def test_keys_are_held_against_the_accelerate_that_is_installed(line, version, lacking, cause):
    newer = {"new_key"} if version == "9.0.0" else set()
    keys = tuple((TOP_KEYS | newer) - set(lacking))
    snap = snapshot(STANDARD, STANDARD + line, STANDARD)
    installed = {"packages": {"accelerate": version}, "accelerate_keys": keys}
    with_fact(snap, "node2", Software("/venv/python", "ok", **installed))
    found = finding_of("config-is-accepted", snap)
    assert (found.cause or None, found.stops) == (cause, cause is not None)


def test_a_file_that_is_missing_or_closed():
    snap = snapshot(STANDARD)
    with_fact(snap, "node2", AccelerateFile(PATH, None, "missing"))
    with_fact(snap, "node3", AccelerateFile(PATH, None, "Permission denied"))
    causes = {"node2": "config-missing", "node3": "config-unreadable"}
    assert causes_by_node("config-is-accepted", snap) == causes
    assert not finding_of("config-is-accepted", snap).stops


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
    assert causes_by_node("hostfile-is-there", snap) == {"node1": cause}


def test_launcher():
    mpi = PDSH.replace("launcher: pdsh", "launcher: openmpi")
    snap = snapshot(mpi, hostfile=HOSTFILE)
    assert causes_by_node("launcher-is-the-checked-one", snap) == {"node1": "launcher-differs"}
    assert not causes_by_node("launcher-is-the-checked-one", snapshot(mpi, backend="openmpi"))


def test_fsdp():
    assert outcomes("fsdp-keys-fit", snapshot(FSDP)) == {Outcome.PASS}
    assert outcomes("fsdp-keys-fit", snapshot(STANDARD)) == {Outcome.SKIP}
    old = FSDP.replace("fsdp_reshard_after_forward", "fsdp_use_orig_params")
    assert causes_by_node("fsdp-keys-fit", snapshot(FSDP, old, FSDP)) == {"node2": "fsdp1-key"}
    assert not causes_by_node("fsdp-keys-fit", snapshot(old.replace("version: 2", "version: 1")))
    full = "fsdp_state_dict_type: FULL_STATE_DICT\n  fsdp_offload_params: true"
    hangs = FSDP.replace("fsdp_reshard_after_forward: true", full)
    assert set(causes_by_node("fsdp-keys-fit", snapshot(hangs)).values()) == {"full-state-dict"}


@pytest.mark.parametrize(("edit", "refused"), BESIDE)
def test_keys_beside_deepspeeds_own_file(edit, refused):
    snap = snapshot(STANDARD, STANDARD.replace(*edit), STANDARD)
    expected = {"node2": "keys-beside-file"} if refused else {}
    assert causes_by_node("config-is-accepted", snap) == expected


@pytest.mark.parametrize(
    ("words", "stops"), [((), True), (("Trainer",), True), (("deepspeed.initialize",), False)]
)
def test_a_script_without_accelerate_is_not_refused(words, stops):
    snap = snapshot(STANDARD, STANDARD + "mixed_precision: bf16\n", STANDARD)
    with_fact(snap, "node2", DeepspeedConfig(None, TrainingScript("train.py", words)))
    found = finding_of("config-is-accepted", snap)
    assert (found.cause, found.stops) == ("keys-beside-file", stops)


def test_a_deepspeed_config_of_launch_toml_counts_as_that_file():
    text = "deepspeed_config:\n  zero_stage: 2\n" + FSDP
    snap = snapshot(FSDP, text, FSDP, deepspeed_config="zero3.json")
    found = finding_of("config-is-accepted", snap)
    assert found.cause == "keys-beside-file" and "zero3.json" in found.message
    assert "zero3.json must then say, if it is meant: zero_optimization.stage 2" in found.fix.note
    assert found.fix.command.endswith(PATH)
