"""Paths that the job reads, looked into: those of `exist`, and those among the command's arguments.

What a model folder lacks, or a mount that is not there, ends one rank minutes into loading.
"""

import hashlib
import os
import re

from checks.node.probe.accelerate_config import default_config_path, named_config_path
from checks.node.probe.core import section
from checks.node.probe.files import (
    is_remote,
    look_side_by_side,
    output_space,
    path_state,
    paths_to_compare,
)
from checks.node.probe.model_size import model_parameters
from checks.node.probe.samples import sample_files
from checks.node.probe.script_defaults import default_arguments
from checks.node.runtime.files import decode_text, mount_of

LIMIT = 6.0
MOST_ENTRIES = 5000
MOST_FILES = 2000
TEXTS = (".yaml", ".yml", ".json", ".toml", ".py", ".cfg", ".ini")
LARGEST_TEXT = 1024 * 1024
WEIGHTS = (".safetensors", ".bin", ".pt", ".pth", ".gguf")
RECORD_FILES = ("plan.json", "controller.json")
"""In the directory of each run of the launcher."""
DATA = (".jsonl", ".parquet", ".arrow", ".csv", ".tsv", ".txt", ".model", ".idx", ".npy", ".zst")
POINTER = b"version https://git-lfs"
WRITTEN = re.compile(
    "out|save|log|cache|tmp|temp|dump|result|report|profil|wandb|hostfile|ckpt|checkpoint"
)
CONFIGS = (".yaml", ".yml", ".json")
LARGEST_CONFIG = 64 * 1024
MOST_NAMED = 32
NAMED = re.compile(r"""(\w+)["']?[ \t]*:[ \t]*["']?([^"'#\n,{}\[\]]+)""")
COMMENT = re.compile(r"^[ \t]*#.*", re.M)
FOLDER = re.compile("(dir|folder|directory)$")
INPUT_FOLDER = re.compile(
    r"(^|[_-])(data|dataset|train|training|eval|val|valid|test|image|images)[_-]?"
    r"(root|dir|folder|directory)$"
)
NO_FOLDER = re.compile(r"(none|null|no|false|true|auto|default|[\d.]+)$")
PLAIN = re.compile(r"^[\w./+-][^\s*?{$,:]*$")
READ = re.compile("resume|load|from|init|pretrained")
DATA_OPTION = re.compile("data|corpus|tokenizer|shard|vocab|input")


def command_arguments(command):
    """(option, value) of the command's arguments, "" for those that follow no option."""
    words = list(command)[2 if list(command[:1]) == ["-m"] else 1 :]
    option = ""
    for word in words:
        if word.startswith("--"):
            option, given, value = word[2:].partition("=")
            if given:
                yield option, value
                option = ""
        else:
            yield option, word
            option = ""


def is_path(word):
    """Whether that can only be a path: a model of a hub is called `owner/name` too."""
    plain = "://" not in word and not re.search(r"[\s*?{$,]", word) and len(word) < 4096
    return plain and (word.startswith(("/", "./", "../")) or word.endswith(TEXTS + WEIGHTS + DATA))


def is_input_folder(option, word):
    """Whether the option says so: `--data-dir nodata`. A model may be a name on a hub."""
    named = INPUT_FOLDER.search(option.lower()) and PLAIN.match(word)
    return bool(named) and not NO_FOLDER.match(word.lower())


def is_read(option):
    """Whether the option names what is read: what is written may be absent, or another's."""
    return bool(READ.search(option.lower())) or not WRITTEN.search(option.lower())


def argument_paths(args):
    """{path as written: option} of the arguments that are read and that nothing else looks at."""
    others = set(paths_to_compare(args)) | set(args.get("exist") or ())
    pairs = command_arguments(args.get("command") or ())
    return {
        value: option
        for option, value in pairs
        if (is_path(value) or is_input_folder(option, value))
        and is_read(option)
        and value not in others
    }


def guessed_paths(args):
    """{path as written: option} of what may be a path: plain names of data, and defaults of the
    script for options that the command leaves out. What is not there is none of them.
    """
    known = {*paths_to_compare(args), *(args.get("exist") or ()), *argument_paths(args)}
    named = command_arguments(args.get("command") or ())
    pairs = [pair for pair in default_arguments(args) if pair[0]] + list(named)
    return {
        value: option
        for option, value in pairs
        if value not in known
        and is_read(option)
        and (is_path(value) or (DATA_OPTION.search(option.lower()) and PLAIN.match(value)))
    }


def written_folders(args):
    """{path: option} of the arguments that name a folder which the job writes."""
    pairs = command_arguments(args.get("command") or ())
    return {
        value: option
        for option, value in pairs
        if FOLDER.search(option.lower()) and not is_read(option) and PLAIN.match(value)
    }


def is_lfs_pointer(path, size):
    """Whether git left a pointer there in place of the file."""
    if size >= 1024 or not path.endswith(WEIGHTS + DATA):
        return False
    with open(path, "rb") as file:
        return file.read(len(POINTER)) == POINTER


