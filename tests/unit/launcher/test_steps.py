"""Which lines are those of a step, and how far a run is by them."""

from __future__ import annotations

import pytest

from launcher.rank_output import (
    LINE_LIMIT,
    LineSplitter,
    StepLine,
    is_step_line,
    parse_step_line,
)
from launcher.run.step_meter import StepMeter, total_from_arguments


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("step 12 loss 2.5", StepLine(12, None, 2.5)),
        ("\033[32mstep 12\033[0m loss \033[1m2.5", StepLine(12, None, 2.5)),
        ("global_step=7, lr=0.1", StepLine(7)),
        ("[Rank 0] step=10, skipped=0, lr=[0.001], mom=[(0.8, 0.999)]", StepLine(10)),
        ("steps: 10 loss: 2.3412 iter time (s): 0.5", StepLine(10, None, 2.3412)),
        ("Iteration: 300/1000", StepLine(300, 1000)),
        (" iteration       10/     200 | lm loss: 2.345E+00 |", StepLine(10, 200, 2.345)),
        ("step 3 of 10", StepLine(3, 10)),
        ("{'loss': 2.5, 'epoch': 0.2}", StepLine(loss=2.5)),
        ("loss -2.5", StepLine(loss=-2.5)),
        ("Epoch [1/3], Step [5/100], Loss: 2.3", StepLine(5, 100, 2.3, whole=False)),
        (" 12%|█▏    | 37/300 [00:10<01:11,  3.70it/s]", StepLine(37, 300, bar=True)),
        ("100%|██████| 20/20 [00:06<00:00, 31.2step/s]", StepLine(20, 20, bar=True)),
        ("Training:  5%|▌| 10/200 [00:01<00:19,  9.8it/s]", StepLine(10, 200, bar=True)),
        (
            "Epoch 0:  50%|█████ | 16/32 [00:01<00:01, 12.3it/s, loss=2.3, v_num=0]",
            StepLine(16, 32, 2.3, whole=False, bar=True),
        ),
        ("  0%|          | 0/200 [00:00<?, ?it/s]", None),
        ("Loading checkpoint shards:  50%|█████     | 1/2 [00:01<00:01,  1.20s/it]", None),
        ("Writing model shards: 100%|██████████| 1/1 [00:00<00:00, 112.81it/s]", None),
        ("Map (num_proc=4):  50%|█| 50/100 [00:00<00:00, 1000.00 examples/s]", None),
        ("Evaluating:  23%|██| 3/13 [00:00<00:01,  7.00it/s]", None),
        ("Sanity Checking DataLoader 0: 100%|██| 2/2 [00:00<00:00, 47.15it/s]", None),
        ("{'eval_loss': 2.3}", None),
        ("loss scale: 65536", None),
        ("loading 3 of 7 shards", None),
        ("  Total optimization steps = 1,563", None),
        ("  Gradient Accumulation steps = 1", None),
    ],
)
def test_what_a_line_says_of_a_step(line, step):
    assert parse_step_line(line) == step
    assert is_step_line(line) is (step is not None)


def test_a_loss_that_is_no_number_is_one():
    assert str(parse_step_line("{'loss': nan}").loss) == "nan"
    assert str(parse_step_line("step 3 loss=-inf").loss) == "-inf"


BAR = "  5%|▌         | 1/20 [00:06<01:56,  6.11s/it]"


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        (["\r" + BAR], [BAR]),
        (["epoch 0\n\r" + BAR, "\n\r\rdone\n"], ["epoch 0", BAR, "done"]),
        (["a\r\nb\r\n\r\n"], ["a", "b", ""]),
        ([BAR, "\r", BAR, "\n", "ends"], [BAR, BAR]),
        ([BAR, "\r\n", "\n", "ends"], [BAR, ""]),
        ([BAR + "  ", "\r" + BAR], [BAR + "  ", BAR]),
        ([BAR, "UserWarning: old\n", "\n"], [BAR, "UserWarning: old", ""]),
        ([BAR[:-3]], []),
        ([BAR[:-3], BAR[-3:], "\r"], [BAR]),
        (["shape [2, 3]", " of a tensor\n"], ["shape [2, 3] of a tensor"]),
    ],
    ids=[
        "at-once", "below-a-line", "no-bars", "next-one", "line-ends", "padded", "text-behind",
        "half", "two-parts", "no-bar",
    ],
)  # fmt: skip
def test_a_bar_is_a_line_as_soon_as_it_is_there(chunks, lines):
    splitter = LineSplitter()
    assert [line for chunk in chunks for line in splitter.feed(chunk.encode())] == lines


