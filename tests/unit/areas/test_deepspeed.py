"""DeepSpeed's config as a file: there, read, the job's own; and no sound one is accused."""

import json
import subprocess
import sys

import pytest

from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig
from checks.knowledge.deepspeed_config import parse_config
from checks.model import HERE, Outcome
from checks.node.probe.deepspeed_config import deepspeed_config as section
from tests.support.hjson_cases import READABLE, REFUSED
from tests.support.paths import ROOT
from tests.support.snapshots import judged, with_fact, without
from tests.support.zero_cases import (
    CLAIMS,
    MICRO,
    NVME,
    PLAIN,
    TRAINER,
    apply_fix,
    cluster,
    finding,
    outcome,
    outcomes_in,
    zero,
)


@pytest.mark.parametrize("claim", CLAIMS)
def test_nothing_is_asked_without_a_config(claim):
    result = judged(cluster({}, deepspeed_config=None), claim)
    assert {finding.outcome for finding in result.values()} == {Outcome.SKIP}


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if "nvme" not in claim])
def test_a_config_that_is_not_there_is_the_business_of_files(claim):
    snap = with_fact(cluster({}), "node1", DeepspeedConfig(ConfigText("missing", "/run/ds.json")))
    result = finding(claim.partition(".")[2], snap)
    assert result.outcome is Outcome.SKIP


def test_no_answer_is_no_pass():
    snap = without(cluster({}), "node1", DeepspeedConfig)
    assert finding("keys-are-known", snap).outcome is Outcome.UNKNOWN
    assert outcome("config-is-readable", " " * 300_000 + "{}") == "unknown"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ('{"bf16": {}}', PLAIN, "pass"),
        ('{"bf16": {}', PLAIN, "not-json!"),
        ("", PLAIN, "not-json!"),
        ("[" * 100_000, PLAIN, "not-json!"),
        ("[1]", PLAIN, "not-an-object!"),
        ('{"bf16": {}, "bf16": {}}', TRAINER, "duplicate-key!"),
        ('{"fp16": {"enabled": 1, "enabled": 0}}', PLAIN, "duplicate-key!"),
        ('{"bf16": {}, // why\n}', PLAIN, "hjson"),
        ('{"a": "http://x" # why\n "b": 1}', PLAIN, "hjson"),
        ("{train_batch_size: 8}", PLAIN, "hjson"),
        ("{train_batch_size: 8}", None, "hjson"),
        ("{train_batch_size: 8}", TRAINER, "not-json!"),
        ("null", PLAIN, "not-an-object!"),
        (" \n", PLAIN, "not-json!"),
        ('{"bf16": {},}', TRAINER, "not-json!"),
        ('{"bf16": {},}', ("Accelerator",), "not-json!"),
        ('{"a": "x"\n "b": 1}', PLAIN, "comma-missing"),
        ('{"a": "x" # why\n "b": 1}', PLAIN, "hjson"),
        ('{"a": "x"\n b: 1}', TRAINER, "not-json!"),
        ('{"a": 1 "b": 2}', TRAINER, "not-json!"),
    ],
)
def test_the_file_is_json(text, words, expected):
    assert outcome("config-is-readable", text, words) == expected


@pytest.mark.parametrize(("name", "text"), READABLE.items(), ids=READABLE)
def test_hjson_is_read_as_deepspeed_reads_it(name, text):
    lacking = "comma-missing" if name == "no-commas" else "hjson"
    assert outcome("config-is-readable", text) == lacking
    assert parse_config(text).get("train_batch_size") == 8
    assert outcome("batch-sizes-agree", text) == "batch-mismatch!", "8 are too few for 16 ranks"


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_deepspeeds_reader_refuses_is_refused(text):
    assert outcome("config-is-readable", text)[-1] == "!"


