"""A node that lies is doubted itself; it stops no preflight, and no other node is blamed for it."""

from __future__ import annotations

import copy
import functools
import json
import random

import pytest

from checks.answer import Answer
from checks.catalogue import CATALOGUE, area_text
from checks.check import claims_of
from checks.contact import resident_probe
from checks.facts import ClusterView, Login, Snapshot
from checks.judge import judge_claims
from checks.knowledge.failures import FAILURES
from checks.run import Result, examine
from checks.stages import gather
from checks.stages.containment import (
    RecordedContact,
    RecordingContact,
    UnrecordedError,
    find_unbearable,
)
from checks.untrusted_json import read_untrusted_json
from launcher.lab.shape import LabShape
from preflight.html_report import render_page
from tests.support.lab_preflight import job_of
from tests.support.lying_node import mutate_data, mutate_line

FEW, MANY = range(30), range(30, 530)
LIAR = "node3"


@pytest.fixture(scope="module")
def healthy(make_lab):
    """One preflight of three healthy nodes, but for what takes training."""
    job = job_of(make_lab(LabShape(nodes=3)))
    checks = [check for check in CATALOGUE.values() if not check.heavy]
    return examine(job, claims_of(checks, job))


def lied_snapshot(snapshot, seed):
    """The same in which the liar says something else about some sections."""
    rng = random.Random(seed)
    answers = dict(snapshot.sections[LIAR])
    asked = [name for name in answers if name != Login.section and answers[name].data]
    for name in rng.sample(asked, rng.choice([1, 1, 2, 5])):
        data = json.dumps(mutate_data(rng, answers[name].data))
        try:
            answers[name] = Answer.from_json({"data": read_untrusted_json(data.encode())})
        except ValueError as error:
            answers[name] = Answer(error=str(error))
    sections = {**snapshot.sections, LIAR: answers}
    return Snapshot(snapshot.job, snapshot.started, sections, snapshot.stages)


def shown_texts(result):
    """All that is shown of a result: what a terminal, a browser and a program read."""
    report = json.dumps(result.report, allow_nan=False)
    lines = result.summary(go="go", stop="stop", colour=False)
    return [*lines, render_page(result), report]


def assert_only_the_liar_is_doubted(healthy, seed):
    claims = claims_of([CATALOGUE[f.check] for f in healthy.findings], healthy.snapshot.job)
    claims = list(dict.fromkeys(claims))
    before = {(f.check, f.subject): (f.outcome, f.cause) for f in healthy.findings}
    snapshot = lied_snapshot(healthy.snapshot, seed)
    findings = judge_claims(claims, ClusterView(snapshot))
    failed = [f.message for f in findings if f.message.startswith("the check itself failed")]
    assert not failed
    for finding in findings:
        of_others = LIAR not in (*finding.subject, *finding.message.split())
        if finding.subject and of_others and finding.check not in COMPARING:
            assert (finding.outcome, finding.cause) == before[finding.check, finding.subject]
        assert finding.cause in known_causes(finding.check)
    texts = "".join(shown_texts(Result(snapshot, tuple(findings))))
    assert not {letter for letter in texts if not letter.isprintable()} - {"\n"}
    assert "<script>alert" not in texts.partition("<!DOCTYPE")[2].partition("</html>")[0]


@functools.cache
def known_causes(check):
    """What the docs say that a check may find, and the failures that its output may show."""
    own = {cause for fix in CATALOGUE[check].text.fixes for cause in fix.causes}
    shared = {cause.name for cause in area_text(CATALOGUE[check].area).causes}
    return {"", *own, *shared, *FAILURES}


COMPARING = frozenset({"time.clock-is-synchronised"})
"""Says of a node that it is like the others, or not; another's lie changes which it is."""


@pytest.mark.parametrize("seed", FEW)
def test_a_lie_about_facts_is_held_against_its_node_alone(healthy, seed):
    assert_only_the_liar_is_doubted(healthy, seed)


@pytest.mark.long
def test_five_hundred_lies_are_held_against_their_node_alone(healthy):
    for seed in MANY:
        assert_only_the_liar_is_doubted(healthy, seed)


@pytest.fixture
def lie_on_the_wire(monkeypatch):
    """Has what node3's probe sends changed before it is read."""
    parse = resident_probe.read_untrusted_json

    def start_lying(seed, silence):
        rng = random.Random(seed)
        store = resident_probe.ResidentProbe._store_answer

        def store_lie(probe, line):
            lies = probe.session.address.endswith(".3")
            read = functools.partial(_read_lie, parse, rng, silence) if lies else parse
            with monkeypatch.context() as patched:
                patched.setattr(resident_probe, "read_untrusted_json", read)
                store(probe, line)

        monkeypatch.setattr(resident_probe.ResidentProbe, "_store_answer", store_lie)

    return start_lying


def _read_lie(parse, rng, silence, text):
    return parse(mutate_line(rng, text, silence))


@pytest.mark.long
def test_a_lie_while_nodes_are_asked_stops_no_preflight(healthy, lie_on_the_wire):
    job = healthy.snapshot.job
    checks = [check for check in CATALOGUE.values() if not check.heavy]
    for seed in range(20):
        lie_on_the_wire(seed, 0.02 * (seed % 2))
        result = examine(job, claims_of(checks, job))
        assert not [f for f in result.findings if f.message.startswith("the check itself")]
        assert shown_texts(result)


def lied_answer(rng, answer):
    if answer.data is None:
        return answer
    data = json.dumps(mutate_data(rng, answer.data))
    try:
        return Answer.from_json({"data": read_untrusted_json(data.encode())})
    except ValueError as error:
        return Answer(error=str(error))


@pytest.fixture
def recorded(make_lab, monkeypatch):
    """A preflight of three healthy nodes, and what they answered to each stage, by its section."""
    made = {}
    run_stage = gather._Gathering._bearable_nodes

    def remember(gathering, contact, stage, names, begun=None):
        recording = begun[0] if begun else RecordingContact(contact)
        made[stage] = recording.answered
        return run_stage(gathering, contact, stage, names, begun or (recording, None))

    monkeypatch.setattr(gather._Gathering, "_bearable_nodes", remember)
    job = job_of(make_lab(LabShape(nodes=3)))
    return examine(job, claims_of(CATALOGUE.values(), job)).snapshot, made


@pytest.mark.long
def test_a_lie_amid_a_stage_costs_the_liar_its_part_of_it_alone(recorded):
    snapshot, answered = recorded
    names = snapshot.job.names
    assert sum(map(bool, answered.values())) >= 9
    for stage, answers in answered.items():
        for seed in range(100):
            rng = random.Random(seed)
            lies = {
                key: [lied_answer(rng, each) if key[0] == LIAR else each for each in given]
                for key, given in answers.items()
            }
            assert set(nodes_that_break(stage, lies, snapshot, names)) <= {LIAR}, (stage, seed)


def nodes_that_break(stage, answers, snapshot, names):
    scratch = Snapshot(snapshot.job, snapshot.started, copy.deepcopy(snapshot.sections))
    try:
        if finish := stage.run(RecordedContact(answers), scratch, names):
            finish()
    except UnrecordedError:
        return []
    except Exception:  # noqa: BLE001 - as the gathering takes it
        return find_unbearable(stage.run, answers, snapshot, names) or names
    return []
