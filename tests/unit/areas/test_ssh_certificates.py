"""Certificates of users: whose is refused, why, and what is to be done without leaving the CA."""

from __future__ import annotations

import base64
import dataclasses
import struct

import pytest

from checks.facts import ClusterView
from checks.facts.known_hosts import KnownHosts, PeerKeys
from checks.facts.sshd import AuthorizedKey, KeyList, Sshd, SshdSetting
from checks.facts.trust import Certificate, PrivateKey, Trust
from checks.knowledge.logins.certificates import find_objection
from checks.knowledge.logins.sshd_refusals import ServerSide
from checks.node.probe.certificates import certificates, listed_names
from checks.node.probe.written_keys import key_fingerprint
from launcher.commands.trust.key_changes import needed_changes
from tests.support.snapshots import judged, snapshot, with_fact
from tests.unit.areas.test_ssh import EVERY, cluster

DAY = 86400
NOW = 1_790_000_000
CA_FILE = "/etc/ssh/user_ca.pub"
WHERE = "/etc/ssh/sshd_config:44"
KEY = PrivateKey("/root/.ssh/id_ed25519", "ssh-ed25519 AAAA1", "SHA256:one")
GOOD = Certificate(
    "/root/.ssh/id_ed25519-cert.pub",
    *("user", "SHA256:one", "node1", ("root",)),
    after=NOW - DAY,
    before=NOW + DAY,
    authority="SHA256:ca",
    authority_public="ssh-ed25519 AAAAca",
    signed_by="ssh-ed25519",
)
SERVER = Sshd(
    "root",
    {"trustedusercakeys": (SshdSetting(CA_FILE, WHERE),)},
    accounts=("root",),
    authorized_files=("/root/.ssh/authorized_keys",),
    authorities={CA_FILE: KeyList(("SHA256:ca",))},
    now=NOW,
)
REFUSED = {"code": 255, "err": "root@node2: Permission denied (publickey)."}


def settings(**named):
    return {**SERVER.settings, **{key: (SshdSetting(value),) for key, value in named.items()}}


def server(**changes):
    return dataclasses.replace(SERVER, **changes)


def objection(certificate=GOOD, sshd=SERVER):
    return find_objection(certificate, ServerSide(sshd, "root", "10.0.0.1"))


def refused(sshd=SERVER, keys=(KEY,), **changes):
    certificate = dataclasses.replace(GOOD, **changes)
    trust = Trust("root", "/root", keys=keys, certificates=(certificate,))
    return judged(cluster(trust, sshd, **REFUSED), EVERY)["node1", "node2"]


def test_a_certificate_that_lets_in_has_no_objection():
    assert objection() is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"before": NOW - DAY}, "expired on 2026-09-20 14:13 UTC"),
        ({"after": NOW + DAY}, "counts from 2026-09-22 14:13 UTC on"),
        ({"use": "host"}, "is a host's, not a user's"),
        ({"use": "unreadable"}, "is not one that can be read"),
        ({"signed_by": "ssh-rsa"}, "SHA-1"),
        ({"addresses": ("10.9.0.0/16",)}, "counts for 10.9.0.0/16, and it comes from 10.0.0.1"),
        ({"principals": ("alice",)}, "is for alice, and not for the account root"),
        ({"authority": "SHA256:old"}, f"{CA_FILE} there does not have it"),
    ],
)
def test_what_is_wrong_with_a_certificate(changes, words):
    found = objection(dataclasses.replace(GOOD, **changes))
    assert found
    assert words in str(found)
    assert objection(dataclasses.replace(GOOD, addresses=("10.0.0.0/8",))) is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"authorities": {CA_FILE: KeyList(readable=False)}}, "cannot be read there"),
        ({"settings": {}}, "has no TrustedUserCAKeys"),
        (
            {"settings": settings(revokedkeys="/r"), "revoked": {"/r": KeyList(("SHA256:ca",))}},
            "which /r (RevokedKeys) revokes",
        ),
        (
            {
                "settings": settings(authorizedprincipalsfile="/p/%u"),
                "principals": {"/p/%u": {"/p/root": ("admins",)}},
            },
            "is for root, and not for /p/root: admins",
        ),
    ],
)
def test_what_sshd_has_against_it(changes, words):
    assert words in str(objection(sshd=server(**changes)))


def test_an_authority_in_a_line_of_authorized_keys_counts_for_its_own_principals():
    def by_line(options):
        line = AuthorizedKey("SHA256:ca", "/root/.ssh/authorized_keys:1", options)
        return objection(sshd=server(settings={}, authorities={}, authorized=(line,)))

    assert by_line("cert-authority") is None
    assert by_line('cert-authority,principals="ops,root"') is None
    assert "ops" in str(by_line('cert-authority,principals="ops"'))


def test_what_a_command_says_of_principals_is_not_known():
    sshd = server(settings=settings(authorizedprincipalscommand="/bin/ask"))
    assert objection(dataclasses.replace(GOOD, principals=("alice",)), sshd) is None


def test_an_expired_one_is_named_with_its_day_and_who_signs_again():
    finding = refused(before=NOW - DAY)
    assert finding.cause == "certificate-refused"
    assert "/root/.ssh/id_ed25519-cert.pub expired on 2026-" in finding.message
    assert (finding.fix.on, finding.fix.command) == ("node1", "")
    line = "`ssh-keygen -s CA -I node1 -n root -V +52w /root/.ssh/id_ed25519.pub`"
    assert line in finding.fix.note


def test_one_for_another_is_signed_for_the_account():
    assert "-n root -V" in refused(principals=("alice",)).fix.note


