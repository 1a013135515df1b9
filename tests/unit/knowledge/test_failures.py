"""The table of known failures: each is recognised by its own line, and whole in itself."""

from __future__ import annotations

import importlib
import re
import string
import sys

import pytest

from checks.catalogue import CATALOGUE
from checks.knowledge.failures import (
    FAILURES,
    FailureKind,
    Surroundings,
    possible_failures,
    recognise_failure,
)
from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.known import KnownFailure, versions_in
from checks.knowledge.platforms import platform_in
from launcher.diagnosis.scan import _meaningful_words
from tests.support.paths import RECORDED

if sys.version_info >= (3, 11):
    from re import _parser as parser
else:
    import sre_parse as parser

DATA = RECORDED / "failures"
SAMPLES = {
    path.stem: [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    for path in sorted(DATA.glob("*.txt"))
}
"""By layer, the id of a failure and a sample of it, or `!` with the id and a near miss."""
LINE_END = " ⏎ "
BY_LAYER = {
    layer: [known for known in FAILURES.values() if known.layer == layer]
    for layer in sorted({known.layer for known in FAILURES.values()})
}
# one test for a layer, not for a failure: thousands of tests take longer to count than to run
in_each_layer = pytest.mark.parametrize("layer", BY_LAYER)


@in_each_layer
def test_each_failure_is_recognised_by_a_sample_of_a_real_log(layer):
    wrong = [(name, sample) for name, sample in SAMPLES[layer] if not is_right(name, sample)]
    assert not wrong
    assert {name for name, _ in SAMPLES[layer] if name[0] != "!"} == {
        known.id for known in BY_LAYER[layer]
    }


def is_right(name, sample):
    """Whether the sample shows the failure, all gaps filled; of a near miss, that it does not."""
    found = shown_by(sample)
    if name.startswith("!"):
        return name[1:] in FAILURES and name[1:] not in found
    return name in found and gaps_of(FAILURES[name]) <= found[name].keys()


GENERAL = set(
    re.findall(
        r"\S+",
        """
    compiler-refused-source cuda-tool-fatal native-assertion cuda-peer-access datasets-arrow-json
    data-column-missing triton-ptx-codegen
    program-has-no-such-command eaddrinuse-legacy devicemesh-dimension-unknown
    bnb-library-missing bnb-missing-for-quantization c10d-object-broadcast-pickle c10d-store-failed
    command-failed cuda-invalid-ordinal cuda-no-gpus-available cuda-no-kernel cuda-oom
    data-path-missing data-path-relative dcp-missing-key deepspeed-launcher-refused disk-full
    ds-groups-do-not-divide dtensor-mixed-with-tensor eaddrinuse enroot-registry-refused
    gcc-missing-header hf-ds-mismatch hf-missing-name hip-invalid-device-function hip-out-of-memory
    history-argument-count history-attribute-missing history-name-missing hub-path-as-repo-id
    ib-reg-mr inductor-backend-failed lib-cuda-driver-missing lib-cuda-undefined lib-torch-abi
    library-not-executable lightning-options-refused llamafactory-no-samples memory-refused
    cuda-operation-not-supported native-library-gave-up megatron-helpers-not-built
    cuda-illegal-access nccl-heartbeat nccl-timeout-barrier-prep ucx-caught-crash
    nccl-nvls-failed nccl-remote-ended nccl-remote-error rocm-memory-fault torch-empty-list
    module-missing mpi-error-in-call mpi-rank-exited nccl-connect-failed nccl-connect-retries
    nccl-dup-gpu
    nccl-dup-gpu-legacy nccl-over-container-bridge nccl-over-link-local nccl-shm-segment
    nccl-timeout-zero3-save nccl-watchdog-timeout ofi-memory-registration package-asked-for
    package-attribute-missing package-name-missing package-submodule-missing pdsh-ssh-exit
    peer-reset permission-denied-file pod-not-placed python-circular-import
    python-path-is-none python-json-empty
    python-json-syntax rank-bus-error ray-actor-died release-object-attribute
    release-unexpected-keyword remote-command-not-found remote-lib-missing script-arguments-refused
    shapes-not-broadcast shapes-not-multiplied skypilot-no-capacity skypilot-not-in-catalog
    slurm-step-cancelled slurm-task-exited ssh-publickey-denied ssh-unresolvable
    tcpstore-client-timeout tcpstore-connect-errno te-fused-attention-cudnn torch-shape-on-load
    torch-state-dict-keys torchrun-death-signal torchrun-worker-failed
    slurm-time-limit batch-time-limit job-deadline ib-modify-qp store-wait-timeout
    trainer-checkpoint-rename-race trainer-unused-arguments trl-options-refused zero3-empty-weight
    """,
    )
)
"""Entries that may fit what a more special one is for, which goes before them."""


@in_each_layer
def test_only_general_entries_fit_samples_of_others(layer):
    for name, sample in SAMPLES[layer]:
        if name[0] != "!":
            assert others_on_its_lines(name, sample) <= GENERAL, (name, sample)


def others_on_its_lines(name, sample):
    """The entries that fit a line of the sample which shows the failure too."""
    text, around = surroundings_of(sample)
    fitting = [
        {
            known.id
            for known, match in possible_failures(line)
            if known.groups_in(match, around) is not None and is_of_platform(known, around)
        }
        for line in text.splitlines()
    ]
    return set().union(*(ids - {name} for ids in fitting if name in ids))


def is_of_platform(known, around):
    """Whether an entry would be taken: where the log names an accelerator, those of it go first."""
    return not around.platform or known.platforms


def gaps_of(known):
    """The names in braces in its texts."""
    texts = (known.cause, known.fix)
    return {gap for text in texts for _, gap, _, _ in string.Formatter().parse(text) if gap}


def shown_by(sample):
    """By id, the groups of the failures that the sample's lines show."""
    text, around = surroundings_of(sample)
    found = [recognise_failure(line, around) for line in text.splitlines()]
    return {known.id: groups for known, groups in filter(None, found)}


def surroundings_of(sample):
    """The sample's text, and what stands around each of its lines."""
    text = sample.replace(LINE_END, "\n")
    frames = re.findall(r'^ *File "([^"]+)"', text, re.MULTILINE)
    platform = next(filter(None, map(platform_in, text.splitlines())), None)
    name = platform.name if platform else ""
    return text, Surroundings(text, frames, versions_in(text), name)


def test_no_two_failures_have_one_name():
    names = [
        known.id
        for module in {known.layer for known in FAILURES.values()}
        for known in importlib.import_module(f"checks.knowledge.failures.{module}").FAILURES
    ]
    assert sorted(names) == sorted(FAILURES)


@pytest.mark.parametrize("says", ["[::1]:29500", "(a", "100 % 4 2", ""])
def test_an_entry_that_could_not_be_searched_for_by_its_letters_is_refused(says):
    with pytest.raises(ValueError, match="letters"):
        KnownFailure(FailureKind.ROOT, "made-up", says, cause="c", fix="f")


def test_the_letters_of_each_word_are_enough_to_search_by():
    assert min(len(re.sub("[^A-Za-z]", "", word)) for word in _meaningful_words()) >= 2


def test_an_entry_is_read_as_it_is_written():
    entry = read_entries(
        r"""
FIX = clean
   {path} up
root some-failure, survivable
  shows   cannot write {path:/\S+} of {name}: it is full
  unless  a|
          b c
  cause   {path} is
          full
  fix     {FIX} in the {WHERE}
  checks  one, two
silent other-failure
  says    one word
  says    " two words"
  cause   a
  fix     b
""",
        WHERE="morning",
    )
    first, second = entry
    assert first == KnownFailure(
        FailureKind.ROOT,
        "some-failure",
        ("cannot write ",),
        r"cannot\ write\ (?P<path>/\S+)\ of\ (?P<name>\S+):\ it\ is\ full",
        unless="a|b c",
        cause="{path} is full",
        fix="clean {path} up in the morning",
        checks=("one", "two"),
        survivable=True,
    )
    assert (second.kind, second.says) == (FailureKind.SILENT, ("one word", " two words"))


@pytest.mark.parametrize(
    "text", ["worse some-id\n  says  a", "root some-id\n  sayz  a\n  cause b\n  fix c"]
)
def test_a_malformed_entry_is_refused(text):
    with pytest.raises((TypeError, ValueError)):
        read_entries(text)


def test_each_layer_has_samples():
    assert SAMPLES.keys() == BY_LAYER.keys()


@in_each_layer
def test_what_a_failure_says_is_whole(layer):
    for known in BY_LAYER[layer]:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+|eaddrinuse|interrupted", known.id)
        assert len(known.cause.split()) > 3, known.id
        assert known.fix, known.id
        assert not known.cause.endswith("."), known.id
        assert set(known.checks) <= CATALOGUE.keys(), known.id
        assert set(known.follows) <= FAILURES.keys() - {known.id}, known.id


@in_each_layer
def test_no_line_matches_without_one_of_its_literals(layer):
    for known in BY_LAYER[layer]:
        for text in fixed(parser.parse(known.regex.pattern)):
            assert any(literal in text for literal in known.literals), (known.id, text)


def fixed(parsed):
    """The texts that a parsed pattern can match, with NUL for what is not fixed."""
    texts = [""]
    for operator, value in parsed:
        texts = [text + part for text in texts for part in parts(str(operator), value)]
    return texts


def parts(kind, value):
    if kind == "LITERAL":
        return [chr(value)]
    if kind == "IN" and {str(name) for name, _ in value} == {"LITERAL"}:
        return [chr(code) for _, code in value]
    if kind == "BRANCH":
        return [text for branch in value[1] for text in fixed(branch)]
    if kind == "SUBPATTERN":
        return fixed(value[3])
    if kind == "MAX_REPEAT" and value[:2] == (0, 1):
        return ["", *fixed(value[2])]
    return [""] if kind in ("ASSERT", "ASSERT_NOT", "AT") else ["\0"]


@in_each_layer
def test_each_gap_is_filled_by_every_line(layer):
    for known in BY_LAYER[layer]:
        assert gaps_of(known) <= lasting_groups(known), known.id


def lasting_groups(known):
    """The names of the groups that every line fills which shows the failure."""
    groups = {"nearest"} if known.corrects else {"multiples"} if known.divides else set()
    for pattern in (known.regex.pattern, known.near):
        parsed = parser.parse(pattern, re.MULTILINE)
        names = {number: name for name, number in parsed.state.groupdict.items()}
        groups |= {names[number] for number in lasting(parsed) & names.keys()}
    return groups


def lasting(parsed):
    """The numbers of the groups that take part in every match."""
    found = set()
    for operator, value in parsed:
        kind = str(operator)
        if kind == "SUBPATTERN":
            found |= {value[0]} | lasting(value[3])
        elif kind == "BRANCH":
            found |= set.intersection(*map(lasting, value[1]))
        elif kind == "MAX_REPEAT" and value[0]:
            found |= lasting(value[2])
    return found


def test_few_words_in_the_middle_of_a_sentence_show_nothing():
    texts = {
        text.replace("\0", "").strip()
        for known in FAILURES.values()
        for text in fixed(parser.parse(known.regex.pattern))
    }
    few = [text for text in texts if re.fullmatch(r"[A-Za-z]+(?: [A-Za-z]+){0,3}", text)]
    lines = [f"of others which {text} when it is said" for text in few]
    lines += [f"{text}{end} of others when it is said" for text in few for end in ("", "s")]
    assert len(few) > 80
    assert [line for line in lines if recognise_failure(line)] == []


def test_few_words_show_a_failure_where_a_message_begins():
    for before in ("", "CUDA error: ", "[2026-11-21 08:16:00,679] ", "error ", "WARN ", "'"):
        for after in ("", " (101)", ": x", "'"):
            found = recognise_failure(f"{before}invalid device ordinal{after}")
            assert found and found[0].id == "cuda-invalid-ordinal", (before, after)


def test_ordinary_lines_show_nothing():
    lines = (
        "{'loss': 2.5511, 'grad_norm': 1.2, 'learning_rate': 2e-05, 'epoch': 0.1}",
        "[2026-11-21 08:16:00,679] [INFO] [launch.py:351:main] Process 3120 exits successfully.",
        "node1:796:840 [0] NCCL INFO Connected all rings, use ring PXN 0 GDR 1",
        "DeepSpeed Op Builder: Installed CUDA version 12.2 does not match the version torch was "
        "compiled with 12.1 but since the APIs are compatible, accepting this combination",
        "[INFO] [runner.py:515:main] Using IP address of 10.0.0.1 for node node1",
        "[launch.py:259:sigkill_handler] ['python'] exits with return code = 0",
        "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
    )
    assert [recognise_failure(line) for line in lines] == [None] * len(lines)


def test_a_root_comes_before_what_follows_from_it():
    line = "DistNetworkError: The client socket has timed out after 5000ms while trying to connect "
    assert recognise_failure(line + "to (None, 29901).")[0].kind is FailureKind.ROOT
    assert recognise_failure(line + "to (10.0.0.1, 29901).")[0].id == "tcpstore-client-timeout"


def failure(**conditions):
    return KnownFailure(
        FailureKind.ROOT, "a-b", "some boom", r"some boom (?P<n>\d)", cause="", fix="", **conditions
    )


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({}, True),
        ({"near": r"^disk (?P<disk>\w+) full$"}, True),
        ({"near": "disk empty"}, False),
        ({"unless": "disk sda"}, False),
        ({"unless": "disk sdb"}, True),
        ({"frame": "deepspeed/runtime"}, True),
        ({"frame": "deepspeed/launcher"}, False),
        ({"versions": "nccl>=2.28.3,<2.28.9"}, True),
        ({"versions": "nccl>=2.28.9"}, False),
        ({"versions": "nccl<2.28.9,>=2.9"}, True),
        ({"versions": "deepspeed<1"}, False),
    ],
)
def test_a_condition_looks_at_what_surrounds_the_line(conditions, holds):
    known = failure(**conditions)
    around = Surroundings(
        "disk sda full\nsome boom 3", ["/v/deepspeed/runtime/engine.py"], {"nccl": "2.28.3"}
    )
    groups = known.groups_in(known.regex.search("some boom 3"), around)
    assert (groups is not None) == holds
    if groups and "disk" in known.near:
        assert groups == {"disk": "sda", "n": "3"}
