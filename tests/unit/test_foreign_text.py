"""A config's path that leads to another file: nothing of that file is kept, judged or shown."""

from __future__ import annotations

import json

import pytest

from checks.answer import Answer
from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.facts import ClusterView
from checks.facts.accelerate_config import AccelerateFile
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig
from checks.judge import judge_claims
from checks.node.probe.accelerate_config import accelerate_config
from checks.node.probe.deepspeed_config import deepspeed_config
from checks.run import Result
from checks.stages.foreign_text import without_foreign_text
from preflight.html_report import render_page
from tests.support.snapshots import snapshot

FOREIGN = {
    "shadow": "root:$6$SeCrEt$SeCrEt:19000:0:99999:7:::\nbin:*:1:SeCrEt::\n",
    "twice": "SeCrEt:1\nSeCrEt:2\n",
    "key": "-----BEGIN KEY-----\nSeCrEt==\n",
    "netrc": "machine SeCrEt login SeCrEt password SeCrEt\n",
    "variables": "SeCrEt=SeCrEt\n",
    "docker": '{"auths": {"SeCrEt": {"auth": "SeCrEt"}}, "nvme_path": "/SeCrEt"}',
    "list": '["SeCrEt"]',
    "yaml": "SeCrEt:\n  - SeCrEt: {\n",
}


PARTS = ["accelerate", "deepspeed", "files", "gpu", "software"]


@pytest.fixture
def link(tmp_path):
    """Makes ds.json a link to a file with that text; what is kept of it, and what it says."""

    def make(text):
        (tmp_path / "secret").write_text(text)
        (tmp_path / "ds.json").symlink_to("secret")
        return str(tmp_path / "ds.json")

    return make


def kept_of_deepspeed(path):
    args = {"deepspeed_config": path, "workdir": "/"}
    return without_foreign_text(DeepspeedConfig.section, Answer(deepspeed_config(args)))


def kept_of_accelerate(path, **env):
    args = {"accelerate_config": path, "workdir": "/", "env": env}
    return without_foreign_text(AccelerateFile.section, Answer(accelerate_config(args)))


def examined(answer, section, **job):
    """One preflight of two nodes of which all that is known is that answer."""
    snap = snapshot(("node1", "node2"), **job)
    for name in snap.job.names:
        snap.put(name, section, answer)
    checks = [check for check in CATALOGUE.values() if check.area in PARTS]
    return Result(snap, tuple(judge_claims(claims_of(checks, snap.job), ClusterView(snap))))


def assert_nothing_is_said(result, tmp_path):
    result.snapshot.save(tmp_path / "facts.json")
    shown = [
        *result.summary(go="go", stop="stop", colour=False),
        render_page(result),
        json.dumps(result.report),
        (tmp_path / "facts.json").read_text(),
    ]
    assert "SeCrEt" not in "\n".join(shown)


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_a_link_to_another_file_is_no_deepspeed_config(link, tmp_path, text):
    answer = kept_of_deepspeed(link(text))
    result = examined(answer, DeepspeedConfig.section, deepspeed_config="ds.json")
    causes = {found.check: found.cause for found in result.findings}
    assert causes["deepspeed.config-is-readable"] in ("not-json", "not-an-object")
    assert_nothing_is_said(result, tmp_path)


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_a_link_to_another_file_is_no_file_of_accelerate(link, tmp_path, text):
    answer = kept_of_accelerate(link(text))
    options = {"launcher": "accelerate", "accelerate_config": "ds.json"}
    result = examined(answer, AccelerateFile.section, **options)
    causes = {found.check: found.cause for found in result.findings}
    assert causes["accelerate.config-is-accepted"] == "not-accepted"
    assert_nothing_is_said(result, tmp_path)


@pytest.mark.parametrize("text", FOREIGN.values(), ids=FOREIGN)
def test_a_hostfile_that_leads_elsewhere_lists_nobody(link, tmp_path, text):
    config = tmp_path / "accelerate.yaml"
    config.write_text(f"distributed_type: DEEPSPEED\ndeepspeed_hostfile: {link(text)}\n")
    assert kept_of_accelerate(str(config)).data["hostfile_text"] == ""


def test_a_hostfile_is_kept(link, tmp_path):
    text = "# of us\nnode1 slots=8\n\n10.0.0.2\tslots=8 max_slots=8\n"
    config = tmp_path / "accelerate.yaml"
    config.write_text(f"deepspeed_config:\n  deepspeed_hostfile: {link(text)}\n")
    assert kept_of_accelerate(str(config)).data["hostfile_text"] == text


@pytest.mark.parametrize(
    ("text", "cause", "detail"),
    [
        ('{"bf16": {},\n "fp16" {}}', "not-json", "line 2, column 9: Expecting ':' delimiter"),
        ('{"bf16": {}, "bf16": {}}', "duplicate-key", '"bf16" is given twice in one object'),
        ("", "not-json", "it is empty"),
    ],
)
def test_of_a_broken_config_is_kept_where_it_is_broken(link, text, cause, detail):
    kept = ConfigText(**kept_of_deepspeed(link(text)).data["config"])
    assert (kept.state, kept.refused, kept.text) == ("there", cause, "")
    assert kept.detail == detail


@pytest.mark.parametrize("text", ['{"zero_optimisation": {}}', "{}", "# why\nbf16: {}"])
def test_a_config_is_kept_also_a_misspelt_one(link, text):
    assert kept_of_deepspeed(link(text)).data["config"]["text"] == text


def test_a_node_gives_no_reason_of_its_own(link):
    answer = Answer({"config": {"state": "there", "absolute": "/x", "text": "{}", "line": 9}})
    answer.data["config"].update(refused="duplicate-key", detail="SeCrEt")
    config = without_foreign_text(DeepspeedConfig.section, answer).data["config"]
    assert (config["refused"], config["detail"], config["line"]) == ("", "", 0)
