"""What DeepSpeed will compile when the job starts, and whether this node can."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import replace

from checks.areas.deepspeed.config_access import deepspeed_version
from checks.areas.software.pip_commands import install_command
from checks.check import node_check
from checks.facts import NodeView
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.denial import Denial
from checks.facts.environment import Environment
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.facts.toolchain import Toolchain
from checks.knowledge.deepspeed_config import NotAConfig, ParsedConfig, read_config
from checks.knowledge.denials import denial_words, opening_fix
from checks.knowledge.nccl_variables import Setting, comment_out_fix, setting_in_force
from checks.model import Fix, Verdict, block, ok, skip, warn

OFFLOADED = {"adagrad": "cpu_adagrad", "lion": "cpu_lion"}
FUSED = {"adam": "fused_adam", "adamw": "fused_adam", "lamb": "fused_lamb", "lion": "fused_lion"}
SHARED_MEMORY = "deepspeed_shm_comm"
"""What DeepSpeed's communication loads wherever it trains on CPUs."""
FIRST_ON_CPUS = (0, 12)
NO_CUDA_CHECK = (0, 19)
"""From this version on DeepSpeed compiles at the start without comparing versions of CUDA."""


def operators_to_compile(node: NodeView) -> tuple[str, ...]:
    """The operators that this config has DeepSpeed load, those installed as built left out.

    As deepspeed.runtime.engine chooses optimizers; a client's own is not seen.
    """
    built = node.read(Software).built_ops if node.has(Software) else ()
    return tuple(name for name in _configured_operators(_node_config(node)) if name not in built)


def _node_config(node: NodeView) -> ParsedConfig:
    """The config there; an empty one where there is none that can be read."""
    text = node.read(DeepspeedConfig).config if node.has(DeepspeedConfig) else None
    try:
        return read_config(text) if text and text.state == "there" else ParsedConfig({})
    except NotAConfig:
        return ParsedConfig({})


def _configured_operators(config: ParsedConfig) -> list[str]:
    kind = str(config.get("optimizer.type") or "").lower()
    zero = "zero_optimization.offload_"
    offloads = config.stage > 0 and config.device("offload_optimizer") in ("cpu", "nvme")
    forced = config.get("zero_force_ds_cpu_optimizer") is not False
    names = []
    if offloads and forced and config.get("optimizer.params.torch_adam") is not True:
        names.append(OFFLOADED.get(kind, "cpu_adam"))
    elif kind in FUSED and not offloads and config.get("optimizer.params.torch_adam") is not True:
        names.append(FUSED[kind])
    if any(
        config.get(f"{zero}{kind_of_state}.device") == "nvme"
        for kind_of_state in ("param", "optimizer")
    ):
        names.append("async_io")
    return names


COMPILERS = ("c++", "g++", "/usr/bin/c++", "/usr/bin/g++")
"""What the system's package brings."""


