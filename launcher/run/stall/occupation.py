"""What a rank is busy with, in words, from the calls of its stack and its children; pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from checks.quick_dataclass import dataclass
from launcher.run.stall.observation import ChildProcess, RankObservation, StackFrame

LIBRARIES = (
    *("/site-packages/", "/dist-packages/", "/lib/python3", "/lib64/python3", "<frozen"),
    *("/torchinductor_", "<eval_with_key>", "/hook/sitecustomize.py"),
)
COMPILERS = (
    *("nvcc", "hipcc", "g++", "c++", "gcc", "clang++", "clang"),
    *("cicc", "ptxas", "cc1plus", "cc1", "cudafe++", "ninja", "ld", "as"),
)
"""Programs of a compiler, those first that a user knows."""
_IMPORTS = "<frozen importlib._bootstrap"
_PACKAGE = re.compile(r".*/(?:site|dist)-packages/([A-Za-z_]\w*)")


LOCK = "waiting for the lock of an operator's build"
OPERATOR = "building an operator"
TRITON = "compiling a Triton kernel"
TORCH_COMPILE = "compiling with torch.compile"
DATA_SET = "processing a data set"
TOKENISING = "tokenising"
HUB = "waiting for the Hugging Face Hub"
DOWNLOAD = "downloading"
WEB = "waiting for a web server"
SAVING = "saving"
CHECKPOINT = "loading a checkpoint"
WEIGHTS = "loading weights"
INITIAL = "initialising weights"
PARTITION = "partitioning the model"
LOADER = "waiting for the data loader"
DEBUGGER = "in a debugger"
BACKWARD = "in the backward pass"
EVALUATING = "evaluating"
CALLS = (
    (LOCK, "torch/utils/file_baton", "wait"),
    (OPERATOR, "torch/utils/cpp_extension", ""),
    (OPERATOR, "deepspeed/ops/op_builder/builder", "jit_load"),
    (TRITON, "triton/(compiler/(compiler|code_generator)|backends/.*|runtime/build)", ""),
    (TORCH_COMPILE, "torch/_inductor/(graph|scheduler|codecache|cpp_builder|async_compile)", ""),
    (TORCH_COMPILE, "torch/_dynamo/convert_frame", ""),
    (TOKENISING, r"transformers/tokenization_\w+", "(?!_?from_pretrained).*"),
    (TOKENISING, "(sentencepiece|tiktoken)/.*", "[Ee]ncode.*"),
    (DATA_SET, "datasets/arrow_dataset", "map|_map_single|filter"),
    (DATA_SET, "datasets/builder", "download_and_prepare|_prepare_split.*"),
    (HUB, "huggingface_hub/.*", ""),
    (DOWNLOAD, "torch/hub", "download_url_to_file"),
    (DOWNLOAD, "datasets/download/.*", ""),
    (SAVING, "torch/serialization", "_?save|_legacy_save"),
    (SAVING, r"safetensors/\w+", "save_file|save_model"),
    (SAVING, "torch/distributed/checkpoint/.*", "_?save.*|async_save|write_data"),
    (SAVING, "deepspeed/runtime/engine", "save_checkpoint|save_16bit_model"),
    (SAVING, "transformers/(modeling_utils|trainer)", "save_pretrained|save_model"),
    (CHECKPOINT, "deepspeed/runtime/engine", "load_checkpoint"),
    (CHECKPOINT, "torch/distributed/checkpoint/.*", "_?load.*|read_data"),
    (CHECKPOINT, "accelerate/accelerator", "load_state"),
    (INITIAL, "torch/nn/init", ""),
    (PARTITION, "deepspeed/runtime/zero/partition_parameters", "partition|_post_init_method"),
    (WEIGHTS, "torch/serialization", "_?load|_legacy_load"),
    (WEIGHTS, r"safetensors/\w+", "load_file|load_model"),
    (WEIGHTS, "transformers/(modeling_utils|core_model_loading)", "from_pretrained|_load.*"),
    (WEIGHTS, "accelerate/utils/modeling", "load_.*|set_module_tensor.*"),
    (LOADER, "torch/utils/data/dataloader", "_try_get_data|_get_data"),
    (DEBUGGER, "(pdb|bdb|debugpy/.*)", ""),
    (EVALUATING, r"transformers/trainer\w*", "evaluate|evaluation_loop|prediction_loop"),
    (BACKWARD, "torch/autograd/graph", "_engine_run_backward"),
)
"""What a call shows: of its file the end, without `.py`, and its function, any where empty.

