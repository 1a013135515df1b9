"""Files of variables, line by line, for those who read them without a thought for blanks."""

import os

from checks.node.probe.core import section
from checks.node.probe.environment import conf_files, mask_secret

MANY = 500


def parsed_lines(path):
    """Its lines cut at the first `=`; None where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            content = file.read(256 * 1024)
    except OSError:
        return None
    return [parse_line(number, text) for number, text in enumerate(content.split("\n")[:MANY], 1)]


def parse_line(number, text):
    """One line; of one without `=` only the first character, for it could be a secret."""
    name, equals, value = text.rstrip("\r").partition("=")
    if not equals:
        return {"number": number, "name": name.strip()[:1], "value": None}
    return {"number": number, "name": name, "value": mask_secret(name, value)}


def lines_by_path(paths):
    """{path: lines} of those that are there, without what follows the last line's end."""
    found = {}
    for path in paths:
        read_lines = parsed_lines(path)
        if read_lines is not None:
            last = read_lines[-1]
            found[path] = (
                read_lines[:-1] if (last["name"], last["value"]) == ("", None) else read_lines
            )
    return found


@section("env_files")
def env_files(args):
    """`.deepspeed_env` of the home and the working directory, and NCCL's files."""
    name = os.environ.get("DS_ENV_FILE") or ".deepspeed_env"
    folders = [os.path.expanduser("~"), args.get("workdir") or ""]
    paths = [os.path.join(folder, name) for folder in folders if folder]
    return {
        "deepspeed": lines_by_path(dict.fromkeys(os.path.realpath(path) for path in paths)),
        "nccl": lines_by_path(conf_files(args.get("env") or {})),
    }