@node_check(
    "software.operators-can-be-built",
    *(Toolchain, Software, DeepspeedConfig, Gpus),
    optional=(Environment,),
)
def operators_can_be_built(node: NodeView) -> Verdict:
    """Where the config makes DeepSpeed compile operators, this node has what that needs.

    Every node compiles them at the first start, after the model was loaded. A go says which it has
    not kept from an earlier training of the same torch, on CPUs also what DeepSpeed loads there in
    any case, and how to do without where that costs nothing.

    Measured: Which operators, from the config: cpu_adam and similar for an offloaded optimizer,
    fused_adam and similar for DeepSpeed's own, async_io for NVMe; prebuilt ones (`DS_BUILD_…`) are
    left out. For them the compiler (`CXX`, or `c++`), ninja, libaio.h, and on NVIDIA's GPUs the
    toolkit at `CUDA_HOME`, in torch's major version.

    Fix:
        no-compiler, no-ninja, no-libaio: installs it; where `CXX` names another compiler, which is
            not there, turns the line that sets it into a comment. A libaio.h that is not
            in its usual folders only warns, where the C compiler links libaio.
        tool-denied: the compiler or ninja is there, and the login may not run it. Opens it.
        no-cuda-toolkit, cuda-mismatch: names the toolkit for `CUDA_HOME`, for fused_adam also
            `torch_adam`, which needs none; another major version only warns from DeepSpeed
            0.19 on, which does not compare them, and passes with `DS_SKIP_CUDA_CHECK=1`.
    """
    names = operators_to_compile(node)
    if not node.read(Software).ok:
        return skip("the interpreter does not run; see software.python-is-there")
    compiles = _first_compiled(node, names)
    if not names and not compiles:
        return skip("the config asks for no operator that is compiled at the start")
    if not names:
        return ok(f"{SHARED_MEMORY}, as always on CPUs", **compiles)
    tools, operators = node.read(Toolchain), ", ".join(names)
    return (
        _judge_compiler(node, tools, operators)
        or _judge_ninja(node, tools, operators)
        or _judge_libaio(node, tools, names)
        or _judge_toolkit(node, tools, operators)
        or ok(
            f"{operators}: {tools.compiler_path}, {tools.ninja}{_describe_toolkit(tools)}",
            **compiles,
        )
    )


def _first_compiled(node: NodeView, names: Sequence[str]) -> dict[str, str]:
    """As evidence: what no earlier training of these packages left here, and how to do without."""
    facts, software = node.read(DeepspeedConfig), node.read(Software)
    if facts.config is None:
        return {}
    torch = posixpath.dirname(software.modules.get("torch") or "")
    on_cpus = not node.read(Gpus).vendors and (deepspeed_version(node) or (0,)) >= FIRST_ON_CPUS
    shared = [SHARED_MEMORY] if on_cpus and SHARED_MEMORY not in software.built_ops else []
    new = [name for name in (*names, *shared) if not _is_kept(facts.kept_operators, name, torch)]
    without = _way_without(_node_config(node), new) if on_cpus else ""
    if not new:
        return {}
    return {"compiles": ", ".join(new), **({"without": without} if without else {})}


def _is_kept(kept: Mapping[str, str], name: str, torch: str) -> bool:
    """Whether it was compiled for the torch in that folder, or nobody knows for which."""
    return name in kept and (not torch or kept[name] in ("", torch))


def _way_without(config: ParsedConfig, names: Sequence[str]) -> str:
    """What spares the build of an optimizer where there is no GPU that is faster with it.

    As deepspeed.runtime.engine chooses: `torch_adam` comes before all others.
    """
    for name in ("fused_adam", "cpu_adam"):
        if _is_adam(config) and name in names:
            return f'"torch_adam": true in optimizer.params takes torch\'s own in place of {name}.'
    offloaded = next((name for name in ("cpu_adam", *OFFLOADED.values()) if name in names), "")
    note = "offload_optimizer moves nothing where there is no GPU; without it {} is not needed."
    return note.format(offloaded) if offloaded else ""


def _is_adam(config: ParsedConfig) -> bool:
    """Whether the config itself names the optimizer that `torch_adam` replaces."""
    return str(config.get("optimizer.type") or "").lower() in ("adam", "adamw")


def _describe_toolkit(tools: Toolchain) -> str:
    return f", CUDA {tools.nvcc}" if tools.nvcc else ""


def _judge_compiler(node: NodeView, tools: Toolchain, operators: str) -> Verdict | None:
    if tools.compiler_path:
        return None
    if denial := tools.denied.get(tools.compiler):
        return _judge_denied_tool(node, tools.compiler, denial)
    message = f"{node.name} has no {tools.compiler}, which DeepSpeed needs to compile {operators}"
    if setting := absent_compiler(node):
        return block("no-compiler", f"{message}: {setting}", drop_compiler_fix(node, setting))
    return block("no-compiler", message, _install_fix(node))


def _install_fix(node: NodeView) -> Fix:
    return node.fix("apt-get install -y g++", "or gcc-c++ with dnf", root=True)


