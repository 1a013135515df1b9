"""What a library's own message asks for: the remedy that its writers put into it.

A library that refuses what it was given often says what to do about it. Of an error that nobody's
table knows those words are the best remedy there is; they claim nothing that the library does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from launcher.diagnosis.origin import library_of
from launcher.diagnosis.traces import Frame, Trace

MAX_REMEDY = 300
_VERBS = (
    "Set|Use|Pass|Specify|Provide|Install|Upgrade|Update|Downgrade|Run|Remove|Disable|Enable|Unset"
    "|Restart|Call|Switch|Change|Choose|Reduce|Increase|Add|Configure|Move|Replace|Select"
    "|Do not|Wrap|Export|Rename|Convert|Try|Consider|Ensure|Make sure|Log ?in|Reinstall|Decrease"
)
_ASKS = re.compile(
    rf"(?:^|(?<=[.,;:(] )|(?<=and )|(?<=or ))(?:{_VERBS})\b"
    r"|\b[Pp]lease\b(?! (?:note|see|refer|check (?:the|your)? ?(?:log|trace|output|docum)))"
    r"|\b(?:[Yy]ou|[Uu]sers?) (?:must|need to|should|have to|can only)\b"
    r"|(?:^|(?<=[,;:] ))(?:try|use|set|pass|make sure|consider|install|upgrade)\b"
)
_DEMANDS = re.compile(
    r"\b(?:(?i:must|should|needs?|requires?|only|expect(?:s|ed|ing))|(?:has|have) to"
    r"|(?:is|are) required|cannot be|mutually exclusive|not enough|without)\b"
)
_CLASSES = (
    (
        "what excludes each other, of which one has to be left out, or a newer {library} taken:",
        re.compile(
            r"\b(?:(?:not|n't)(?: yet| currently)? (?:be )?"
            r"(?:supported|compatible|implemented|allowed|support|work|combine)"
            r"|incompatible|unsupported|together with)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "a value that this {library} knows, in place of the one it names:",
        re.compile(
            r"\b(?:[Uu]nknown|[Uu]nkown|[Ii]nvalid|[Uu]nrecogni[sz]ed|[Ii]llegal"
            r"|[Uu]nexpected(?! (?:end|EOF|error|exception|pos)))\b"
            r"|\bnot (?:a valid|valid|recogni[sz]ed|known|registered|among|one of)\b"
        ),
    ),
    (
        "what it looks for has to be there, on every node:",
        re.compile(
            r"\b(?:not found|(?:does|do) not (?:exist|contain|have)|doesn't exist|no such|missing"
            r"|(?:could|can) ?not find|can't find|not (?:installed|available|set|provided))\b",
            re.IGNORECASE,
        ),
    ),
    (
        "what has to agree, and does not:",
        re.compile(
            r"\b(?:mismatch\w*|differ\w*|inconsistent|not (?:match|equal|divisible|the same)"
            r"|n't match|too (?:long|large|small|short|many|few)|exceeds?|larger than|smaller than"
            r"|greater than|less than|out of range)\b|!=",
            re.IGNORECASE,
        ),
    ),
)
"""What a refusal is about, by its words, where it asks for nothing: it claims no more than they."""
_OF_WRITERS = re.compile(
    r"\bissues?\b|\bbugs?\b|\breport\b|contact|internal error|(?:not|n't) happen|\bfile a\b"
    r"|see (?:above|below|the stack)|read the docs|stack ?trace|HYDRA_FULL_ERROR|TORCH_LOGS"
    r"|TORCHDYNAMO_VERBOSE|TORCH_USE_CUDA_DSA|CUDA_LAUNCH_BLOCKING|NCCL_DEBUG=",
    re.IGNORECASE,
)
"""What asks the reader to turn to the library's writers, or only how more of the error is shown."""
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`'\"(])|\n+")
_KEY_ERROR = re.compile(r"KeyError: (?P<key>'[^']+')")
_NAME = re.compile(r"^(?:[\w.]+\.)?\w+: ?")
_OF_TENSORS = re.compile(r"/torch/(?:nn|_|utils/data)")


def remedy_in(trace: Trace) -> str:
    """What the message of a library's own `raise` or `assert` asks for, or the key that a program's
    own code misses; empty where it does not."""
    if len(trace.errors) != 1 or not trace.frames:
        return ""
    if not _is_refusal(trace.frames[-1]):
        return _missing_key(trace.frames[-1], trace.error)
    below = [] if trace.is_broken else trace.details
    message = "\n".join([_NAME.sub("", trace.message, count=1), *below])
    sentences = [each.strip() for each in _SENTENCE_END.split(message) if each.strip()]
    sentences = [each for each in sentences if not _OF_WRITERS.search(each)]
    asked = next(_asked_in(sentences), "")
    demand = next((each for each in sentences if _DEMANDS.search(each)), "")
    if asked:
        return _shortened(f"as its message asks: {asked}")
    if demand:
        return _shortened(f"what it was given has to fit this: {demand}")
    library = library_of(trace.frames[-1].path)
    found = (
        f"{lead.format(library=library)} {sentence}"
        for lead, words in _CLASSES
        for sentence in sentences
        if words.search(sentence)
    )
    return _shortened(next(found, ""))


def _missing_key(frame: Frame, error: str) -> str:
    """What a program's own code looked up in vain, where its line shows the look-up."""
    found = _KEY_ERROR.fullmatch(error)
    if not found or f"[{found['key']}]" not in frame.code.replace('"', "'"):
        return ""
    if library_of(frame.path) or "/lib/python" in frame.path:
        return ""
    place = f"{frame.path.rpartition('/')[2]}:{frame.line}"
    return f"what {place} looks it up in has no {found['key']}: print its keys there"


def _is_refusal(frame: Frame) -> bool:
    is_library = library_of(frame.path) and not _OF_TENSORS.search(frame.path)
    return bool(is_library) and frame.code.startswith(("raise ", "assert "))


def _asked_in(sentences: Sequence[str]) -> Iterator[str]:
    for sentence in sentences:
        if found := _ASKS.search(sentence):
            before = sentence[: found.start()].rstrip()
            yield sentence[found.start() :] if before[-1:] in (*".,;:(", "") else sentence


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_REMEDY else text[:MAX_REMEDY] + " …"