@pytest.mark.parametrize("text", ["1", "1/1 [", "1/1 []", "]", "1/"])
def test_any_end_of_output_is_read(text):
    splitter = LineSplitter()
    size = LINE_LIMIT // len(text) * len(text)
    assert sum(map(len, splitter.feed(text.encode() * (size // len(text))))) in (0, size)


@pytest.mark.parametrize("text", ["1/1 [", "5%|", "1", "step ", "loss ", "1/", "[ "])
def test_any_line_is_read(text):
    parse_step_line(text * (LINE_LIMIT // len(text)))


@pytest.mark.parametrize(
    ("argv", "total"),
    [
        (["train.py", "--steps", "200"], 200),
        (["train.py", "--max_steps=50"], 50),
        (["train.py", "--max-train-steps", "7", "--lr", "3"], 7),
        (["train.py", "--max_steps", "-1"], None),
        (["train.py", "--steps", "20", "--steps"], None),
        (["train.py", "--warmup_steps", "20", "--save_steps=5", "--epochs", "3"], None),
    ],
)
def test_how_many_steps_the_arguments_ask_for(argv, total):
    assert total_from_arguments(argv) == total


def measure(*lines, planned=None):
    """A meter that was given these lines, one each second."""
    meter = StepMeter(planned)
    for second, line in enumerate(lines):
        if step := parse_step_line(line):
            meter.take(step, float(second))
    return meter


def bar(number, total):
    return f" 12%|█▏    | {number}/{total} [00:10<01:11,  3.70it/s]"


def test_the_time_left_is_that_of_the_steps_left():
    meter = measure(*(f"step {number} loss 2.5" for number in range(1, 11)), planned=30)
    assert (meter.number, meter.total, meter.left_s) == (10, 30, 20.0)


def test_a_script_that_shows_some_steps_only_is_known_by_its_longest_wait():
    silence = [""] * 19
    meter = measure("step 0 loss 3", *silence, "step 20 loss 3", *silence, "step 40 loss 3")
    assert meter.line_every_s == 20.0
    assert measure("step 1 loss 3").line_every_s is None


@pytest.mark.parametrize(
    ("bursts", "pace"),
    [
        ([(0.0, 4)], None),
        ([(0.0, 4), (0.5, 4)], None),
        ([(0.0, 50), (10.0, 50)], 5.0),
        ([(0.0, 10), (10.0, 50), (20.0, 50)], 5.0),
        ([(number * 0.01, 1) for number in range(1000)], 100.0),
    ],
    ids=["one", "two-at-once", "buffered", "a-short-one-first", "fast"],
)
def test_lines_that_arrive_together_are_no_pace(bursts, pace):
    meter, number = StepMeter(), 0
    for second, count in bursts:
        for at in range(count):
            number += 1
            meter.take(StepLine(number), second + at * 1e-4)
    assert meter.number == number
    expected = None if pace is None else pytest.approx(pace, rel=0.05)
    assert meter.recent_steps_per_s == meter.steps_per_s == expected


def test_a_bar_printed_again_when_the_rank_fails_does_not_slow_the_pace():
    meter = measure(*(bar(number, 200) for number in range(1, 11)))
    meter.take(parse_step_line(bar(10, 200)), 100.0)
    assert meter.steps_per_s == meter.recent_steps_per_s == 1.0
    assert (meter.number, meter.stepped_at) == (10, 100.0)


def test_the_pace_is_that_of_the_last_minute():
    meter = StepMeter(1000)
    for number in range(1, 11):
        meter.take(StepLine(number), number * 100.0)
    for number in range(11, 141):
        meter.take(StepLine(number), 1000.0 + number)
    assert meter.recent_steps_per_s == 1.0
    assert meter.steps_per_s < 0.2
    assert meter.left_s == 860.0


@pytest.mark.parametrize(
    ("lines", "number", "total"),
    [
        ((bar(1, 200), bar(2, 200), bar(1, 13), bar(13, 13), bar(3, 200)), 3, 200),
        ((bar(1, 13), bar(13, 13), bar(1, 200)), 1, 200),
        ((bar(1, 200), "{'loss': 2}", bar(200, 200), bar(1, 13)), 200, 200),
        ((bar(1, 200), "step 4", bar(2, 200)), 2, 200),
        (("step 4", bar(2, 200), bar(3, 200)), 3, 200),
        (("step 4 loss 2.5", bar(1, 13), bar(13, 13), "step 5 loss 2.4"), 5, None),
        ((bar(1, 13), "step 5 loss 2.4", "step 6 loss 2.4"), 6, None),
    ],
    ids=[
        "evaluation-within", "evaluation-before", "evaluation-after", "text-beside-a-bar",
        "text-before-a-bar", "bar-beside-losses", "losses-beside-a-bar",
    ],
)  # fmt: skip
def test_steps_of_the_training_are_not_mixed_with_others(lines, number, total):
    meter = measure(*lines)
    assert (meter.number, meter.total) == (number, total)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        ((bar(0, 64), bar(64, 64), bar(64, 64), bar(0, 64), bar(6, 64)), 70),
        ((bar(64, 64), bar(1, 64), bar(64, 64), bar(2, 64), bar(64, 64), bar(64, 64)), 192),
        ((bar(9, 64), bar(40, 64), bar(6, 64)), 6),
        ((bar(64, 64), bar(6, 64), bar(3, 64)), 3),
        (("step 64/64", "step 6/64"), 6),
    ],
    ids=["second", "third", "broken-off", "second-broken-off", "text"],
)
def test_bars_of_epochs_count_on_where_each_came_to_its_end(lines, number):
    assert measure(*lines).number == number


def test_the_pace_goes_on_over_the_bars_of_epochs():
    epoch = [bar(number, 8) for number in range(9)]
    meter = measure(*epoch, *epoch)
    assert (meter.number, meter.left_s) == (16, None)
    assert 0.8 < meter.steps_per_s < 1


@pytest.mark.parametrize(
    ("lines", "planned"),
    [
        ((bar(1, 20), bar(20, 20), bar(1, 20), bar(2, 20)), None),
        (("Epoch [1/3], Step [1/100], Loss: 2", "Epoch [1/3], Step [2/100], Loss: 2"), None),
        (("step 1 loss 2", "step 2 loss 2", "step 1 loss 2", "step 2 loss 2"), 200),
        (("step 900 loss 2", "step 901 loss 2"), 200),
        (("step 1 loss 2", "step 2 loss 2"), None),
        (("step 2 loss 2",), 200),
    ],
    ids=["bar-each-epoch", "epoch-said", "begins-again", "exceeded", "no-total", "no-pace"],
)
def test_what_is_not_known_of_the_whole_run_gives_no_time_left(lines, planned):
    assert measure(*lines, planned=planned).left_s is None
