"""Artefacts for other tools, on the nodes of a real lab, and taken by those tools."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from checks.judge import decide
from launcher import cli
from launcher.lab.cluster import Lab
from tests.support.lab_preflight import describe, job_of, run_preflight

YAML = ".cache/huggingface/accelerate/default_config.yaml"


def launcher(lab: Lab, *words: str) -> tuple[int, str]:
    out = io.StringIO()
    argv = [*words, "--hosts", str(lab.hosts), "--workdir", "/root"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        code = cli.main(argv)
    return code, out.getvalue()


@pytest.fixture
def tidy(lab: Lab):
    """Takes away again what a person asked to have written."""
    yield lab
    for node in lab.nodes:
        node.run(f"rm -rf hostfile* .deepspeed_env* .cache/huggingface/accelerate; {EMPTY}")


EMPTY = "rmdir -p .cache/huggingface 2>/dev/null || true"


def test_a_hostfile_on_every_node_and_the_old_one_kept(tidy: Lab):
    tidy.node("node2").run("echo mine >hostfile", check=True)
    code, said = launcher(tidy, "hostfile", "--write", "--yes")
    assert code == 0, said
    for node in tidy.nodes:
        text = node.run("cat /root/hostfile", check=True).stdout
        assert text.splitlines() == [f"node{n} slots=1" for n in (1, 2, 3)]
    assert tidy.node("node2").run("cat hostfile.old", check=True).stdout == "mine\n"


def test_an_environment_only_the_login_can_read(tidy: Lab, tmp_path: Path):
    launch = tmp_path / "launch.toml"
    launch.write_text('[env]\nHF_TOKEN = "hf_secretsecretsecret"\n')
    code, said = launcher(tidy, "env", "--launch-file", str(launch))
    assert code == 0, said
    assert "HF_TOKEN" in said
    assert "hf_secretsecretsecret" not in said
    assert launcher(tidy, "env", "--write", "--yes", "--launch-file", str(launch))[0] == 0
    seen = tidy.node("node3").run("stat -c %a .deepspeed_env; cat .deepspeed_env", check=True)
    assert seen.stdout.startswith("600\n")
    assert "HF_TOKEN=hf_secretsecretsecret\n" in seen.stdout


@pytest.mark.parametrize(
    "words", [("--deepspeed-config", "zero2.json"), ("--fsdp", "1"), ("--fsdp", "2"), ()]
)
def test_accelerate_finds_its_rank_on_every_node(tidy: Lab, words: tuple[str, ...]):
    written = ("accelerate-config", "--write", "--yes", *words)
    tidy.node("node2").run(f"mkdir -p {Path(YAML).parent}; echo broken >{YAML}", check=True)
    code, said = launcher(tidy, *written)
    assert code == 0, said
    for rank, node in enumerate(tidy.nodes):
        assert f"machine_rank: {rank}\n" in node.run(f"cat {YAML}", check=True).stdout
    if words[:1] == ("--deepspeed-config",):
        assert launcher(tidy, "hostfile", "--write", "--yes")[0] == 0
    findings = [
        entry
        for entry in run_preflight(job_of(tidy, with_="accelerate"))
        if entry.area == "accelerate"
    ]
    assert decide(findings) == "go", describe(findings)
    assert not describe(findings)


def test_a_node_that_is_away_is_named(tidy: Lab):
    tidy.fault("sshd-stopped", on=["node3"])
    code, said = launcher(tidy, "hostfile")
    assert code == 1
    assert "node3" in said