They are looked for from the innermost call of a stack on.
"""


@dataclass(frozen=True)
class Call:
    """Calls that show what a rank does."""

    words: str
    file: re.Pattern[str]
    function: re.Pattern[str]

    def matches(self, frame: StackFrame) -> bool:
        """Whether the frame is such a call, and not one that imports the file."""
        name = frame.function.rpartition(".")[2]
        known = self.function.fullmatch(name) and self.file.search(frame.file)
        return bool(known) and name != "<module>"


_OWN_CALLS = (
    (TOKENISING, re.compile(".*tokeni[sz].*")),
    (
        EVALUATING,
        re.compile(r"(?:.*[_.])?eval(?:uate|uation)?(?:_.*)?|(?:.*\.)?validat(?:e|ion)"),
    ),
)
"""What the name of a function of the program says."""
_WEB_FILE = re.compile(r"/(urllib3/connection|httpx\d?/_client|http/client)\.py$")
_CALLS = [
    Call(words, re.compile(rf"/{file}\.py$"), re.compile(function or ".*"))
    for words, file, function in CALLS
]


def describe_occupation(rank: RankObservation) -> str:
    """What it does as a participle, `loading weights`; empty where neither calls nor children say.

    The innermost call that says it counts: a package that builds an operator while it is imported
    is building.
    """
    words = _words_of_calls(rank.stack)
    tools = [child.name for child in rank.children if not child.name.startswith("python")]
    compilers = [name for name in COMPILERS if name in tools]
    if words == OPERATOR:
        return f"building {_operator_name(rank.children)}{_with(compilers)}"
    if words == TORCH_COMPILE:
        return f"{words}{_with(compilers)}"
    if not words and tools and any(_is_subprocess(frame) for frame in rank.stack[:3]):
        return f"running {tools[-1]}"
    if not rank.stack and compilers:
        return f"compiling{_with(compilers)}"
    return words


def _is_subprocess(frame: StackFrame) -> bool:
    return posixpath.basename(frame.file) == "subprocess.py"


def is_own_code(frame: StackFrame) -> bool:
    """Whether the call is of the user's own program, not of a library."""
    return not any(part in frame.file for part in LIBRARIES)


def own_frame(stack: Sequence[StackFrame]) -> StackFrame | None:
    """The innermost call of the user's own code; without one the innermost of all."""
    return next(filter(is_own_code, stack), stack[0] if stack else None)


def _words_of_calls(stack: Sequence[StackFrame]) -> str:
    own = next((at for at, frame in enumerate(stack) if is_own_code(frame)), len(stack))
    for at, frame in enumerate(stack):
        for call in _CALLS:
            if call.matches(frame):
                return call.words
        if at < own and frame.file.startswith(_IMPORTS):
            return f"importing{_package(stack[:own])}"
        for words, name in _OWN_CALLS if is_own_code(frame) else ():
            if name.fullmatch(frame.function):
                return words
    return WEB if any(_WEB_FILE.search(frame.file) for frame in stack) else ""


def _package(library_calls: Sequence[StackFrame]) -> str:
    """The package that the program's own import began with."""
    matches = [found for frame in library_calls if (found := _PACKAGE.match(frame.file))]
    return f" {matches[-1][1]}" if matches else ""


def _operator_name(children: Sequence[ChildProcess]) -> str:
    """ninja works in the folder that is called like the operator."""
    folders = [child.cwd for child in children if child.name == "ninja" and child.cwd]
    return f"the operator {posixpath.basename(folders[0])}" if folders else "an operator"


def _with(compilers: Sequence[str]) -> str:
    return f" ({compilers[0]} runs)" if compilers else ""
