"""Lines that a logger or a cluster wraps in JSON: their text, behind what else they say.

docker, Kubernetes, CloudWatch, Stackdriver, structlog and torchrun's error files write one object a
line. Its text stands under one of a few names; a field that holds a traceback goes before these.
Time, rank and node of the other fields are put before it as launchers do: `(rank=2, host=gpu3) …`.
"""

from __future__ import annotations

import re

_DOCKER_LINE = b'{"log":"'
_DOCKER = re.compile(
    rb'^\{"log":"([^"\\\n]*(?:\\.[^"\\\n]*)*)","stream":"std(?:out|err)"[^\n]*\}[\r ]*$',
    re.MULTILINE,
)
_LINE = re.compile(rb'^\{"[^\n]*\}[\r ]*$', re.MULTILINE)
_FIELD = re.compile(rb'"([@\w.]+)": ?(?:"([^"\\]*(?:\\.[^"\\]*)*)"|(\d+)\b)')
_KEYS = {
    **dict.fromkeys((b"time", b"timestamp", b"@timestamp", b"ts"), "time"),
    **dict.fromkeys((b"rank", b"global_rank"), "rank"),
    **dict.fromkeys((b"host", b"hostname", b"node", b"node_name", b"pod_name", b"pod"), "node"),
    **dict.fromkeys((b"log", b"message", b"msg", b"textPayload", b"line", b"event"), "text"),
}
_TRACEBACK = b"Traceback (most recent call last)"
_NAME = re.compile(rb"[\w.-]+")
_ESCAPE = re.compile(rb'\\(?:u00(?P<code>[0-7][0-9a-f])|(?P<char>["/t]))', re.IGNORECASE)
_ESC = 27
_STEP = re.compile(rb'"(?:loss|\w*step|iteration)": ?[\d.]')


def has_json_lines(block: bytes) -> bool:
    """Whether any line begins as an object does."""
    return block.startswith(b'{"') or b'\n{"' in block


def unwrap_json_lines(block: bytes) -> bytes:
    """The block with as many lines, those that are objects with a text as that text."""
    if _DOCKER_LINE in block:
        block = _DOCKER.sub(rb"\1", block)
        block = block.replace(b"\\n\n", b"\n").replace(b"\\r\n", b"\n").replace(b'\\"', b'"')
        block = _ESCAPE.sub(_unescape_one, block) if b"\\u00" in block else block
        block = block.replace(b"\\t", b"\t")
    return _LINE.sub(_unwrap, block) if has_json_lines(block) else block


def _unwrap(found: re.Match[bytes]) -> bytes:
    fields: dict[str, bytes] = {}
    for key, text, number in _FIELD.findall(found[0]):
        name = "trace" if _TRACEBACK in text else _KEYS.get(key)
        if name:
            fields.setdefault(name, text or number)
    text = fields.get("trace") or fields.get("text")
    if text is None:
        return found[0]
    step = b" " + found[0] if _STEP.search(found[0]) else b""
    return _prefix(fields) + _unescape(text) + step


def _prefix(fields: dict[str, bytes]) -> bytes:
    """What a launcher would put before the text."""
    time = fields.get("time", b"")
    tags = [b"rank=" + fields["rank"]] if fields.get("rank", b"").isdigit() else []
    tags += [b"host=" + fields["node"]] if _NAME.fullmatch(fields.get("node", b"")) else []
    tag = b"(" + b", ".join(tags) + b") " if tags else b""
    return (time + b" " if b":" in time else b"") + tag


def _unescape(text: bytes) -> bytes:
    """The text of a JSON string; its line ends stay escaped, but for the last."""
    text = text.removesuffix(b"\\n").removesuffix(b"\\r")
    return _ESCAPE.sub(_unescape_one, text) if b"\\" in text else text


def _unescape_one(found: re.Match[bytes]) -> bytes:
    if not found["code"]:
        return b"\t" if found["char"] == b"t" else found["char"]
    code = int(found["code"], 16)
    return bytes([code]) if code >= 32 or code == _ESC else b" "
