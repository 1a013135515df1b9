"""DeepSpeed's config as this node would read it, and what the training script shows of itself."""

import glob
import json
import os
import re
import shlex
import shutil

from checks.node.probe.core import Undetermined, run_command, section
from checks.node.probe.scratch_folder import COMMANDS as CLEANING_COMMANDS
from checks.node.probe.scratch_folder import ScratchFolder
from checks.node.probe.toolchain import kernel_folders
from checks.node.probe.trainer_arguments import trainer_arguments
from checks.node.runtime.environment import rank_environment
from checks.node.runtime.files import READ_LIMIT, decode_text

COMMANDS = (
    "cc -x c - -laio (where the config offloads to NVMe, into its own temporary folder)",
    *CLEANING_COMMANDS,
)
AIO_PROGRAM = b"void io_submit(void); int main(void) { io_submit(); return 0; }"
"""What DeepSpeed links before it takes async_io for possible (its op_builder.builder)."""

_FOLDER = r"([\w./~+@=-]*[A-Za-z_][\w./~+@=-]*)"
_KEY = r"(?:output|out|save|results?|checkpoints?|ckpt)[-_]?(?:dir|directory|path|folder)"
OUTPUT_SETTING = re.compile(
    r"""(?m)^\s*["']?%s["']?\s*:\s*["']?%s["']?\s*,?\s*(?:#.*)?$""" % (_KEY, _FOLDER)
)
OUTPUTS_OF_CODE = (
    re.compile(r"""\b%s\s*=\s*["']%s["']""" % (_KEY, _FOLDER)),
    re.compile(r"""["']--%s["'][^()]*\bdefault\s*=\s*["']%s["']""" % (_KEY, _FOLDER)),
    re.compile(r"""\bsave_checkpoint\(\s*(?:save_dir\s*=\s*)?["']%s["']""" % _FOLDER),
)
"""Where a text says into which folder it writes."""

