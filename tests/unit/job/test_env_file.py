"""An existing .deepspeed_env: what is sound is read below [env], what is not is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from checks.errors import UsageError
from checks.job.build import build_job
from checks.job.env_file import deepspeed_env
from checks.model import Job


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def job(cwd: Path, home: Path, **options: object) -> Job:
    environ = {"HOME": str(home)}
    return build_job({"hosts": "n1,n2", **options}, cwd=cwd, environ=environ)


def test_here_over_home_and_launch_toml_over_both(tmp_path: Path, home: Path) -> None:
    (home / ".deepspeed_env").write_text("A=home\nB=home\nHF_TOKEN=hf_Secret\n")
    (tmp_path / ".deepspeed_env").write_text("B=here\nC=here")
    (tmp_path / "launch.toml").write_text('[env]\nC = "launch"\n')
    one = job(tmp_path, home)
    assert one.env == {"A": "home", "B": "here", "C": "launch", "HF_TOKEN": "hf_Secret"}
    assert one.notes == (
        f"{home}/.deepspeed_env: ranks get A, B, HF_TOKEN; [env] overrides it",
        f"{tmp_path}/.deepspeed_env: ranks get B, C; [env] overrides it",
    )


def test_only_where_deepspeed_would_have_read_it(tmp_path: Path, home: Path) -> None:
    (tmp_path / ".deepspeed_env").write_text("A=1\n")
    assert job(tmp_path, home, with_="accelerate").env == {"A": "1"}
    assert job(tmp_path, home, with_="torchrun").env == {}
    assert job(home, home).notes == ()


def test_another_name_of_it(tmp_path: Path) -> None:
    (tmp_path / "mine.env").write_text("A=1\n")
    for name in ("mine.env", str(tmp_path / "mine.env")):
        assert deepspeed_env(tmp_path, {"DS_ENV_FILE": name})[0] == {"A": "1"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("# x=1\n\n  # y\nA=1\n", {"A": "1"}),
        ("export A=1\r\n", {"A": "1"}),
        ("A = b c; d*\n", {"A": "b c; d*"}),
        ("A=\"eth0\"\nB='x=y'\n", {"A": "eth0", "B": "x=y"}),
        ("A=\n", {"A": ""}),
        ("A=1\nA=2\n", {"A": "2"}),
    ],
)
def test_what_is_sound(tmp_path: Path, text: str, found: dict[str, str]) -> None:
    (tmp_path / ".deepspeed_env").write_text(text)
    assert deepspeed_env(tmp_path, {})[0] == found


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("secret", "there is no ="),
        ("A B=secret", "expected a variable's name"),
        ("A=$secret", "[env]"),
        ("A=`secret`", "[env]"),
        ('A="secret x"', "[env]"),
        ("PWD=/secret", "tokens too"),
        ("A=secret\0", "NUL"),
    ],
)
def test_what_is_not_sound_is_refused_by_its_line(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / ".deepspeed_env"
    path.write_text(f"# all well\nOK=1\n{line}\n")
    with pytest.raises(UsageError) as caught:
        deepspeed_env(tmp_path, {})
    assert str(caught.value).startswith(f"{path}:3: ")
    assert why in str(caught.value)
    assert "secret" not in str(caught.value)
