"""accelerate's configurations are found and read as accelerate itself does."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

import pytest

from checks.areas.accelerate.keys import TOP_KEYS
from checks.facts import decode_fact
from checks.facts.accelerate_config import AccelerateFile
from checks.knowledge.accelerate_config import ConfigError, parse_config
from checks.knowledge.plain_yaml import YamlError, read_yaml
from checks.model import Outcome
from checks.node.probe.accelerate_config import accelerate_config as section
from tests.support.accelerate_files import FSDP, PDSH, STANDARD, fails, found, snapshot
from tests.support.paths import ROOT


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


SCALARS = """\
a: 1
b: no
c: 'no'
d: 1.5
e: x:y
f: ~
g:
h: "q # q"  # c
i: a b # c
j: []
k: 10.0.0.1
l: 'it''s'
m: 1e5
n: -1
o: /p/q-r
p: TRUE
q: fe80::1
'r': 0
s:
  t: 0

  u: 2
v: 3"""


def test_yaml():
    values = read_yaml(SCALARS)
    assert (values["a"], values["b"], values["c"], values["d"]) == (1, False, "no", 1.5)
    assert (values["e"], values["f"], values["g"], values["h"]) == ("x:y", None, None, "q # q")
    assert (values["i"], values["j"], values["k"], values["l"]) == ("a b", [], "10.0.0.1", "it's")
    assert (values["s"], values["v"]) == ({"t": 0, "u": 2}, 3)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1", "a: [1]", "a: {b: 1}", "a: |", "a: 012", "a: 0x1", "a: 1:30", "a: 1_0",
        "- a", "a", "a: 1\na: 2", "a:\n  b: 1\n    c: 2", "  a: 1", "a: .inf", "a: !!int 1",
        "a: b: c", 'a: "x\\n"', "\ta: 1", "a:\n- b", "a: 'b", "a: 2024-01-01", "a: 1\n  b: 2",
    ],
)  # fmt: skip
def test_yaml_that_is_refused(text):
    with pytest.raises(YamlError, match="line"):
        read_yaml(text)


PUBLISHED = ROOT.parent / "shared/data/accelerate_configs"


if PUBLISHED.is_dir():

    @pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.yaml")), ids=lambda path: path.stem)
    def test_published_configurations_are_accepted(path):
        text = path.read_text()
        snap = snapshot(text.replace("{", "{{").replace("}", "}}"))
        assert found("config-is-accepted", snap, "node1").outcome is Outcome.PASS
        assert not fails("config-is-accepted", snap)
        assert not fails("fsdp-keys-fit", snap)


if importlib.util.find_spec("yaml"):

    @pytest.mark.parametrize(
        "text",
        [SCALARS, STANDARD.format(rank=1), PDSH, *(p.read_text() for p in PUBLISHED.glob("*"))],
    )
    def test_yaml_is_read_as_accelerate_reads_it(text):
        import yaml

        assert read_yaml(text) == yaml.safe_load(text)


if importlib.util.find_spec("accelerate"):

    def test_every_key_of_the_accelerate_that_is_installed_is_known():
        origin = importlib.util.find_spec("accelerate").origin
        source = Path(origin).parent / "commands/config/config_args.py"
        classes = {c.name: c for c in ast.parse(source.read_text()).body if isinstance(c, ast.ClassDef)}  # fmt: skip  # noqa: E501
        lines = [*classes["BaseConfig"].body, *classes["ClusterConfig"].body]
        fields = {line.target.id for line in lines if isinstance(line, ast.AnnAssign)}
        assert {"machine_rank", "distributed_type"} < fields
        assert fields <= TOP_KEYS

    def test_the_accelerate_that_is_installed_does_not_hear_its_file_on_the_rendezvous(tmp_path):
        from accelerate.commands.launch import _validate_launch_command, launch_command_parser

        path = tmp_path / "config.yaml"
        ddp = FSDP.replace("FSDP", "MULTI_GPU").replace("fsdp_config:\n", "")
        lines = [line for line in ddp.format(rank=1).splitlines() if not line.startswith(" ")]
        path.write_text("\n".join([*lines, "rdzv_backend: c10d", "same_network: true"]))
        argv = ["--config_file", str(path), "train.py"]
        args, *_ = _validate_launch_command(launch_command_parser().parse_args(argv))
        assert (args.machine_rank, args.main_process_ip) == (1, "node1")
        assert (args.rdzv_backend, args.same_network) == ("static", False)