WORDS = (
    "deepspeed",
    "deepspeed.initialize",
    "TrainingArguments",
    "TrainingArguments(",
    "TrlParser",
    "output_dir",
    "SFTConfig",
    "DPOConfig",
    "GRPOConfig",
    "from_pretrained",
    "load_dataset",
    "torch.hub",
    "use_cpu",
    "no_cuda",
    "ACCELERATE_USE_CPU",
    "**",
    "HfArgumentParser",
    "Trainer",
    "Accelerator",
    "accelerate",
    "axolotl",
    "llamafactory",
    "lmflow",
    "import trl",
    "from trl",
    '"auto"',
    "'auto'",
    "json.load",
    "batch_size",
    "mpu=",
    "megatron",
    "mesh_",
    "PipelineModule",
    "load_checkpoint",
    "args.resume_from_checkpoint",
    "parallel_size",
    "tp_size",
    "peft",
    "LoraConfig",
    "load_in_",
    "BitsAndBytes",
    "requires_grad",
)
"""What shows who reads the config, whether one model spans several ranks, and what is trained, on
which devices."""
SECRET = re.compile(
    r"""
    ((?:"(?:[^"\\\n]|\\.)*(?:key|token|password|secret)" |
        '(?:[^'\\\n]|\\.)*(?:key|token|password|secret)' |
        (?<![^\s,{])[^\s"',:{}\[\]]*(?:key|token|password|secret)) \s*:\s*)
    (?:'{3}.*?(?:'{3}|\Z) | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' |
       -?[\d.]+(?:e[-+]?\d+)?(?=\s*(?:[,}\]#\n]|//|/\*|\Z)) |
       (?!(?:true|false|null)\b)[^\s"',:{}\[\]][^\n]*)
    | "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*'
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
"""A key that names itself as secret and its value, as Hjson has them; or another string, kept."""
NVME_PATH = re.compile(
    r"""nvme_path["']?\s*:\s*(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([^\s"'{\[][^\n]*))"""
)


TORCH_INCLUDES = re.compile(r"-isystem (\S+/torch)/include\s")


def mask_secrets(text):
    """The text with `"***"` for the value of each key that names itself as secret."""
    return SECRET.sub(lambda found: found[1] + '"***"' if found[1] else found[0], text)


def read_config_file(path):
    """Text of the file at `path` as far as 256 KiB, or why there is none."""
    seen = {"absolute": path, "text": "", "bytes": 0, "detail": ""}
    try:
        seen["bytes"] = os.stat(path).st_size
        if not os.path.isfile(path):  # a pipe would be waited for
            return dict(seen, state="error", detail="not a file")
        with open(path, "rb") as file:
            return dict(seen, state="there", text=decode_text(file.read(READ_LIMIT)))
    except (FileNotFoundError, NotADirectoryError):
        return dict(seen, state="missing")
    except PermissionError:
        return dict(seen, state="denied")
    except OSError as error:
        return dict(seen, state="error", detail=error.strerror or str(error))


def script_words(command, workdir):
    """Which of WORDS stand in the training script; None where the command names no .py file."""
    if not command or not command[0].endswith(".py"):
        return None
    seen = read_config_file(os.path.normpath(os.path.join(workdir, command[0])))
    if seen["state"] != "there":
        return None
    settings = read_settings(command[1:], workdir)
    return {
        "path": command[0],
        "words": [word for word in WORDS if word in seen["text"]],
        "arguments": trainer_arguments(seen["text"]),
        "settings": settings_words(settings),
        "outputs": named_outputs(seen["text"], settings.values()),
    }


def read_settings(arguments, workdir):
    """{file: its text} of the JSON and YAML files among the arguments."""
    files = [word.rpartition("=")[2] for word in arguments]
    return {
        file: read_config_file(os.path.normpath(os.path.join(workdir, file)))["text"]
        for file in files
        if file.endswith((".json", ".yml", ".yaml"))
    }


def settings_words(settings):
    """{file: those of WORDS in it}, given its text."""
    return {file: [word for word in WORDS if word in text] for file, text in settings.items()}


def named_outputs(script, settings):
    """Folders to write to that settings name, or else the script; of both as far as plain text."""
    found = [match for text in settings for match in OUTPUT_SETTING.findall(text)]
    found = found or [word for pattern in OUTPUTS_OF_CODE for word in pattern.findall(script)]
    return list(dict.fromkeys(found))[:8]


def nvme_paths(config):
    """The folders that the text of a config, JSON or Hjson, names as nvme_path, in use or not."""
    paths = set()
    for in_double, in_single, bare in NVME_PATH.findall(config):
        try:
            paths.add(json.loads('"%s"' % in_double) or in_single or bare.strip())
        except ValueError:
            continue
    return sorted(paths - {""})


def folder_access(path):
    """Whether `path` can be written or made, found without writing."""
    nearest = path
    while nearest != "/" and not os.path.lexists(nearest):
        nearest = os.path.dirname(nearest)
    return {
        "absolute": path,
        "nearest": nearest,
        "directory": os.path.isdir(nearest),
        "writable": os.access(nearest, os.W_OK | os.X_OK),
    }


def kept_operators(args):
    """{operator: torch's folder} of those that an earlier training compiled and that are kept.

    For another torch, or the same in another folder, DeepSpeed compiles them again.
    """
    env = rank_environment(
        os.environ, args.get("env", {}), args.get("python", ""), args.get("workdir")
    )
    root = kernel_folders(env)["extensions"]
    found = {}
    for library in glob.glob(root + "/*/*.so") + glob.glob(root + "/*/*/*.so"):
        folder, name = os.path.split(library)
        rules = os.path.join(folder, "build.ninja")
        if name == os.path.basename(folder) + ".so" and not is_newer(rules, library):
            torch = TORCH_INCLUDES.search(read_config_file(rules)["text"])
            found[name[:-3]] = torch.group(1) if torch else ""
    return found


def is_newer(rules, library):
    """Whether a build by other rules began since, and did not end."""
    try:
        return os.stat(rules).st_mtime > os.stat(library).st_mtime
    except OSError:
        return False


def links_libaio(env):
    """Whether the ranks' C compiler links libaio; None where that cannot be found out."""
    compiler = shlex.split(env.get("CC") or "cc") or ["cc"]
    if not shutil.which(compiler[0], path=env.get("PATH")):
        return None
    before, behind = [shlex.split(env.get(name, "")) for name in ("CFLAGS", "LDFLAGS")]
    try:
        with ScratchFolder() as folder:
            target = ["-x", "c", "-", "-o", folder.path + "/aio"]
            argv = [*compiler, *before, *target, *behind, "-laio"]
            ran = run_command(argv, 5.0, env, AIO_PROGRAM)
    except (Undetermined, ValueError):
        return None
    return True if ran.code == 0 else False if "aio" in ran.err else None


@section("deepspeed_config")
def deepspeed_config(args):
    """The config's text, the words of the script, and the folders for offload on this node."""
    workdir = args.get("workdir") or "/"
    script = script_words(args.get("command"), workdir)
    if not args.get("deepspeed_config"):
        return {"config": None, "script": script}
    config = read_config_file(os.path.normpath(os.path.join(workdir, args["deepspeed_config"])))
    kept = kept_operators(args)
    config["text"] = mask_secrets(config["text"])  # a logger's api_key
    paths = nvme_paths(config["text"])
    env = rank_environment(
        os.environ, args.get("env", {}), args.get("python", ""), args.get("workdir")
    )
    return {
        "links_libaio": links_libaio(env) if paths else None,
        "config": config,
        "script": script,
        "kept_operators": kept,
        "nvme": {
            path: folder_access(os.path.normpath(os.path.join(workdir, path))) for path in paths
        },
    }
