"""What a login's settings do to the program: the encoding of its texts, and proxies."""

from __future__ import annotations

import re

from checks.check import node_check
from checks.facts import NodeView
from checks.facts.environment import Environment
from checks.facts.software import Software
from checks.model import Severity, Verdict, ok, skip, warn

HTTP_PROGRAMS = re.compile(r"\b(etcd|etcd-v2|vllm|sglang|openrlhf|verl|ray)\b", re.IGNORECASE)
PROXY_VARIABLES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")


@node_check("software.text-is-utf-8", Software, severity=Severity.WARN)
def text_is_utf_8(node: NodeView) -> Verdict:
    """Python opens text files as UTF-8 on every node.

    In a login shell with another locale the first non-ASCII character in data, tokenizer or log
    ends the rank with a UnicodeDecodeError.

    Measured: The encoding that the training interpreter has, with the variables of the ranks. A
    locale that is set but not installed is accepted: Python then uses UTF-8.

    Fix:
        not-utf-8: names the `PYTHONUTF8` line for launch.toml.
    """
    software = node.read(Software)
    if not software.ok:
        return skip("the interpreter does not run; see software.python-is-there")
    if software.encoding.lower().replace("-", "") == "utf8":
        return ok("UTF-8")
    message = f"Python on {node.name} opens text as {software.encoding}; expected UTF-8"
    note = 'PYTHONUTF8 = "1" under [env] in launch.toml; LC_ALL or LANG of the login set the other'
    return warn("not-utf-8", message, node.fix("", note))


@node_check(
    "software.proxy-spares-the-nodes", Environment, severity=Severity.WARN, reads=("command",)
)
def proxy_spares_the_nodes(node: NodeView) -> Verdict:
    """Where the program uses HTTP between nodes, no proxy variable redirects it.

    torch and DeepSpeed use plain TCP and ignore proxies; etcd, Ray and inference servers do not,
    and then ask the proxy for a node that it does not know.

    Measured: `http_proxy` and `all_proxy` of the ranks, and whether `no_proxy` contains the nodes'
    names; only where the command names such a program.

    Fix:
        proxy-catches: names the `no_proxy` line for launch.toml.
    """
    program = HTTP_PROGRAMS.search(" ".join(node.job.command))
    if program is None:
        return skip("the command names no program that speaks HTTP between nodes")
    shell = {**node.read(Environment).shell, **node.job.env}
    proxy = next((name for name in PROXY_VARIABLES if shell.get(name)), "")
    if not proxy:
        return ok("no proxy is set")
    spared = shell.get("no_proxy") or shell.get("NO_PROXY") or ""
    caught = [name for name in node.job.names if not _bypasses_proxy(spared, name)]
    if not caught:
        return ok(f"no_proxy includes the nodes: {spared}")
    message = (
        f"{proxy} is set on {node.name} and no_proxy does not include {caught[0]}: {program[1]} "
        "would ask the proxy for it"
    )
    listed = ",".join(("localhost", "127.0.0.1", *node.job.names))
    note = f'under [env] in launch.toml: no_proxy = "{listed}", and NO_PROXY alike'
    return warn("proxy-catches", message, node.fix("", note))


def _bypasses_proxy(no_proxy: str, name: str) -> bool:
    """As urllib and curl read it: names, suffixes, or * for all; some read networks as well."""
    words = [word.strip().lstrip(".") for word in no_proxy.split(",") if word.strip()]
    return any(
        word == "*" or name == word or name.endswith("." + word) or "/" in word for word in words
    )