MISNAMED = '{"zero_optimisation": {"stage": 3}}'


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("keys-are-known", MISNAMED),
        ("keys-are-known", f"{MISNAMED[:-1]}, }} # Hjson"),
        ("keys-are-known", '{"zero_optimization": {}, "stage": 3}'),
        ("config-is-readable", "{"),
        ("config-is-readable", "{a: 1}"),
    ],
)
@pytest.mark.parametrize(
    ("copies", "here"),
    [
        ({"at_path": {"ds.json": "a"}, "source": "/run"}, "/run/ds.json"),
        ({"in_folder": {"ds.json": "a"}, "source": "/me", "folder": "/me"}, "/me/ds.json"),
        ({"at_path": {"t.py": "a"}, "source": "/run"}, ""),
        (None, ""),
    ],
)
def test_a_correction_is_typed_where_the_next_sync_takes_it_from(claim, text, copies, here):
    snap = cluster(text, workdir="/run")
    for node in snap.job.names if copies else ():
        with_fact(snap, node, ControllerFiles(**copies, sync_line="launcher sync"))
    fix = finding(claim, snap).fix
    assert fix.on == (HERE if here else "node1")
    assert fix.command.endswith("launcher sync") == bool(here)
    assert here in f"{fix.command} {fix.note}"
    assert "this machine" not in fix.note, "it says where by itself"
    after_that = ("and copies it to all nodes", "it is copied to all nodes after that", "first, ")
    assert not here or any(words in fix.note for words in after_that)
    assert not here or "; then" not in fix.note


def test_a_config_outside_the_folder_that_a_sync_copies_is_corrected_on_the_node():
    snap = cluster(MISNAMED, path="/data/ds.json", deepspeed_config="/data/ds.json", workdir="/run")
    copies = ControllerFiles({"/data/ds.json": "a"}, sync_line="launcher sync", source="/run")
    for node in snap.job.names:
        with_fact(snap, node, copies)
    fix = finding("keys-are-known", snap).fix
    assert (fix.on, "/data/ds.json" in fix.command) == ("node1", True)
    assert fix.note == "then copy the file to the other nodes, unless they share it"


def test_an_hjson_file_is_not_rewritten(tmp_path):
    text = '{\n  # ours\n  "zero_optimisation": {"stage": 3}, "zero_optimisation_": 1\n}'
    fix = finding("keys-are-known", cluster(text)).fix
    assert (fix.command, "by hand" in fix.note) == ("", True)
    text = '{\n  # ours\n  "zero_optimisation": {"stage": 3}\n}'
    (tmp_path / "ds.json").write_text(text)
    snap = cluster(text, path=tmp_path / "ds.json", python=sys.executable)
    command = finding("config-is-readable", snap).fix.note.split("`")[1]
    printed = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert json.loads(printed.stdout) == {"zero_optimisation": {"stage": 3}}
    assert (tmp_path / "ds.json").read_text() == text


def test_a_comma_that_is_missing_is_set(tmp_path):
    config = {"bf16": {"enabled": True}, "zero_optimization": {"stage": 2}, "steps_per_print": 8}
    lines = json.dumps(config, indent=2).splitlines()
    text = "\n".join(line.removesuffix(",") + " " for line in lines)
    claim = "config-is-readable"
    assert apply_fix(tmp_path, claim, text, TRAINER) == config
    message = finding(claim, cluster(text, TRAINER)).message
    assert message.endswith("line 4 and 7, which Hugging Face's Trainer refuses")


def test_both_readers_say_where_they_stop():
    message = finding("config-is-readable", cluster('{"a": 1 "b": 2}')).message
    assert "line 1, column 16: Bad key name" in message
    assert "a JSON reader stops at line 1, column 9" in message


def test_what_is_no_json_is_named_by_line_and_column():
    result = finding("config-is-readable", cluster('{\n "a": 1,\n "b" 2\n}'))
    assert "line 3, column 6" in result.message
    assert "+3 /run/ds.json" in result.fix.command
    assert outcome("keys-are-known", "{") == "skip"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("t.py", "--deepspeed", "ds.json"), "pass"),
        (("t.py", "--deepspeed_config=./ds.json"), "pass"),
        (("t.py", "--deepspeed_config", "/run/ds.json"), "pass"),
        (("t.py", "--deepspeed", "other/ds.json"), "another-config"),
        (("t.py", "--deepspeed"), "skip"),
    ],
)
def test_the_config_is_the_one_in_the_command(command, expected):
    assert outcome("config-is-the-one-given", {}, command=command) == expected


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"fp16": {"enabled": True}, "bf16": {"enabled": True}}, "two-precisions!"),
        ({"fp16": {"enabled": True}, "bfloat16": {"enabled": True}}, "two-precisions!"),
        ({"fp16": {"enabled": "auto"}, "bf16": {"enabled": True}}, "pass"),
        ({"fp16": {"enabled": True}}, "pass"),
    ],
)
def test_precision(config, expected):
    assert outcome("precision-is-one", config) == expected


