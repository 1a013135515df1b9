"""What is found in logs of a few lines, for the tests of diagnose."""

from __future__ import annotations

from launcher.diagnosis.diagnose import diagnose_logs

STEPS = "".join(f"step {number} loss 2.5\n" for number in range(1, 31))
OOM = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB\n"
REFUSED = "ssh: connect to host node2 port 22: Connection refused\n"


def diagnosis_of(tmp_path, *texts, names=None):
    """The verdict on logs of these texts."""
    paths = [tmp_path / (names[at] if names else f"{at}.log") for at in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    return diagnose_logs(paths)[1]


def failure_id(verdict):
    return verdict.known.known.id if verdict.known else None


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path