def test_a_revoked_authority_is_asked_about():
    sshd = server(settings=settings(revokedkeys="/r"), revoked={"/r": KeyList(("SHA256:ca",))})
    assert "why" in refused(sshd).fix.note


def test_the_name_is_added_to_the_file_of_principals():
    sshd = server(
        settings=settings(authorizedprincipalsfile="/p/%u"),
        principals={"/p/%u": {"/p/root": ("admins",)}},
    )
    fix = refused(sshd, principals=("$(x)",)).fix
    assert fix.on == "node2"
    assert "echo '$(x)' >> /p/root" in fix.command


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"authorities": {CA_FILE: KeyList(())}}, f"echo 'ssh-ed25519 AAAAca' >> {CA_FILE}"),
        ({"settings": {}, "authorities": {}}, "TrustedUserCAKeys /etc/ssh/trusted_user_ca.pub"),
    ],
)
def test_a_ca_that_the_other_nodes_trust_is_trusted(changes, words):
    trust = Trust("root", "/root", keys=(KEY,), certificates=(GOOD,))
    snap = with_fact(cluster(trust, server(**changes), **REFUSED), "node1", SERVER)
    fix = judged(snap, EVERY)["node1", "node2"].fix
    assert fix.on == "node2"
    assert words in fix.command


def test_a_ca_that_nobody_trusts_is_asked():
    assert refused(server(settings={}, authorities={})).fix.command == ""


def test_without_a_certificate_of_the_ca_that_is_said():
    trust = Trust("root", "/root", keys=(KEY,))
    finding = judged(cluster(trust, SERVER, **REFUSED), EVERY)["node1", "node2"]
    assert finding.cause == "key-not-authorized"
    assert f"nor is there a certificate of it from the CA in {CA_FILE}" in finding.message


def test_a_key_that_is_on_file_needs_none():
    line = AuthorizedKey("SHA256:one", "/root/.ssh/authorized_keys:1")
    assert refused(server(authorized=(line,)), before=NOW - DAY).cause != "certificate-refused"


def test_a_certificate_of_a_key_that_is_not_offered_accuses_nobody():
    assert refused(key="SHA256:other", before=1).cause == "key-not-authorized"


def packed(*parts):
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def written(kind, key, before=NOW):
    """A certificate of that type, as ssh-keygen writes one."""
    ca = packed(b"ssh-ed25519", b"c" * 32)
    raw = packed(f"{kind}-cert-v01@openssh.com".encode(), b"nonce", *key)
    raw += struct.pack(">QI", 7, 1) + packed(b"node1", packed(b"root", b"alice"))
    raw += struct.pack(">QQ", NOW - DAY, before)
    raw += packed(packed(b"source-address", packed(b"10.0.0.0/8,1.2.3.4")), b"", b"", ca)
    raw += packed(packed(b"ssh-ed25519", b"s" * 64))
    text = base64.b64encode(raw).decode()
    return f"{kind}-cert-v01@openssh.com {text} node1\n", base64.b64encode(ca).decode()


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("ssh-ed25519", (b"k" * 32,)),
        ("ssh-rsa", (b"\1\0\1", b"n" * 257)),
        ("ecdsa-sha2-nistp256", (b"nistp256", b"q" * 65)),
    ],
)
def test_certificates_are_read(tmp_path, kind, key):
    text, ca = written(kind, key)
    path = tmp_path / "id-cert.pub"
    path.write_text(text)
    plain = base64.b64encode(packed(kind.encode(), *key)).decode()
    (found,) = certificates([str(path), str(tmp_path / "none")])
    assert found == {
        "path": str(path),
        "key": key_fingerprint(plain),
        "use": "user",
        "key_id": "node1",
        "principals": ["root", "alice"],
        "after": NOW - DAY,
        "before": NOW,
        "addresses": ["10.0.0.0/8", "1.2.3.4"],
        "authority": key_fingerprint(ca),
        "authority_public": f"ssh-ed25519 {ca}",
        "signed_by": "ssh-ed25519",
    }


@pytest.mark.parametrize("cut", [40, 120, 200])
def test_one_that_is_cut_short_is_unreadable(tmp_path, cut):
    path = tmp_path / "id-cert.pub"
    text = written("ssh-ed25519", (b"k" * 32,))[0]
    path.write_text(text[: text.index("AAAA") + cut])
    assert [found["use"] for found in certificates([str(path)])] == ["unreadable"]


def test_a_plain_key_in_its_place_is_no_certificate(tmp_path):
    path = tmp_path / "id-cert.pub"
    path.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEu8dtAhw4gzD5YVfyX5BYc5 x\n")
    assert [found["use"] for found in certificates([str(path)])] == ["unreadable"]


def test_principals_are_the_last_words(tmp_path):
    path = tmp_path / "root"
    path.write_text("# all\nroot\nfrom=10.0.0.1 ops\n\n")
    assert listed_names(str(path)) == ["root", "ops"]
    assert listed_names(str(tmp_path / "none")) == []


@pytest.mark.parametrize(("before", "lacking"), [(NOW + DAY, ()), (NOW - DAY, ("node1",))])
def test_trust_adds_no_key_that_a_certificate_lets_in(before, lacking):
    snap = snapshot(("node1",))
    signed = dataclasses.replace(GOOD, before=before)
    key = dataclasses.replace(KEY, public="ssh-ed25519 AAAA")
    with_fact(snap, "node1", Trust("root", "/root", keys=(key,), certificates=(signed,)))
    with_fact(snap, "node1", SERVER)
    with_fact(snap, "node1", KnownHosts({"node1": PeerKeys("node1", "f", ("",))}))
    assert needed_changes(ClusterView(snap))["node1"].authorize == lacking