@pytest.mark.parametrize("claim", ["keys-are-known", "values-are-accepted"])
@pytest.mark.parametrize("config", [{"stage": 3}, {"amp": {}, "zero_optimization": {"stge": 3}}])
def test_the_printed_edit_fixes_it(tmp_path, claim, config):
    apply_fix(tmp_path, claim, config)


def asked(folder, **more):
    return section({"workdir": str(folder), "deepspeed_config": "ds.json", **more})


def test_the_section_reads_config_script_and_folders(tmp_path):
    (tmp_path / "ds.json").write_text(json.dumps(zero(offload_param=NVME | {"nvme_path": "n/m"})))
    (tmp_path / "t.py").write_text("from transformers import TrainingArguments\n")
    found = asked(tmp_path, command=["t.py"])
    assert json.loads(found["config"]["text"])[MICRO] == 1
    script = {
        "path": "t.py",
        "words": ["TrainingArguments"],
        "arguments": None,
        "settings": {},
        "outputs": [],
    }
    assert found["script"] == script
    assert found["nvme"]["n/m"]["nearest"] == str(tmp_path)
    assert found["nvme"]["n/m"]["writable"]


def test_the_section_takes_no_secret_along(tmp_path):
    (tmp_path / "ds.json").write_text('{"comet": {"api_key" : "s3\\"cret", "project": "p"}}')
    assert json.loads(asked(tmp_path)["config"]["text"]) == {
        "comet": {"api_key": "***", "project": "p"}
    }


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("{comet: {api_key: s3cret, yes\n}}", ["api_key"]),
        ("{'api-token': 'a\\'b', steps_per_print: 1}", ["api-token"]),
        ("{password: '''\n  two\n  lines\n  '''\n}", ["password"]),
        ('{"note": "see, key: abc", "a_key": 5}', ["a_key"]),
        ("{key: [1], token: null, secret: true}", []),
    ],
)
def test_the_section_takes_no_secret_of_hjson_along(tmp_path, text, secrets):
    (tmp_path / "ds.json").write_text(text)
    before, after = parse_config(text), parse_config(asked(tmp_path)["config"]["text"])
    flat = [{**config.values, **config.section("comet")} for config in (before, after)]
    assert [key for key in flat[0] if flat[1][key] != flat[0][key] and key != "comet"] == secrets
    assert all(flat[1][key] == "***" for key in secrets)


@pytest.mark.parametrize(
    "text",
    [
        '{"zero_optimization": {"offload_param": {"nvme_path": "n/\\u00e9"}}}',
        "{zero_optimization: {offload_param: {device: nvme\n nvme_path: n/é\n}}}",
        "{'nvme_path': 'n/é', \"nvme_path\": null, nvme_path: {}}",
    ],
)
def test_the_section_looks_at_the_folders_that_hjson_names(tmp_path, text):
    (tmp_path / "ds.json").write_text(text)
    assert asked(tmp_path)["nvme"]["n/é"]["nearest"] == str(tmp_path)


@pytest.mark.parametrize("text", ["[]", "{", '{"zero_optimization": 1}', "\0", "[" * 100_000])
def test_the_section_takes_any_text(tmp_path, text):
    (tmp_path / "ds.json").write_text(text)
    assert asked(tmp_path)["nvme"] == {}


def test_the_section_waits_for_no_pipe_and_says_what_is_missing(tmp_path):
    assert asked(tmp_path)["config"]["state"] == "missing"
    subprocess.run(["mkfifo", tmp_path / "ds.json"], check=True)
    assert asked(tmp_path)["config"]["detail"] == "not a file"
    assert section({"workdir": "/", "deepspeed_config": None}) == {"config": None, "script": None}


def test_the_example_is_in_order():
    assert outcomes_in(ROOT / "examples/tiny_gpt", "zero2.json") == {}
