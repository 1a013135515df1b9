"""accelerate's configurations are found and read as accelerate itself does."""

from __future__ import annotations

import pytest
import yaml

from checks.facts import decode_fact
from checks.facts.accelerate_config import AccelerateFile
from checks.knowledge.accelerate_config import ConfigError, parse_config
from checks.model import Outcome
from checks.node.probe.accelerate_config import accelerate_config as section
from tests.support.accelerate_files import (
    FSDP,
    PDSH,
    STANDARD,
    causes_by_node,
    finding_of,
    snapshot,
)


def test_section_reads_the_file_that_accelerate_would(tmp_path):
    folder = tmp_path / "hf" / "accelerate"
    folder.mkdir(parents=True)
    args = {"env": {"HF_HOME": str(tmp_path / "hf")}, "workdir": str(tmp_path)}
    missing = decode_fact(AccelerateFile, section(args))
    assert (missing.text, missing.why) == (None, "missing")
    assert missing.path == str(folder / "default_config.yaml")
    (folder / "default_config.json").write_text('{"deepspeed_hostfile": "hosts"}')
    (tmp_path / "hosts").write_text("node1 slots=1\n")
    as_json = decode_fact(AccelerateFile, section(args))
    assert (as_json.path[-4:], as_json.hostfile) == ("json", str(tmp_path / "hosts"))
    assert as_json.hostfile_text == "node1 slots=1\n"
    (folder / "default_config.yaml").write_text("deepspeed_config:\n  deepspeed_hostfile: /no # x")
    as_yaml = decode_fact(AccelerateFile, section(args))
    assert (as_yaml.hostfile, as_yaml.hostfile_text) == ("/no", None)


def test_json_is_read_too():
    assert parse_config("a.json", '{"num_machines": 2}').number("num_machines", 1) == 2
    for broken in ("{", "[]", '{"num_machines": "2"}'):
        with pytest.raises(ConfigError):
            parse_config("a.json", broken)


SPELLINGS = {
    "lists": "distributed_type: NO\nmachine_rank: {rank}\ngpu_ids: [0, 1]\ncommands:\n- a\n",
    "flow-map": "{{distributed_type: MULTI_GPU, machine_rank: {rank}}}",
    "nested": "distributed_type: FSDP\nfsdp_config:\n  fsdp_version: 1\n  a: {{b: {{c: 1}}}}\n",
    "anchors": "distributed_type: FSDP\nfsdp_config: &f {{fsdp_version: 2}}\nfp8_config: *f\n",
    "block-text": "distributed_type: NO\nmain_process_ip: >-\n  10.0.0.1\n",
    "quoted-keys": '"distributed_type": "MULTI_GPU"\n\'machine_rank\': 0x1\n',
    "merged": "distributed_type: FSDP\nfsdp_config:\n  <<: {{fsdp_version: 2}}\n",
}


@pytest.mark.parametrize("text", SPELLINGS.values(), ids=SPELLINGS)
def test_all_yaml_is_read_as_accelerate_reads_it(text):
    assert finding_of("config-is-accepted", snapshot(text)).outcome is Outcome.PASS
    text = text.format(rank=2)
    assert parse_config("a.yaml", text).values == yaml.safe_load(text)


def test_nested_values_are_judged():
    fsdp = "distributed_type: FSDP\nfsdp_config: {{fsdp_version: 2, fsdp_use_orig_params: true}}\n"
    assert causes_by_node("fsdp-keys-fit", snapshot(FSDP, fsdp, FSDP)) == {"node2": "fsdp1-key"}
    fix = finding_of("fsdp-keys-fit", snapshot(FSDP, fsdp, FSDP)).fix
    assert (fix.command, "use_orig_params" in fix.note) == ("", True), "sed cannot edit that line"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("distributed_type: NO\na: [1", "expected ','"),
        ("distributed_type: NO\n\ta: 1", "line 2"),
        ("distributed_type: NO\n  a: 1", "line 2"),
        ("distributed_type: 'NO", "line 1"),
        ("distributed_type: NO\nmachine_rank: !!python/name:os.getcwd", "line 2"),
        ("a: 1\n---\nb: 2", "line 2"),
        ("", "expected keys and values"),
        ("- distributed_type: NO", "expected keys and values"),
        ("day: 2024-02-31", "day"),
        ("bell: \a", "not allowed"),
        ("empty: !!int ''", ""),
        ("[" * 60_000, ""),
    ],
)
def test_what_is_no_mapping_in_yaml_is_refused_as_accelerate_refuses_it(text, reason):
    finding = finding_of("config-is-accepted", snapshot(STANDARD, text, STANDARD))
    assert (finding.cause, finding.stops) == ("not-accepted", True)
    assert reason in finding.message


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("config-is-accepted", STANDARD + "cloud_of_mine:\n  a: 1\n"),
        ("config-is-accepted", STANDARD + "{{}}: 1\n"),
        ("config-is-accepted", "{{distributed_type: NO, num_machnes: 3}}"),
        ("machine-ranks-are-whole", STANDARD.replace("machine_rank: {rank}", "'machine_rank': 7")),
        ("main-process-is-on-the-head", STANDARD.replace(": 10.0.0.1", ":\n  10.0.0.9")),
        (
            "port-is-the-checked-one",
            STANDARD.replace("main_process_port: 2", "? main_process_port\n: "),
        ),
    ],
)
def test_no_command_is_printed_that_would_not_fix_the_file(claim, text):
    finding = finding_of(claim, snapshot(STANDARD, text, STANDARD))
    assert finding.outcome is Outcome.FAIL
    assert (finding.fix.command, bool(finding.fix.note)) == ("", True)


def test_keys_that_are_no_text_are_refused():
    odd = "distributed_type: FSDP\n1: a\nfsdp_config: {{2: 3, yes: 4}}\n"
    assert finding_of("config-is-accepted", snapshot(odd)).cause == "unknown-key"


@pytest.mark.parametrize("text", [STANDARD.format(rank=1), PDSH])
def test_usual_configurations_are_read_as_accelerate_reads_them(text):
    assert parse_config("a.yaml", text).values == yaml.safe_load(text)