def absent_compiler(node: NodeView) -> Setting | None:
    """The CXX that names a compiler which is not there, where another is or can be installed."""
    tools = node.read(Toolchain) if node.has(Toolchain) else None
    if not tools or "CXX" not in tools.absent or not node.has(Environment):
        return None
    comes_with_package = tools.compiler in COMPILERS and not tools.usual_compiler
    return None if comes_with_package else setting_in_force(node, "CXX")


def drop_compiler_fix(node: NodeView, setting: Setting) -> Fix:
    """Takes CXX, and a CC that is no better, out of where they are set; installs what is used then,
    where nothing is.
    """
    tools, install = node.read(Toolchain), _install_fix(node).command
    usual = tools.usual_compiler
    instead = f"{usual or 'g++'} is used then; or install {setting.value}"
    if setting.name in node.job.env:
        note = f"take {' and '.join(tools.absent)} out of {setting.where}: {instead}"
        return Fix("", "", note) if usual else replace(_install_fix(node), note=f"then {note}")
    names = [name for name in tools.absent if name not in node.job.env]
    fix = comment_out_fix(node, *names, more=f": {instead}")
    return fix if usual else replace(fix, command=f"{install} && {fix.command}")


def _judge_denied_tool(node: NodeView, name: str, denial: Denial) -> Verdict:
    message = f"{node.name} cannot run {name}: {denial_words(denial)}"
    return block("tool-denied", message, opening_fix(node, denial))


def _judge_ninja(node: NodeView, tools: Toolchain, operators: str) -> Verdict | None:
    if tools.ninja:
        return None
    if denial := tools.denied.get("ninja"):
        return _judge_denied_tool(node, "ninja", denial)
    message = f"{node.name} has no ninja, which DeepSpeed needs to compile {operators}"
    pip = install_command(node.read(Software), {"ninja": ""})
    return block("no-ninja", message, node.fix(pip, "or ninja-build of the system"))


def _judge_libaio(node: NodeView, tools: Toolchain, names: tuple[str, ...]) -> Verdict | None:
    links = node.read(DeepspeedConfig).links_libaio
    if "async_io" not in names or (tools.libaio and links is not False):
        return None
    lacks = "no libaio that links" if links is False else "no libaio.h"
    message = f"{node.name} has {lacks}, which DeepSpeed's async_io needs to offload to NVMe"
    note = "or libaio-devel with dnf; one in another folder is found by CFLAGS and LDFLAGS"
    fix = node.fix("apt-get install -y libaio-dev", note, root=True)
    return (block if links is False else warn)("no-libaio", message, fix)


def _judge_toolkit(node: NodeView, tools: Toolchain, operators: str) -> Verdict | None:
    """CUDA's own compiler, of torch's major version, where the operators are for NVIDIA's GPUs."""
    cuda = node.read(Software).cuda
    if not cuda or "NVIDIA" not in node.read(Gpus).vendors:
        return None
    if not tools.nvcc:
        place = f"in {tools.cuda_home}" if tools.cuda_home else "and CUDA_HOME names no toolkit"
        message = (
            f"{node.name}: DeepSpeed compiles {operators} with nvcc, but there is none {place}"
        )
        note = f"install CUDA's toolkit {cuda} and name it with CUDA_HOME under [env]"
        if operators == "fused_adam" and _is_adam(_node_config(node)):
            note += (
                '; or "torch_adam": true in optimizer.params takes torch\'s own, which needs none'
            )
        return block("no-cuda-toolkit", message, node.fix("", note))
    if tools.nvcc.partition(".")[0] == cuda.partition(".")[0] or tools.skips_cuda_check:
        return None
    message = f"{node.name}: {tools.cuda_home} is CUDA {tools.nvcc}, torch is built for {cuda}"
    note = f"name a toolkit of CUDA {cuda} with CUDA_HOME under [env] in launch.toml"
    refused = (deepspeed_version(node) or (0,))[:2] < NO_CUDA_CHECK
    verdict = block if refused else warn
    return verdict("cuda-mismatch", f"{message}; {operators} may not work", node.fix("", note))
