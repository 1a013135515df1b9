"""DeepSpeed configs on a cluster of two nodes, for the tests of their checks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from checks.answer import Answer
from checks.catalogue import CATALOGUE
from checks.facts import Snapshot
from checks.facts.deepspeed_config import ConfigText, DeepspeedConfig, TrainingScript
from checks.facts.software import Software
from checks.model import Finding, Node, Outcome, Severity
from checks.node.probe.deepspeed_config import deepspeed_config as section
from tests.support.snapshots import judged, snapshot, with_fact

CLAIMS = [claim for claim in CATALOGUE if claim.startswith("deepspeed.")]
PLAIN = ("deepspeed.initialize", "json.load")
TRAINER = ("TrainingArguments", "Trainer")
MICRO = "train_micro_batch_size_per_gpu"
GATHER = "stage3_gather_16bit_weights_on_model_save"
CPU, NVME = {"device": "cpu"}, {"device": "nvme", "nvme_path": "/nvme"}


def cluster(
    config: Any,
    words: Any = PLAIN,
    *,
    path: str = "/run/ds.json",
    version: str = "0.19.8",
    slots: int | None = 8,
    **job: Any,
) -> Snapshot:
    """Two nodes of 8 slots with that config, read by a script in which `words` stand."""
    text = config if isinstance(config, str) else json.dumps(config)
    hosts = tuple(Node(name, slots=slots) for name in ("node1", "node2"))
    given = {"command": ("train.py",), "deepspeed_config": "ds.json", **job}
    snap = snapshot(("node1", "node2"), hosts=hosts, **given)
    script = TrainingScript("train.py", tuple(words)) if words is not None else None
    for node in snap.job.names:
        fact = DeepspeedConfig(ConfigText("there", str(path), text, len(text)), script)
        with_fact(snap, node, fact)
        with_fact(snap, node, Software("/venv", "ok", packages={"deepspeed": version}))
    return snap


def finding(claim: str, snap: Snapshot) -> Finding:
    """The one about the head, or about the cluster."""
    found = judged(snap, f"deepspeed.{claim}")
    return found[()] if () in found else found[("node1",)]


def outcome(claim: str, config: Any, words: Any = PLAIN, **rest: Any) -> str:
    """What becomes of the claim: pass, skip, unknown, or the cause, with ! where it blocks."""
    result = finding(claim, cluster(config, words, **rest))
    if result.outcome is not Outcome.FAIL:
        return result.outcome.value
    assert result.fix and str(result.fix) and result.message
    return result.cause + ("!" if result.severity is Severity.BLOCK else "")


def apply_fix(
    folder: Path, claim: str, config: Any, words: Any = PLAIN, **job: Any
) -> dict[str, Any]:
    """Types the fix of a config that fails; the claim then holds. Returns the config after it."""
    path = folder / "ds.json"
    path.write_text(config if isinstance(config, str) else json.dumps(config))
    result = finding(claim, cluster(path.read_text(), words, path=path, **job))
    if result.outcome is Outcome.FAIL:
        subprocess.run(["sh", "-c", result.fix.command], check=True, timeout=30)
    assert outcome(claim, path.read_text(), words, path=path, **job) == "pass"
    return json.loads(path.read_text())


def zero(**keys: Any) -> dict[str, Any]:
    """A config with these keys of ZeRO."""
    return {MICRO: 1, "zero_optimization": keys}


def outcomes_in(folder, name, **job):
    """What is not in order with a config as the probe reads it, for a cluster of 2 x 8."""
    hosts = tuple(Node(node, slots=8) for node in ("node1", "node2"))
    given = {"workdir": str(folder), "deepspeed_config": name, "command": ("train.py",), **job}
    snap = snapshot(("node1", "node2"), hosts=hosts, **given)
    data = section({**given, "command": list(given["command"])})
    for node in snap.job.names:
        snap.put(node, DeepspeedConfig.section, Answer(data))
    found = [entry for claim in CLAIMS for entry in judged(snap, claim).values()]
    assert not [finding for finding in found if finding.outcome is Outcome.UNKNOWN]
    return {
        finding.cause: finding.severity.value
        for finding in found
        if finding.outcome is Outcome.FAIL
    }
