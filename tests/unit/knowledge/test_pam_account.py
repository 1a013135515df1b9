"""Which line of access.conf, or which module, turns away a login that sshd accepted."""

from __future__ import annotations

import pytest

from checks.facts.sshd import AccessLine, Sshd, SshdSetting
from checks.knowledge.logins.pam_account import SHOW_LOG, refusing_line, why_account_refused
from checks.node.probe import pam

PAM = {"usepam": (SshdSetting("yes", "/etc/ssh/sshd_config:3"),)}


def lines(*texts):
    return tuple(
        AccessLine(f"/etc/security/access.conf:{number}", text, text.startswith("-"))
        for number, text in enumerate(texts, 1)
    )


@pytest.mark.parametrize(
    ("texts", "refused_at"),
    [
        (("+ : root : 10.0.0.254", "- : root : ALL"), 2),
        (("+:root:10.0.0.0/24", "-:ALL:ALL"), 0),
        (("+ : root : 10.0.0.", "- : ALL : ALL"), 0),
        (("- : ALL EXCEPT root : ALL",), 0),
        (("- : ALL EXCEPT bob : ALL EXCEPT LOCAL",), 1),
        (("- : ALL : ALL EXCEPT 10.0.0.0/8",), 0),
        (("- : bob : ALL", "- : (wheel) : ALL", "- : (adm) : 10.0.0.1"), 3),
        (("- : adm : ALL",), 1),
        (("+ : @admins : ALL", "- : ALL : ALL"), 0),
        (("+ : root : login.example.org", "- : ALL : ALL"), 0),
        (("- : root : tty1 cron", "+ : root : ALL"), 0),
        (("- : root : fe80::/10",), 0),
        ((), 0),
    ],
)
def test_the_first_line_that_fits_decides(texts, refused_at):
    found = refusing_line(lines(*texts), "root", ("root", "adm"), "10.0.0.1")
    assert (found.where if found else "").endswith(f":{refused_at}" if refused_at else "")
    assert bool(found) is bool(refused_at)


def denial(settings, **facts):
    return why_account_refused(Sshd("root", settings, **facts), "root", "10.0.0.1", ["10.0.0.0/30"])


def test_the_fix_lets_the_nodes_in_before_that_line():
    found = denial(PAM, pam_access=lines("+ : bob : ALL", "- : ALL : ALL"))
    assert "/etc/security/access.conf:2" in found.detail and found.cause == "shell-refuses"
    assert found.refusal.command == "sed -i '2i + : root : 10.0.0.0/30' /etc/security/access.conf"


def test_where_no_line_is_known_the_modules_are_named_and_the_log_is_shown():
    found = denial(PAM, pam_account=("pam_unix.so (a:1)", "pam_time.so (/etc/pam.d/sshd:4)"))
    assert "pam_time.so (/etc/pam.d/sshd:4)" in found.detail and "pam_unix" not in found.detail
    assert found.refusal.command == SHOW_LOG
    assert denial(PAM, pam_account=("pam_unix.so (a:1)",)) is None


def test_an_sshd_that_does_not_ask_pam_is_not_accused_of_it():
    for settings in ({}, {"usepam": (SshdSetting("no"),)}):
        assert denial(settings, pam_access=lines("- : ALL : ALL")) is None


def test_the_probe_reads_the_file_that_pam_access_is_given(tmp_path, monkeypatch):
    rules = tmp_path / "who.conf"
    rules.write_text("# + : a : b\n- : ALL : ALL # all\nnonsense\n")
    (tmp_path / "sshd").write_text(
        f"account required pam_access.so accessfile={rules}\nauth required pam_access.so\n"
    )
    monkeypatch.setattr(pam, "FOLDER", str(tmp_path))
    assert pam.access_conf_lines() == [
        {"where": f"{rules}:2", "text": "- : ALL : ALL", "denies": True}
    ]
    assert pam.account_modules() == [f"pam_access.so ({tmp_path}/sshd:1)"]
