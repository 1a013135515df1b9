"""Remedies are said in the words of the accelerator and of the installation that a log shows."""

from __future__ import annotations

import pytest

from checks.knowledge.failures import FAILURES
from checks.knowledge.platforms import PLATFORMS, in_words_of, platform_in, with_pip_of
from launcher.diagnosis.diagnose import diagnose_logs
from launcher.diagnosis.render import render_diagnosis

TRACE = """\
Traceback (most recent call last):
  File "{lib}/python3.11/site-packages/transformers/training_args.py", line 1, in __post_init__
ValueError: Your setup doesn't support bf16/gpu.
"""


def said_of(tmp_path, text):
    path = tmp_path / "x.log"
    path.write_text(text, encoding="utf-8")
    evidence, verdict = diagnose_logs([path])
    return render_diagnosis(verdict, evidence)


@pytest.mark.parametrize(
    ("line", "command", "variable"),
    [
        ("", "nvidia-smi -L", "CUDA_VISIBLE_DEVICES"),
        ("PyTorch version: 2.7.0+rocm6.3", "rocm-smi", "HIP_VISIBLE_DEVICES"),
        (
            "[INFO] [real_accelerator.py:203] Setting ds_accelerator to npu (auto detect)",
            "npu-smi info",
            "ASCEND_RT_VISIBLE_DEVICES",
        ),
        (
            "[INFO] [real_accelerator.py:203] Setting ds_accelerator to xpu (auto detect)",
            "xpu-smi discovery",
            "ZE_AFFINITY_MASK",
        ),
        ("import habana_frameworks", "hl-smi", "HABANA_VISIBLE_DEVICES"),
    ],
)
def test_a_remedy_names_the_tools_of_the_logs_accelerator(tmp_path, line, command, variable):
    said = said_of(tmp_path, f"{line}\n{TRACE.format(lib='/srv/venv/lib')}")
    assert f"`{command}` on that node" in said
    assert f" {variable} of the rank" in said


def test_no_remedy_names_nvidias_tools_to_another_accelerator():
    for platform in PLATFORMS:
        for known in FAILURES.values():
            remedy = in_words_of(platform, known.fix)
            assert "nvidia-smi" not in remedy, known.id
            assert "CUDA_VISIBLE_DEVICES" not in remedy.replace("NOSET_CUDA", ""), known.id


@pytest.mark.parametrize(
    "line",
    [
        "ROCM used to build PyTorch: N/A",
        "[INFO] [real_accelerator.py:203] Setting ds_accelerator to cuda (auto detect)",
        "RuntimeError: CUDA error: out of memory",
    ],
)
def test_lines_of_nvidias_gpus_name_no_other(line):
    assert platform_in(line) is None


@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (["/srv/venv/lib/python3.11/site-packages/a.py"], "`uv pip install -U --reinstall a`"),
        ([], "`uv pip install -U --reinstall a`"),
        (
            ["/opt/miniconda3/envs/sft/lib/python3.11/site-packages/a.py", "/data/train.py"],
            "`/opt/miniconda3/envs/sft/bin/python -m pip install -U --force-reinstall a`",
        ),
        (
            ["/opt/conda/lib/python3.10/site-packages/a.py"],
            "`/opt/conda/bin/python -m pip install -U --force-reinstall a`",
        ),
        (
            ["/usr/local/lib/python3.10/dist-packages/a.py"],
            "`python3 -m pip install -U --force-reinstall a`",
        ),
        (
            ["/opt/conda/lib/python3.10/a.py", "/usr/lib/python3.10/dist-packages/b.py"],
            "`uv pip install -U --reinstall a`",
        ),
    ],
)
def test_a_package_is_installed_where_the_traceback_runs(paths, said):
    assert with_pip_of(paths, "`uv pip install -U --reinstall a` there") == f"{said} there"


def test_what_only_uv_can_stays():
    command = "`uv pip install --torch-backend=auto torch`"
    assert with_pip_of(["/opt/conda/lib/python3.10/a.py"], command) == command


def test_a_count_of_gpus_stays_a_count():
    rocm = next(each for each in PLATFORMS if each.name == "rocm")
    said = in_words_of(rocm, "slots= to at most `nvidia-smi -L | wc -l`")
    assert said == "slots= to at most `rocminfo | grep -c 'Device Type: *GPU'`"
