"""What ranks print and what is saved: without the secrets that were given to them."""

from __future__ import annotations

import json

import pytest

from checks.facts import Snapshot
from checks.masking import mask_typed, secret_masker
from tests.support.snapshots import snapshot

SECRET = 'hf_It\'s "quoted" é'


def test_a_secret_is_masked_however_it_is_quoted():
    mask = secret_masker([{"HF_TOKEN": SECRET, "NCCL_DEBUG": "INFORMATION"}])
    for text in (SECRET, repr(SECRET), json.dumps(SECRET), f"token={SECRET}."):
        assert "quoted" not in mask(text)
        assert "***" in mask(text)
    assert mask("INFORMATION") == "INFORMATION"


def test_a_secret_argument_and_the_login_of_a_url_are_masked_wherever_they_are_printed():
    argv = ("t.py", "--token", "a1-token", "--api-key=k3y-value", "https://me:pa55-word@host/x")
    mask = secret_masker([{"INDEX": "https://b0b-and-co:s3same-1@index"}], [argv])
    secrets = ("a1-token", "k3y-value", "pa55-word", "s3same-1")
    assert not [
        secret for secret in secrets if secret in mask(f"{argv} b0b-and-co:s3same-1 {secrets}")
    ]


def test_what_only_sounds_secret_is_left_in_what_ranks_print():
    argv = ("--max_tokens", "100000000", "--text_key", "messages", "--tokenizer", "meta-llama/L-2",
            "--pad_token", "<|endoftext|>")  # fmt: skip
    line = "100000000 messages of meta-llama/L-2 end in <|endoftext|>"
    assert secret_masker([], [argv])(line) == line


def test_the_longer_of_two_secrets_goes_first():
    mask = secret_masker([{"A_TOKEN": "secret"}, {"B_TOKEN": "secret-and-more"}])
    assert mask("secret-and-more secret") == "*** ***"


def test_a_short_word_is_left_in_what_ranks_print():
    assert secret_masker([{"HF_TOKEN": "loss"}])("loss 2.5") == "loss 2.5"
    assert secret_masker([])("loss 2.5") == "loss 2.5"


def test_a_saved_snapshot_holds_no_secret(tmp_path):
    fields = {"env": {"HF_TOKEN": SECRET, "A": "b"}, "command": ("t.py", "--api-key", "sesame")}
    snapshot(**fields).save(tmp_path / "facts.json")
    text = (tmp_path / "facts.json").read_text()
    assert "quoted" not in text
    assert "sesame" not in text
    assert Snapshot.load(tmp_path / "facts.json").job.env == {"HF_TOKEN": "***", "A": "b"}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("--hosts h --notify-webhook https://x/key --sync", "--hosts h --sync"),
        ("--notify-command=post --notify-web https://x/key train.py", "train.py"),
        ("--no-local-rank --notify-webhook", "--no-local-rank"),
        (
            "-- train.py --api-key k --notify-webhook u",
            "-- train.py --api-key *** --notify-webhook u",
        ),
        ("", ""),
    ],
)
def test_what_was_typed_is_kept_without_our_own_secrets(typed, shown):
    assert mask_typed(typed.split()) == shown.split()