def folder_contents(folder):
    """How many entries there are, the weights directly below: number, bytes and pointers; and the
    links to nothing that should be files.
    """
    number, sizes, pointers, dangling = 0, [], [], {}
    with os.scandir(folder) as entries:
        for entry in entries:
            number += 1
            named_as_file = entry.name.endswith(TEXTS + WEIGHTS + DATA)
            if named_as_file and entry.is_symlink() and not os.path.exists(entry.path):
                dangling[entry.name] = os.readlink(entry.path)
            elif entry.name.endswith(WEIGHTS) and entry.is_file():
                sizes.append(entry.stat().st_size)
                pointers += [entry.name] * is_lfs_pointer(entry.path, sizes[-1])
            if number == MOST_ENTRIES:
                break
    return {
        "entries": number,
        "weights": len(sizes),
        "weight_bytes": sum(sizes),
        "pointers": pointers,
        "dangling": dangling,
    }


def is_looked_into(top, name):
    """Whether a folder may hold data: none that is hidden, nor the record of one of our runs."""
    path = os.path.join(top, name)
    record = all(os.path.exists(os.path.join(path, file)) for file in RECORD_FILES)
    return not name.startswith(".") and not record


def files_of_data(folder):
    """{relative path: bytes} of the files of data and weights below, of MOST_FILES at most."""
    found = {}
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if is_looked_into(top, name))
        for name in sorted(names):
            if name.endswith(DATA + WEIGHTS):
                path = os.path.join(top, name)
                if os.path.exists(path):
                    found[os.path.relpath(path, folder)] = os.stat(path).st_size
            if len(found) == MOST_FILES:
                return found
    return found


def survey_path(path):
    """`look`, the real path and its mount, and what the file or folder has in it."""
    found = path_state(path)
    real = os.path.realpath(path)
    mount, kind, source = mount_of(real)
    found.update(
        real=real, mount=mount, filesystem=kind, shared=is_remote(kind), source=source, pointers=[]
    )
    if found["state"] == "there" and found["kind"] == "directory":
        found.update(
            folder_contents(path), files=files_of_data(path), parameters=model_parameters(path)
        )
        found["samples"] = {} if found["shared"] else sample_files(path, found["files"])
    elif found["state"] == "there":
        folder, name = os.path.split(path)
        if path.endswith(DATA + WEIGHTS) and not found["shared"]:
            found["samples"] = sample_files(folder, [name])
        if is_lfs_pointer(path, found["bytes"]):
            found["pointers"] = [os.path.basename(path)]
        if path.endswith(TEXTS) and found["bytes"] <= LARGEST_TEXT:
            with open(path, "rb") as file:
                found["digest"] = hashlib.sha256(file.read()).hexdigest()
    return found


def config_paths(args):
    """The YAML and JSON files that the command's arguments name, as written."""
    pairs = command_arguments(args.get("command") or ())
    return [
        value
        for option, value in pairs
        if is_path(value) and is_read(option) and value.endswith(CONFIGS)
    ]


def accelerate_path(args):
    """accelerate's configuration where it starts the ranks and says what DeepSpeed reads."""
    if args.get("launcher") != "accelerate" or args.get("accelerate_deepspeed"):
        return None
    return named_config_path(args) or default_config_path(dict(os.environ, **args.get("env", {})))


def names_in_config(path):
    """{path: key} of the files that the config at `path` names as read."""
    if os.stat(path).st_size > LARGEST_CONFIG or not os.path.isfile(path):
        return {"names": {}}
    with open(path, "rb") as file:
        text = COMMENT.sub("", decode_text(file.read()))
    pairs = [(value.strip(), key) for key, value in NAMED.findall(text)]
    found = [(value, key) for value, key in pairs if is_path(value) and is_read(key)]
    return {"names": dict(found[:MOST_NAMED]), "deepspeed": "DEEPSPEED" in text}


def named_paths(args, workdir):
    """{path: `key of file`} of what the files that are read name in turn."""
    looks = {
        path: (names_in_config, os.path.normpath(os.path.join(workdir, path)))
        for path in config_paths(args)
    }
    accelerate = accelerate_path(args)
    if accelerate:
        looks[accelerate] = (names_in_config, accelerate)
    named = {}
    for file, seen in look_side_by_side(looks, LIMIT).items():
        if file == accelerate and not seen.get("deepspeed"):
            continue
        for path, key in seen.get("names", {}).items():
            named[path] = "%s of %s" % (key, file)
    return named


@section("job_paths")
def job_paths(args):
    """Each path with what it holds; arguments with the option before them."""
    workdir = args.get("workdir") or "/"
    options = argument_paths(args)
    paths = list(options) + [path for path in args.get("exist") or () if path not in options]
    looks = {path: (survey_path, os.path.normpath(os.path.join(workdir, path))) for path in paths}
    guessed = guessed_paths(args)
    for path in guessed:
        looks[path] = (survey_path, os.path.normpath(os.path.join(workdir, path)))
    looks["."] = (survey_path, workdir)
    others = set(paths) | set(guessed) | set(paths_to_compare(args))
    named = {path: key for path, key in named_paths(args, workdir).items() if path not in others}
    for path in named:
        looks[path] = (survey_path, os.path.normpath(os.path.join(workdir, path)))
    written = written_folders(args)
    for path in written:
        looks["written", path] = (output_space, os.path.normpath(os.path.join(workdir, path)))
    seen = look_side_by_side(looks, LIMIT)
    guessed = {path: option for path, option in guessed.items() if seen[path]["state"] != "missing"}
    return {
        "workdir": seen["."],
        "written": written,
        "written_folders": {path: seen["written", path] for path in written},
        "arguments": options,
        "guessed": guessed,
        "paths": {path: seen[path] for path in [*paths, *guessed]},
        "named": named,
        "named_paths": {path: seen[path] for path in named},
    }
