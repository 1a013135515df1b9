"""What a program meets on a node: packages, text, proxies; judged, and asked of a real Python."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks.facts.controller_files import ControllerFiles
from checks.facts.decode import decode_fact
from checks.facts.environment import Environment
from checks.facts.software import Software
from checks.model import HERE
from checks.node.probe import software as software_probe
from tests.support.installed import FOUND, PYTHON, SITE, cluster, node2_outcome, outcomes, software
from tests.support.snapshots import judged, with_fact

PREFIX = "/opt/venv"
SHADOW = {"torch": (("/root/.local/lib/python3.11/site-packages", "2.1.0"), (SITE, "2.5.1"))}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "pass"),
        ({"copies": SHADOW}, "shadowed!"),
        ({"copies": {"numpy": SHADOW["torch"]}}, "shadowed"),
        ({"copies": SHADOW, "prefix": "/usr"}, "pass"),
        ({"copies": {"torch": (SHADOW["torch"][0], (SITE, "2.1.0"))}}, "pass"),
        ({"copies": {"deepspeed": (("/opt/DeepSpeed", ""), (SITE, "0.16"))}}, "shadowed!"),
        ({"copies": {"torch": (("/opt/x", "1"), (SITE, "2"))}}, "shadowed!"),
        ({"modules": {**FOUND, "deepspeed": "/run/deepspeed.py"}}, "package-shadowed!"),
        ({"modules": {**FOUND, "deepspeed": "/run/deepspeed/__init__.py"}}, "pass"),
    ],
)
def test_what_stands_before_the_environment_is_named(fields, expected):
    assert (
        node2_outcome("packages-are-the-environments-own", software=software(**fields)) == expected
    )


@pytest.mark.parametrize(
    ("shells", "command"),
    [
        (({}, {"PYTHONPATH": "/opt/x"}), "sed -i "),
        (({"PYTHONPATH": "/opt/x/"}, {"PYTHONPATH": "/a:/opt/x"}), "mv /opt/x/queue.py "),
        (({}, {"PYTHONPATH": "/a"}), "mv /opt/x/queue.py "),
    ],
    ids=["of this node alone", "of others too", "another folder"],
)
def test_the_line_that_brings_a_shadowing_file_is_named(shells, command):
    snap = cluster(software=software(shadows={"queue": "/opt/x/queue.py"}))
    for number, shell in enumerate(shells, 1):
        own = Environment(shell=shell, set_in={"PYTHONPATH": ("/root/.bashrc:4",)})
        with_fact(snap, f"node{number}", own)
    finding = judged(snap, "software.packages-are-the-environments-own")[("node2",)]
    assert finding.cause == "package-shadowed"
    assert finding.fix.command.startswith(command)
    named = "PYTHONPATH has /opt/x (/root/.bashrc:4)" in finding.message
    assert named is (shells[1]["PYTHONPATH"] != "/a")


@pytest.mark.parametrize(
    ("shell", "places", "command"),
    [
        ({}, (), f"grep -ls /opt/x {PREFIX}/lib*/python3*/site-packages/*.pth "),
        ({"PYTHONPATH": "/a:/opt/x/"}, ("/root/.bashrc:1",), "sed -i "),
        ({"PYTHONPATH": "/a"}, ("/root/.bashrc:1",), "grep -ls /opt/x "),
    ],
    ids=["at Python's start", "PYTHONPATH", "another PYTHONPATH"],
)
def test_what_puts_the_folder_first_is_named(shell, places, command):
    here = software(copies={"torch": (("/opt/x", "1"), (SITE, "2"))}, prefix=PREFIX)
    own = Environment(shell=shell, set_in={"PYTHONPATH": places} if places else {})
    snap = with_fact(cluster(software=here), "node2", own)
    finding = judged(snap, "software.packages-are-the-environments-own")[("node2",)]
    assert finding.fix
    assert finding.fix.command.startswith(command)


def test_a_version_that_only_a_shadow_makes_differ_is_told_once():
    packages = {"torch": "2.1.0", "deepspeed": "0.16.0", "triton": "3.1.0"}
    here = software(packages=packages, copies=SHADOW)
    assert node2_outcome("versions-are-equal", software=here) == "pass"
    snap = cluster(software=here)
    finding = judged(snap, "software.packages-are-the-environments-own")[("node2",)]
    assert finding.fix
    folder = SHADOW["torch"][0][0]
    assert finding.fix.command == f"mv {folder} {folder}.away"


SCRIPT = {"command": ("train.py",)}


@pytest.mark.parametrize(
    ("job", "fields", "expected"),
    [
        (SCRIPT, {}, "pass"),
        (SCRIPT, {"unfound": ("wandb",)}, "import-missing!"),
        (SCRIPT, {"unfound": ("_lzma",)}, "library-incomplete!"),
        (
            {"command": ("-m", "axolotl.cli.train", "c.yml")},
            {"unfound": ("axolotl.cli.train",)},
            "module-missing!",
        ),
        (SCRIPT, {"unfound": ("torch",), "modules": {**FOUND, "torch": None}}, "skip"),
        ({"command": ("run.sh",)}, {}, "skip"),
        ({}, {}, "skip"),
    ],
)
def test_what_the_program_needs_is_found(job, fields, expected):
    said = outcomes("program-is-importable", cluster(job=job, software=software(**fields)))
    assert said["node2"] == expected


MISREAD = "line 3: f-string: unmatched '['"


@pytest.mark.parametrize(
    ("elsewhere", "expected", "words"),
    [
        ({"misread": MISREAD}, "syntax-error!", "correct that line, or name an interpreter"),
        ({"version": "3.12.3"}, "syntax-error!", "Python 3.12 of other nodes reads it"),
        ({}, "skip", ""),
    ],
    ids=["everywhere", "an older interpreter", "another file"],
)
def test_a_script_that_the_interpreter_cannot_parse_stops_the_start(elsewhere, expected, words):
    base = {"software": software(**elsewhere)}
    snap = cluster(base=base, job=SCRIPT, software=software(misread=MISREAD))
    assert outcomes("program-is-importable", snap)["node2"] == expected
    finding = judged(snap, "software.program-is-importable")[("node2",)]
    assert (MISREAD in finding.message) == bool(words)
    assert words in (finding.fix.note if finding.fix else "")


def test_a_package_that_another_node_has_is_installed_as_there():
    base = {"software": software(packages={"flash-attn": "2.6.3"})}
    here = software(unfound=("flash_attn.layers",))
    snap = cluster(base=base, job=SCRIPT, software=here)
    finding = judged(snap, "software.program-is-importable")[("node2",)]
    assert finding.fix
    assert finding.fix.command == f"{PYTHON} -m pip install flash-attn==2.6.3"


OWN = ControllerFiles(sync_line="sync", source="/me", modules=("tool", "pkg.train", "pkg"))


@pytest.mark.parametrize(
    ("command", "unfound", "cause", "line", "words"),
    [
        (("train.py",), "tool", "own-module-missing", "sync", "/me of this machine has tool"),
        (("-m", "pkg.train"), "pkg.train", "own-module-missing", "sync", "has pkg.train"),
        (("-m", "pkg.trian"), "pkg.trian", "module-missing", "", "type pkg.train in place of"),
        (("train.py",), "tooll", "import-missing", "", "type tool in place of tooll"),
        (("train.py",), "my_things", "import-missing", "", "not known as published: my-things;"),
        (("-m", "our.run"), "our.run", "module-missing", "", "not known as published: our;"),
        (("train.py",), "wandb", "import-missing", f"{PYTHON} -m pip install wandb", ""),
        (("train.py",), "hydra", "import-missing", f"{PYTHON} -m pip install hydra-core", ""),
    ],
)
def test_no_stranger_is_installed_for_a_module_of_ones_own(command, unfound, cause, line, words):
    lacking = software(unfound=(unfound,))
    snap = cluster(base={"software": lacking}, job={"command": command}, software=lacking)
    for name in snap.job.names:
        with_fact(snap, name, OWN)
    finding = judged(snap, "software.program-is-importable")[("node2",)]
    assert finding.fix
    assert (finding.cause, finding.fix.command) == (cause, line)
    assert words in finding.fix.note
    assert finding.fix.on == ("node2" if "pip" in line else HERE)
    assert ("; did you mean" in finding.message) == ("in place of" in words)


def test_a_module_that_another_node_has_is_no_other_name_and_no_package():
    snap = cluster(job=SCRIPT, software=software(unfound=("tools",)))
    for name in snap.job.names:
        with_fact(snap, name, OWN)
    finding = judged(snap, "software.program-is-importable")[("node2",)]
    assert finding.message.endswith("does not find; node1 has it")
    assert finding.fix
    assert (finding.fix.command, finding.fix.on) == ("", "node2")
    assert finding.fix.note == "what node1 has, copy or install here: tools"


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("UTF-8", "pass"), ("utf8", "pass"), ("ISO-8859-1", "not-utf-8")],
)
def test_text_is_utf_8(encoding, expected):
    assert node2_outcome("text-is-utf-8", software=software(encoding=encoding)) == expected


RAY = {"command": ("-m", "openrlhf.cli.train_ppo_ray")}
PROXY = {"http_proxy": "http://proxy:3128"}


@pytest.mark.parametrize(
    ("job", "shell", "expected"),
    [
        (SCRIPT, PROXY, "skip"),
        (RAY, {}, "pass"),
        (RAY, {**PROXY, "no_proxy": "localhost"}, "proxy-catches"),
        (RAY, {**PROXY, "no_proxy": "localhost,node1,node2"}, "pass"),
        (RAY, {**PROXY, "NO_PROXY": "*"}, "pass"),
        (RAY, {**PROXY, "no_proxy": "10.0.0.0/8"}, "pass"),
        ({**RAY, "env": {"no_proxy": "node1,node2"}}, PROXY, "pass"),
    ],
)
def test_a_proxy_matters_to_programs_that_speak_http(job, shell, expected):
    snap = with_fact(cluster(job=job), "node2", Environment(shell=shell))
    assert outcomes("proxy-spares-the-nodes", snap)["node2"] == expected


def test_a_name_that_terminals_alone_find_says_so():
    missing = Software("python", "missing", interactive="/opt/conda/bin/python")
    said = outcomes("python-is-there", cluster(software=missing))
    assert said == {"node1": "pass", "node2": "python-for-terminals-alone!"}


@pytest.mark.parametrize("there", [True, False])
def test_a_name_that_terminals_alone_find_is_typed_again_where_all_nodes_have_that_path(there):
    conda = "/opt/conda/bin/python"
    missing = Software("python", "missing", interactive=conda)
    snap = with_fact(cluster(), "node1", missing if there else Software("/usr/bin/python", "ok"))
    snap = with_fact(snap, "node2", missing)
    fix = judged(snap, "software.python-is-there")[("node2",)].fix
    assert fix.option == (("--python", conda) if there else ())
    assert conda in str(fix)


def asked(tmp_path: Path, source: str, **args: Any) -> Software:
    (tmp_path / "train.py").write_text(source)
    given = {"python": sys.executable, "workdir": str(tmp_path), "command": ["train.py"], **args}
    return decode_fact(Software, software_probe.software(given))


def test_imports_of_the_script_are_looked_for_and_not_run(tmp_path):
    (tmp_path / "beside.py").write_text("raise SystemExit('imported')")
    source = (
        "import beside, os.path, torch.nn\nfrom nowhere.x import y\nfrom . import z\n"
        "try:\n    import optional\nexcept ImportError:\n    pass\n"
    )
    assert asked(tmp_path, source).unfound == ("nowhere",)
    assert asked(tmp_path, "import sys; sys.path.append('x')\nimport nowhere").unfound == ()
    assert asked(tmp_path, "import (").unfound == ()


def test_what_the_library_needs_of_its_compiled_parts_is_looked_for(tmp_path, monkeypatch):
    needs = {"json": "_nowhere", "csv": "math"}
    monkeypatch.setattr(software_probe, "COMPILED", needs)
    assert asked(tmp_path, "import json, csv").unfound == ("_nowhere",)
    assert asked(tmp_path, "import csv").unfound == ()
    assert asked(tmp_path, "try:\n    import json\nexcept ImportError:\n    pass").unfound == ()


def test_a_module_of_the_command_is_looked_for(tmp_path):
    known = asked(tmp_path, "", command=["-m", "deepspeed.launcher.launch"])
    assert known.unfound == ()
    assert asked(tmp_path, "", command=["-m", "torch.nope.x"]).unfound == ("torch.nope.x",)


def test_a_checkout_that_all_nodes_import_is_no_stop():
    checkout = {"deepspeed": (("/opt/DeepSpeed", ""), (SITE, "0.16"))}
    snap = cluster()
    for name in ("node1", "node2", "node3"):
        with_fact(snap, name, software(copies=checkout))
    found = judged(snap, "software.packages-are-the-environments-own")
    assert all(finding.warned for finding in found.values())


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("export PYTHONPATH=/opt/o.d", "export PYTHONPATH="),
        ("export PYTHONPATH=/a:/opt/o.d/:/b", "export PYTHONPATH=/a:/b"),
        ("export PYTHONPATH=$OLD:/b", ": # export PYTHONPATH=$OLD:/b"),
    ],
)
def test_a_folder_is_taken_out_of_the_line_that_names_it(tmp_path, line, left):
    file = tmp_path / "bashrc"
    file.write_text(f"{line}\nexport A=/opt/o.d\n")
    settings = {"PYTHONPATH": (f"{file}:1",)}
    copies = {"torch": (("/opt/o.d", "2.1.0"), (SITE, "2.5.1"))}
    snap = with_fact(cluster(software=software(copies=copies)), "node2", Environment({}, settings))
    fix = judged(snap, "software.packages-are-the-environments-own")[("node2",)].fix
    subprocess.run(["sh", "-c", fix.command], check=True)
    assert file.read_text() == f"{left}\nexport A=/opt/o.d\n"


def test_two_copies_are_both_seen(tmp_path):
    (tmp_path / "numpy").mkdir()
    (tmp_path / "numpy/__init__.py").touch()
    (tmp_path / "numpy-1.0.dist-info").mkdir()
    (tmp_path / "numpy-1.0.dist-info/METADATA").write_text("Version: 1.0\n")
    copies = asked(tmp_path, "").copies["numpy"]
    assert copies[0] == (str(tmp_path), "1.0")
    assert len(copies) == 2


def test_latin_1_is_told(tmp_path):
    env = {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    assert asked(tmp_path, "", env=env).encoding.lower() != "utf-8"


def test_an_interactive_shell_is_asked_for_a_bare_name(tmp_path, monkeypatch):
    shell = tmp_path / "shell"
    shell.write_text("#!/bin/sh\necho welcome; echo /opt/conda/bin/$2 | sed s/command.-v.//\n")
    shell.chmod(0o755)
    monkeypatch.setenv("SHELL", str(shell))
    seen = decode_fact(Software, software_probe.software({"python": "python-of-conda"}))
    assert (seen.state, seen.interactive) == ("missing", "/opt/conda/bin/python-of-conda")


OWN_CHECK = "packages-are-the-environments-own"


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({"shadows": {"types": "/run/types.py"}}, "mv /run/types.py /run/own_types.py"),
        (
            {"shadows": {"logging": "/run/logging/__init__.py", "re": "/x/re.py"}},
            "mv /run/logging /run/own_logging && mv /x/re.py /x/own_re.py",
        ),
        (
            {
                "shadows": {"code": "/run/code.py", "types": "/run/types.py"},
                "state": "crashed",
                "detail": "ImportError: cannot import name 'x' from 'code' (/run/code.py)",
            },
            "mv /run/code.py /run/own_code.py && mv /run/types.py /run/own_types.py",
        ),
        ({"shadows": {"code": "/run/code.py", "datasets": "/run/datasets/__init__.py"}}, None),
    ],
)
def test_a_module_with_a_name_that_torch_needs_is_renamed(fields, command):
    here = replace(software(), **fields)
    finding = judged(cluster(software=here), f"software.{OWN_CHECK}")[("node2",)]
    assert (finding.fix and finding.fix.command) == command
    if command:
        assert node2_outcome("python-is-there", software=here) in ("pass", "skip")
        assert node2_outcome(OWN_CHECK, software=here) == "package-shadowed!"
