"""Nodes that answer badly or not at all: said why, of that node and that question alone."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time

import pytest

from checks.answer import Answer
from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.contact import channel
from checks.contact import resident_probe as resident
from checks.contact.identity import LoginError
from checks.contact.pool import Contact
from checks.contact.resident_probe import ResidentProbe
from checks.facts import ClusterView, Login
from checks.judge import decide, judge_claims
from checks.model import Outcome
from tests.support.broken_channel import REAL, FarEnd, sections
from tests.support.paths import ROOT
from tests.support.snapshots import snapshot

ASKED = ("limits", "who")
FULL = 'hello(); one, two = asked(), asked(); answer(json.dumps({"id": one["id"], "data": {}}))'


@pytest.fixture
def resident_of(monkeypatch):
    """Logs in to a far end that runs a script."""
    monkeypatch.setattr(resident, "START_S", 60.0)
    monkeypatch.setattr(channel, "LATE_S", 0.2)
    ends = []

    def log_in(script):
        ends.append(FarEnd(script))
        return ResidentProbe(ends[-1], "", ASKED, 30)

    yield log_in
    for end in ends:
        end.close()


@pytest.fixture
def answers(resident_of, monkeypatch):
    """What node2 answers to two questions; the real probe of node1 must not suffer from it.

    On a busy machine as well: node1 has a minute, and node2's time begins when it has said all.
    """

    def answers_of(script):
        residents = {"node1": resident_of(REAL), "node2": resident_of(script)}
        give_time(monkeypatch, residents["node1"], lambda: time.monotonic() + 60)
        over = residents["node2"].session.wait_until_over
        give_time(monkeypatch, residents["node2"], lambda: over() + 0.2)
        with Contact(residents) as both:
            found = both.ask_all({name: sections(*ASKED) for name in residents}, 60.0)
        assert {name for name, answer in found["node1"].items() if answer.data is not None} == set(
            ASKED
        )
        return found["node2"]

    return answers_of


def give_time(monkeypatch, resident, deadline):
    """Let it wait for each answer until that moment, whatever it is asked for."""
    answer = resident.answer
    monkeypatch.setattr(resident, "answer", lambda number, _: answer(number, deadline()))


SAYS = {
    "killed": (
        "hello(); asked(); asked(); os.kill(os.getpid(), 9)",
        "the probe ended before it answered (exit status -9, the login is open)",
    ),
    "frozen": ("hello(); idle()", "no answer in time"),
    "truncated": (
        """hello(); asked(); asked(); say(nonce + ' {"id": 1, "data": {"mem')""",
        """the probe ended before it answered; what came is no answer: {"id": 1, "data": {"mem""",
    ),
    "garbage": (
        "hello(); answer('{]'); idle()",
        "no answer in time; what came is no answer: {]",
    ),
    "no-object": (
        "hello(); answer('[1]'); idle()",
        "no answer in time; what came is no answer: [1]",
    ),
    "nested": (
        "hello(); answer('[' * 200000); idle()",
        "no answer in time; what came is no answer: it is nested too deeply",
    ),
    "wrong-nonce": (
        """hello(); say('f00d {"id": 1, "data": {}}\\n'); idle()""",
        "no answer in time",
    ),
    "wrong-number": (
        """hello(); answer('{"id": 77, "data": {}}'); idle()""",
        "no answer in time",
    ),
    "wrong-type": (
        """hello()
for one in (1, 2): answer(json.dumps({"id": one, "data": ["a", "list"]}))
idle()""",
        'expected an object, got ["a", "list"]',
    ),
    "no-data": (
        """hello()
for one in (1, 2): answer(json.dumps({"id": one}))
idle()""",
        "expected an object, got null",
    ),
    "not-utf-8": ("hello(); say(bytes(range(128, 256)) * 99); idle()", "no answer in time"),
    "flood": (
        "hello(); over()\nwhile True: say(b'y\\n' * 9999)",
        ("no answer in time", "the connection broke: it sent far more than was asked for"),
    ),
    "flood-without-lines": (
        "hello(); over()\nwhile True: say(b'y' * 65536)",
        "the connection broke: it sent far more than was asked for",
    ),
    "deep": (
        """hello(); answer('{"id": 1, "data": ' + '[' * 100 + ']' * 100 + '}'); idle()""",
        "no answer in time; what came is no answer: it is nested too deeply",
    ),
    "huge-number": (
        """hello(); answer('{"id": 1, "data": {"n": ' + '9' * 100000 + '}}'); idle()""",
        "no answer in time; what came is no answer: a number has 100000 digits",
    ),
    "infinite": (
        """hello(); answer('{"id": 1, "data": {"n": 1e999}}'); idle()""",
        "no answer in time; what came is no answer: the number 1e999 is out of range",
    ),
    "no-json-number": (
        """hello(); answer('{"id": 1, "data": {"n": NaN}}'); idle()""",
        "no answer in time; what came is no answer: NaN is no JSON",
    ),
}


@pytest.mark.parametrize(("script", "why"), SAYS.values(), ids=SAYS)
def test_a_bad_answer_is_none_and_says_why(answers, script, why):
    found = answers(script)
    assert set(found) == set(ASKED)
    for answer in found.values():
        assert answer.data is None
        assert answer.error.startswith(why)


def test_half_an_answer_is_kept(answers):
    found = answers(FULL + "; idle()")
    assert found["limits"].data is not None
    assert found["who"] == Answer(error="no answer in time")


