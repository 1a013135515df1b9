"""How logs are read: from wherever they are, however odd, and shown without what is secret."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import sys

import pytest

from benchmarks import diagnose as benchmark
from checks.knowledge.failures import LITERALS
from launcher import cli
from launcher.diagnosis import log_sources as sources
from launcher.diagnosis import scan
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.log_lines import Place, parse_time
from launcher.diagnosis.masked_line import masked_line
from launcher.diagnosis.prefixes import Prefixes, find_hosts
from launcher.diagnosis.render import diagnosis_json, render_diagnosis
from launcher.diagnosis.scan import TRACEBACK
from launcher.diagnosis.traces import Trace
from launcher.rank_output import parse_step_line
from launcher.record import RunRecord
from tests.support.verdicts import OOM, REFUSED, STEPS, diagnosis_of, failure_id, write


@pytest.mark.parametrize(
    ("line", "node", "rank", "text"),
    [
        ("node1: hello", "node1", None, "hello"),
        ("10.0.0.7: hello", "10.0.0.7", None, "hello"),
        ("[rank3]: hello", "", 3, "hello"),
        ("[rank3]:[E418 18:32:45.457 x.cpp:1] [Rank 3] hello", "", 3, None),
        ("node1: [rank3]:   File", "node1", 3, "  File"),
        ("node2  1: hello", "node2", 1, "hello"),
        ("node2 launcher: hello", "node2", None, "hello"),
        ("3: hello", "", 3, "hello"),
        ("[1,5]<stderr>: hello", "", 5, "hello"),
        ("[default0]:hello", "", None, "hello"),
        ("worker-1  | hello", "worker-1", None, "hello"),
        ("gpu-a: hello", "gpu-a", None, "hello"),
        ("node5:240:240 [6] NCCL WARN hello", "node5", None, None),
        ("ValueError: hello", "", None, "ValueError: hello"),
        ("train2.py: error: hello", "", None, "train2.py: error: hello"),
        ("python3: can't open", "", None, "python3: can't open"),
    ],
)
def test_who_said_a_line(line, node, rank, text):
    place, rest = Prefixes("gpu-a: step\n" * 9).split(line, Place("x.log"))
    assert (place.node, place.rank) == (node, rank)
    assert text is None or rest == text


def test_names_without_a_number_are_learnt_from_the_log():
    sample = "cmd = pdsh -S -f 1024 -w head,worker export A=1\n" + "main: step\n" * 20
    assert find_hosts(sample + "ValueError: once\n") == {"head", "worker", "main"}


def test_dates_of_all_launchers_are_comparable():
    lines = ("[2026-04-18 18:32:44,999] x", "[rank1]:[E418 18:32:45.457035698 x.cpp:629]")
    early, late = map(parse_time, lines)
    assert early is not None
    assert late is not None
    assert 0 < late - early < 1
    assert parse_time("no date") is None


def test_a_gzipped_log_is_read_as_any(tmp_path):
    path = tmp_path / "train.log.gz"
    path.write_bytes(gzip.compress(STEPS.encode()) + gzip.compress(OOM.encode()))
    evidence, verdict = diagnose_logs([path])
    assert failure_id(verdict) == "cuda-oom"
    assert f"{path}:31:" in render_diagnosis(verdict, evidence)


def test_a_gzip_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path):
    noise = os.urandom(300_000).hex()
    data = gzip.compress(
        (OOM + "\n".join(noise[at : at + 80] for at in range(0, len(noise), 80))).encode()
    )
    path = tmp_path / "train.log.gz"
    path.write_bytes(data[: len(data) // 2])
    evidence, verdict = diagnose_logs([path])
    assert failure_id(verdict) == "cuda-oom"
    assert "cut off" in render_diagnosis(verdict, evidence)


def test_standard_input_is_read_too(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(REFUSED.encode())))
    assert cli.main(["diagnose", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failure"]["node"] == "node2"


def test_a_recorded_run_names_the_rank_that_ended_first(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = RunRecord(tmp_path / "runs", "train")
    for node, rank in (("node1", 0), ("node2", 1)):
        record.log(node, f"{rank}: Traceback (most recent call last):")
        record.log(node, f"{rank}: ValueError: of {node}")
    record.log_event("node2", {"kind": "rank-ended", "rank": 1, "code": 1})
    record.log_event("node1", {"kind": "rank-ended", "rank": 0, "code": 1})
    record.close({"state": "failed"})
    assert cli.main(["diagnose"]) == 1
    assert "rank 1 on node2" in capsys.readouterr().out
    assert cli.main(["diagnose", "train"]) == 1


def test_a_directory_of_logs_is_read_whole(tmp_path):
    (tmp_path / "x").mkdir()
    write(tmp_path / "x" / "1700_rank5.log", OOM)
    verdict = diagnose_logs([tmp_path])[1]
    assert verdict.known.line.place.rank == 5


@pytest.mark.parametrize("words", [["nowhere.log"], ["empty"]])
def test_what_cannot_be_read_is_a_usage_error(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    assert cli.main(["diagnose", *words]) == 2
    assert words[0] in capsys.readouterr().err


def test_secrets_are_not_shown(tmp_path):
    evidence, verdict = diagnose_logs(
        [write(tmp_path / "x", 'node1: declare -x HF_TOKEN="abc def"\n')]
    )
    assert failure_id(verdict) == "ds-env-comment-kills-job"
    assert "abc" not in render_diagnosis(verdict, evidence) + json.dumps(
        diagnosis_json(verdict, evidence)
    )
    assert "hf_" not in masked_line("token hf_abcdefghijklmnopqrst")


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("login(key=abc123)", "login(key=***)"),
        ("'api_key=abc123' is wrong", "'api_key=***' is wrong"),
        ("f(token=abc123, x=1)", "f(token=***, x=1)"),
        ("password=p)w)d for it", "password=*** for it"),
        ("password=a,b&c=d for it", "password=*** for it"),
        ("token=123456", "token=***"),
        ("password=<s3cret", "password=***"),
        ("password=[s3cret]", "password=***]"),
        ("password=$s3cret", "password=***"),
        ("password=nothing", "password=***"),
        ("'ssh -o PasswordAuthentication=no n1'", None),
        ("password='none'", None),
        ("call wandb.login(key=[your_api_key])", None),
        ("api_key=<your key>", None),
        ("WANDB_API_KEY=$WANDB_API_KEY", None),
        ("max_tokens=4096 tokens_per_sec=11.5", None),
    ],
)
def test_only_the_secret_of_a_line_is_masked(line, shown):
    assert masked_line(line) == (shown or line)


def test_control_characters_do_not_reach_the_terminal(tmp_path):
    evidence, verdict = diagnose_logs(
        [write(tmp_path / "x", f"\x1b[31m{OOM.strip()}\x1b]0;owned\x07\n")]
    )
    assert failure_id(verdict) == "cuda-oom"
    assert not {"\x1b", "\x07"} & set(render_diagnosis(verdict, evidence))


def test_progress_bars_do_not_hide_an_error(tmp_path):
    verdict = diagnosis_of(tmp_path, " 10%| 1/10 [00:01<00:09]\r 20%| 2/10 [00:02<00:08]\r" + OOM)
    assert failure_id(verdict) == "cuda-oom"
    assert verdict.known.line.number == 1


def test_an_error_across_the_edge_of_a_block_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "BLOCK", 64)
    for shift in range(0, 130, 7):
        verdict = diagnosis_of(tmp_path, "x" * shift + "\n" + OOM + "y" * 200 + "\n")
        assert failure_id(verdict) == "cuda-oom"
        assert verdict.known.line.number == 2


def test_every_line_that_may_mean_something_is_found():
    for literal, _ in LITERALS:
        block = f"nothing\n{literal} more\nnothing\n".encode()
        (raw,) = scan.matching_lines([block])
        assert (raw.number, raw.data) == (2, f"{literal} more".encode())


def test_in_text_of_which_each_line_has_its_own_shape_every_literal_is_found_too():
    letters = random.Random(7)
    prose = ["".join(letters.choices("lmnoprs ", k=90)) for _ in range(len(LITERALS))]
    pairs = zip(prose, (literal for literal, _ in LITERALS), strict=True)
    block = "".join(f"{line}\n{literal} more\r\n" for line, literal in pairs).encode()
    assert len(block) > scan.SAMPLE_SIZE
    found = [raw.data.decode() for raw in scan.matching_lines([block])]
    assert found == [f"{literal} more" for literal, _ in LITERALS]


def test_the_words_of_failures_within_prose_are_not_taken_for_them(tmp_path):
    chance = random.Random(1)
    few = [text for text, _ in LITERALS if re.fullmatch(r"[A-Za-z]+( [A-Za-z]+){1,3}", text)]
    sentences = (line.split(" ", 3) for line in benchmark.prose(chance))
    lines = [f"{a} {b} {words} {c}" for words, (a, b, c, _) in zip(few, sentences, strict=False)]
    (tmp_path / "prose.log").write_text("\n".join([*lines, benchmark.ERROR]))
    evidence, verdict = diagnose_logs([tmp_path / "prose.log"])
    assert failure_id(verdict) == "cuda-oom"
    assert {each.known.id for each in evidence.sightings.values()} == {"cuda-oom"}


def test_each_line_comes_with_what_stands_around_it(monkeypatch):
    monkeypatch.setattr(scan, "WINDOW", 40)
    text = "".join(f"line {at}\n{OOM}" for at in range(9)).encode()
    blocks = [text[at : at + 50] for at in range(0, len(text), 50)]
    raws = list(scan.matching_lines(blocks))
    assert [raw.number for raw in raws] == list(range(2, 19, 2))
    for at, raw in enumerate(raws):
        assert next(raw.lines_before()) == (raw.number - 1, f"line {at}".encode())
        assert at == 8 or next(raw.lines_after()) == (raw.number + 1, f"line {at + 1}".encode())


def test_a_line_of_megabytes_is_cut_around_the_hit():
    block = b"z" * 3_000_000 + OOM.encode()
    raws = list(scan.matching_lines([block]))
    assert any(b"CUDA out of memory" in raw.data for raw in raws)
    assert all(len(raw.data) <= scan.LINE_LIMIT for raw in raws)


def test_what_repeats_is_counted_not_kept(tmp_path):
    text = "".join(f"[rank{number % 900}]: {OOM}" for number in range(3000))
    evidence = diagnose_logs([write(tmp_path / "x", text)])[0]
    assert len(evidence.sightings) <= 256
    assert max(sighting.count for sighting in evidence.sightings.values()) > 1


def test_bytes_that_are_no_text_are_no_obstacle(tmp_path):
    path = tmp_path / "x.log"
    path.write_bytes(bytes(range(256)) * 50 + b"\n" + OOM.encode())
    assert failure_id(diagnose_logs([path])[1]) == "cuda-oom"


def test_an_empty_log_is_no_failure(tmp_path):
    evidence, verdict = diagnose_logs([write(tmp_path / "x", "")])
    out = io.StringIO(render_diagnosis(verdict, evidence))
    assert out.read() == "No known failure was found, and no traceback that ended the run."


@pytest.mark.parametrize(
    "lines",
    [
        [
            "deepspeed info ................... 0.12.6, unknown",
            "torch version .......... 2.6.0+cu124",
        ],
        ["Successfully installed deepspeed-0.12.6 hjson-3.1 torch-2.6.0"],
        ["[INFO] [logging.py:96] DeepSpeed info: version=0.12.6", "PyTorch version (GPU?): 2.6.0"],
    ],
)
def test_releases_that_do_not_fit_are_noted_where_the_log_names_them(tmp_path, lines):
    text = text_of(tmp_path, *lines, "ValueError: odd")
    assert "note   the log names deepspeed 0.12.6 with torch 2.6.0: DeepSpeed is too old" in text


def test_releases_of_a_healthy_run_or_that_fit_are_not_noted(tmp_path):
    bad = "Successfully installed deepspeed-0.12.6 torch-2.6.0"
    good = "Successfully installed deepspeed-0.16.9 torch-2.6.0"
    assert "the log names" not in text_of(tmp_path, bad, STEPS)
    assert "the log names" not in text_of(tmp_path, good, "ValueError: odd")


def text_of(tmp_path, *lines):
    """What a person reads of a log of these lines."""
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", "\n".join(lines) + "\n")])
    return render_diagnosis(verdict, evidence)


def test_an_error_behind_megabytes_of_json_is_read_with_rank_and_node(tmp_path):
    trace = f'{TRACEBACK}:\n  File "/app/train.py", line 4, in step\n    x()\nRuntimeError: odd "x"'
    records = [
        {"rank": at % 8, "host": "n1", "msg": f"step {at} | loss 2.5"} for at in range(40_000)
    ]
    records.append({"rank": 5, "host": "n2", "msg": trace})
    text = "".join(json.dumps(record) + "\n" for record in records)
    evidence, verdict = diagnose_logs([write(tmp_path / "x.log", text)])
    assert (verdict.cause.first.place.rank, verdict.cause.first.place.node) == (5, "n2")
    assert verdict.cause.first.number == 40_001
    assert verdict.cause.error == 'RuntimeError: odd "x"'
    assert evidence.progress.has_steps(str(tmp_path / "x.log"))


@pytest.mark.parametrize("word", ["9" * 200_000, "x" * 9000, "a" * 4097 + "," + "b" * 70_000])
def test_an_overlong_word_is_read_by_its_ends_and_hides_no_line(tmp_path, word):
    log = tmp_path / "train.log"
    log.write_text(f"step {word} loss {word}\nRuntimeError: CUDA out of memory\n{word}\n")
    source = next(iter(sources.find_sources([log])))
    text = b"".join(source.blocks()).decode()
    assert text.splitlines()[1] == "RuntimeError: CUDA out of memory"
    assert max(map(len, text.split())) <= 4099
    assert text.startswith(f"step {word[:2048]}...{word[-2048:]} loss ")
    assert source.count == 3


def test_words_of_usual_length_are_read_as_they_are(tmp_path):
    log = tmp_path / "train.log"
    words = "".join(f"{'x' * length} " for length in (1, 400, 4000)) * 200
    log.write_text(f"{words}\n" * 3)
    assert b"".join(next(iter(sources.find_sources([log]))).blocks()) == log.read_bytes()


def test_a_rank_within_another_group_is_no_rank_of_the_run():
    line = "[E1121 08:36:12.000000000 ProcessGroupNCCL.cpp:616] [PG ID {} PG GUID 11(TP) Rank 1] x"
    assert Prefixes().split(line.format(3), Place("a"))[0].rank is None
    assert Prefixes().split(line.format(0), Place("a"))[0].rank == 1


@pytest.mark.parametrize(
    "end",
    [
        " iteration      500/     500 | consumed samples:       500 | lm loss: 2.1E+00 |",
        "wandb: Find logs at: ./wandb/run-2/logs",
        "Figure saved at: saves/training_loss.png",
        "[after training is done] datetime: 2026-11-21 10:00:00",
    ],
)
def test_no_note_doubts_the_end_of_a_run_that_finished(tmp_path, end):
    log = write(tmp_path / "x.log", f"{STEPS}{end}\n")
    evidence, verdict = diagnose_logs([log])
    assert "it may have ended without a word" not in render_diagnosis(verdict, evidence)


def test_what_another_program_prints_behind_an_error_is_not_its_message(tmp_path):
    trace = 'Traceback (most recent call last):\n  File "t.py", line 9, in f\nIndexError: none\n'
    behind = "make: *** [Makefile:12: train] Error 1\nThu Nov 26 10:00:00 UTC 2026\nreal\t0m10.1s\n"
    verdict = diagnosis_of(tmp_path, trace + behind)
    assert verdict.cause.details == []


def test_composers_batches_are_steps():
    assert parse_step_line("[batch=16/4800]:").number == 16
    bar = "train Epoch 0:   25%|██▌       | 16/64 [00:10<00:30,  1.2ba/s, loss/train/total=2.3]"
    assert parse_step_line(bar).number == 16


def test_a_traceback_behind_another_writers_prefix_is_no_part_of_the_error_before_it(tmp_path):
    log = tmp_path / "train.log"
    log.write_text(
        "Process SyncManager-1:\nTraceback (most recent call last):\n"
        '  File "/v/tbe/multiprocess_util.py", line 91, in run\n    task_q.get()\nEOFError\n'
        "(Worker pid=88) Traceback (most recent call last):\n"
        '(Worker pid=88)   File "/w/frob.py", line 80, in frob\n'
        "(Worker pid=88)     raise FrobError(device)\n"
        "(Worker pid=88) FrobError: no frob 3\n",
        encoding="utf-8",
    )
    _, verdict = diagnose_logs([log])
    assert isinstance(verdict.cause, Trace)
    assert verdict.cause.error == "FrobError: no frob 3"


@pytest.mark.parametrize("warned", [True, False])
def test_where_a_rank_showed_its_failure_first_is_quoted_too(tmp_path, warned):
    log = tmp_path / "threads.log"
    early = "OpenBLAS blas_thread_init: pthread_create failed: Resource temporarily unavailable\n"
    error = (
        f'{TRACEBACK}:\n  File "/job/train.py", line 3, in <module>\n    work()\n'
        "RuntimeError: can't start new thread\n"
    )
    log.write_text(early * warned + "loading\n" * 3 + error)
    evidence, verdict = diagnose_logs([log])
    shown = render_diagnosis(verdict, evidence).splitlines()
    assert f"seen   {log}:{7 + warned}: RuntimeError: can't start new thread" in shown
    assert (f"first  {log}:1: {early.strip()}" in shown) is warned