def test_a_silent_node_is_not_waited_for_again_and_a_late_one_is_heard(resident_of, monkeypatch):
    monkeypatch.setattr(resident, "LATE_GRACE_S", 0.2)
    dead = resident_of("hello(); idle()")
    ask = dead.send_request("who", {}, 1)
    assert dead.answer(ask, time.monotonic() + 0.2) == Answer(error="no answer in time")
    again = dead.send_request("who", {}, 1)
    assert dead.answer(again, time.monotonic() + 3600) == Answer(error="no answer in time")
    monkeypatch.setattr(resident, "LATE_GRACE_S", 30.0)
    late = resident_of(
        """hello(); asked(); asked()
for one in (1, 2): answer(json.dumps({"id": one, "data": {}}))
idle()"""
    )
    ask = late.send_request("who", {}, 1)
    assert late.answer(ask, time.monotonic() + 0.2) == Answer(error="no answer in time")
    assert late.answer(late.send_request("who", {}, 1), time.monotonic() + 30) == Answer({})


def test_an_answer_behind_noise_counts(resident_of):
    noisy = resident_of("say(bytes(range(128, 256))); hello(); idle()")
    assert noisy.hello["hello"] == "3.6.8"


@pytest.mark.parametrize(
    "line", ["(b'y' * 99 + b'\\n') * 80", "b'y' * 8000"], ids=["lines", "no-lines"]
)
def test_a_shell_that_prints_much_first_is_heard_out(resident_of, line):
    loud = resident_of(f"for _ in range(2000): say({line})\nhello(); idle()")
    assert loud.hello["hello"] == "3.6.8"
    assert 0 < len(loud.noise) <= 2 * resident.NOISE_LIMIT


@pytest.mark.parametrize("line", ["b'y\\n' * 4096", "b'y' * 8192"], ids=["lines", "no-lines"])
def test_a_shell_that_prints_without_end_is_given_up(resident_of, monkeypatch, line):
    monkeypatch.setattr(resident, "START_S", 0.5)
    with pytest.raises(LoginError, match=r"started nothing") as raised:
        resident_of(f"while True: say({line})")
    assert raised.value.cause == "shell-hangs"


def test_a_shell_that_ends_at_once(resident_of):
    with pytest.raises(LoginError, match="printed: so long") as raised:
        resident_of("say('so long\\n')")
    assert raised.value.cause == "shell-refuses"


def test_of_what_nobody_answered_nothing_is_known():
    snap = snapshot(("node1", "node2"))
    findings = judge_claims(claims_of(CATALOGUE.values(), snap.job), ClusterView(snap))
    known = {
        finding.check for finding in findings if finding.outcome in (Outcome.PASS, Outcome.FAIL)
    }
    assert all(Login in CATALOGUE[check].needs for check in known), known
    assert decide(findings) == "stop"


@pytest.mark.parametrize("wrong", [None, [], "text", 5, {}, {"targets": 5, "slots": "x"}])
def test_no_judge_trips_over_an_answer_of_another_shape(wrong):
    snap = snapshot(("node1", "node2"))
    for name in snap.job.names:
        for section in {fact.section for check in CATALOGUE.values() for fact in check.needs}:
            if section != "login":
                snap.put(name, section, Answer.from_json({"data": wrong}))
    findings = judge_claims(claims_of(CATALOGUE.values(), snap.job), ClusterView(snap))
    tripped = [finding for finding in findings if "the check itself failed" in finding.message]
    assert not tripped, tripped[0]


WALL_CLOCK = re.compile(r"\btime\.time\(|datetime\.now\(|\butcnow\(")
CLOCK_READERS = {
    "checks/stages/clock.py": "what the controller's clock shows is the question",
    "checks/node/probe/clock.py": "what the node's clock shows is the question",
    "checks/node/probe/core.py": "sent with the greeting",
}


def test_no_wait_is_bounded_by_a_clock_that_somebody_may_set():
    trees = ("checks", "preflight", "launcher")
    waits = re.compile(r"deadline|until|_ends|limit|left", re.IGNORECASE)
    for path in (path for tree in trees for path in (ROOT / tree).rglob("*.py")):
        if str(path.relative_to(ROOT)) in CLOCK_READERS:
            continue
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not (WALL_CLOCK.search(line) and waits.search(line)), f"{path}: {line}"


NODE_ROOMS = ("checks/node/probe", "checks/node/runtime", "launcher/agent")


def scanned(*paths):
    """What vermin says of code that must run on Python 3.6."""
    code = "import vermin, sys; sys.exit(vermin.main())"
    argv = [sys.executable, "-c", code, "--no-tips", "--violations", "-t=3.6-", *map(str, paths)]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("room", NODE_ROOMS)
def test_what_runs_on_nodes_uses_no_library_newer_than_python_3_6(room):
    done = scanned(*sorted((ROOT / room).glob("*.py")))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Minimum required versions: 3." in done.stdout


def test_the_scan_for_newer_libraries_sees_one(tmp_path):
    new = tmp_path / "new.py"
    new.write_text("import subprocess\nsubprocess.run(['true'], capture_output=True)\n")
    ast.parse(new.read_text(), feature_version=(3, 6))
    done = scanned(new)
    assert done.returncode == 1
    assert "capture_output" in done.stdout
