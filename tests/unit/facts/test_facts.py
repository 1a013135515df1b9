"""Facts are read strictly: what a node did not say, or said wrongly, is never guessed."""

from __future__ import annotations

import dataclasses
import json
import os

import pytest

from checks.catalogue import CATALOGUE
from checks.errors import FactError, UsageError
from checks.facts import ClusterView, Login, Snapshot, decode_fact
from checks.facts.account import Account
from checks.facts.decode import decode_record
from checks.facts.gpus import Gpu
from checks.facts.limits import Limits
from checks.facts.ports import PortSettings
from checks.facts.schema import fact_records, facts_schema, schema_digest
from tests.support.cards import H100
from tests.support.snapshots import snapshot, with_fact, without

HEALTHY = {
    "memlock": [None, None],
    "nofile": [1024, 4096],
    "nproc": [100, 100],
    "core": [0, None],
    "stack": [8, None],
    "shm_bytes": 1,
    "shm_free_bytes": 1,
    "pid_max": 1,
    "container": False,
}


def test_reads_what_a_probe_prints():
    limits = decode_fact(Limits, HEALTHY)
    assert limits.memlock == (None, None)
    assert limits.nofile == (1024, 4096)


def test_a_fact_that_is_missing_keeps_no_frame_of_those_that_asked_for_it():
    view = ClusterView(without(snapshot(), "node1", Limits))["node1"]
    lengths = []
    for _ in range(3):
        with pytest.raises(FactError) as caught:
            view.read(Limits)
        lengths.append(len(caught.traceback))
    assert lengths == [2, 2, 2]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"shm_bytes": "1"}, "limits.shm_bytes: expected int, got '1'"),
        ({"shm_bytes": True}, "limits.shm_bytes: expected int, got True"),
        ({"shm_bytes": None}, "limits.shm_bytes: expected int, got None"),
        ({"memlock": 5}, "limits.memlock: expected a list, got 5"),
        ({"memlock": [1, "x"]}, "limits.memlock[1]: expected int, got 'x'"),
        ({"container": 0}, "limits.container: expected bool, got 0"),
    ],
)
def test_names_the_field_that_is_wrong(broken, says):
    with pytest.raises(FactError) as caught:
        decode_fact(Limits, {**HEALTHY, **broken})
    assert str(caught.value) == says


def test_a_missing_field_is_an_error_and_never_a_default():
    with pytest.raises(FactError, match=r"limits\.pid_max: missing"):
        decode_fact(Limits, {key: value for key, value in HEALTHY.items() if key != "pid_max"})


@pytest.mark.parametrize("data", [None, [], "text", 3])
def test_an_answer_of_another_shape_is_an_error(data):
    with pytest.raises(FactError, match="expected an object"):
        decode_fact(Limits, data)


def test_a_view_says_which_node_did_not_answer():
    cluster = ClusterView(without(snapshot(), "node2", Limits, "no answer within 5 s"))
    with pytest.raises(FactError, match="node2: limits: no answer within 5 s"):
        cluster["node2"].read(Limits)
    with pytest.raises(FactError, match="node1 gave no answer about its limits"):
        cluster["node1"].read(Limits)


def who(**fields):
    defaults = {
        "user": "root", "uid": 0, "home": "/root", "shell": "/bin/sh", "hostname": "node1",
        "machine_id": "a", "boot_id": "b", "python": "3.11.2", "system": "Linux", "cpus": 2,
        "memory_bytes": 1,
    }  # fmt: skip
    return Account(**{**defaults, **fields})


@pytest.mark.parametrize(
    ("uid", "command", "typed"),
    [
        (0, "chmod 600 x", "chmod 600 x"),
        (1000, "chmod 600 x", "sudo chmod 600 x"),
        (1000, "echo x >> /etc/hosts", "sudo sh -c 'echo x >> /etc/hosts'"),
    ],
)
def test_a_fix_asks_for_root_only_where_the_login_is_not_root(uid, command, typed):
    snap = with_fact(snapshot(), "node1", who(uid=uid))
    fix = ClusterView(snap)["node1"].fix(command, root=True)
    assert fix.command == typed
    assert str(fix) == f"{typed}  # on node1"


def test_a_snapshot_comes_back_as_it_was_saved(tmp_path):
    snap = snapshot(env={"NCCL_DEBUG": "INFO"}, same=("a", "b"), before=(("x", "y"),))
    without(snap, "node2", Limits)
    snap.save(tmp_path / "facts.json")
    loaded = Snapshot.load(tmp_path / "facts.json")
    assert loaded == snap
    assert (tmp_path / "facts.json").stat().st_mode & 0o777 == 0o600


BEGIN = f'{{"schema": "{facts_schema()}", "job": {{'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"job": 3}',
        '{"schema": 1, "findings": []}',
        "\x00\x01",
        BEGIN,
        f"{BEGIN}}}}}",
    ],
)
def test_a_file_that_is_no_snapshot_is_a_usage_error(tmp_path, text):
    path = tmp_path / "facts.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"facts\.json: not a file written by --save-facts"):
        Snapshot.load(path)


@pytest.mark.parametrize("schema", [1, None, "0123456789ab"])
def test_facts_of_another_version_are_refused_with_what_to_type(tmp_path, schema):
    path = tmp_path / "facts.json"
    snapshot().save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": schema}))
    with pytest.raises(UsageError, match=r"another version .* --save-facts .*facts\.json"):
        Snapshot.load(path)


@pytest.mark.parametrize("begin", [b"", b"[" * 300_000, b'["1", 1.5e300, {"schema": "x"}, '])
def test_what_does_not_begin_as_facts_do_is_not_read_to_its_end(tmp_path, begin):
    path = tmp_path / "facts.json"
    path.write_bytes(begin)
    os.truncate(path, 1 << 40)
    with pytest.raises(UsageError, match=r"facts\.json: not a file written by --save-facts"):
        Snapshot.load(path)


def test_facts_of_no_cluster_are_not_read_to_their_end(tmp_path, monkeypatch):
    path = tmp_path / "facts.json"
    snapshot().save(path)
    monkeypatch.setattr("checks.facts.snapshot.LARGEST_FACTS", path.stat().st_size - 1)
    with pytest.raises(UsageError, match="MiB; no facts are so many"):
        Snapshot.load(path)


def test_a_file_whose_answers_are_none_is_a_usage_error(tmp_path):
    path = tmp_path / "facts.json"
    snapshot().save(path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "sections": {"node1": {"who": 5}}}))
    with pytest.raises(UsageError, match=r"facts\.json: not a file written by --save-facts"):
        Snapshot.load(path)


def record(name: str, fields: list[tuple[str, str]], section: str = "") -> type:
    kind = dataclasses.make_dataclass(name, [(field, kind) for field, kind in fields])
    kind.section = section
    return kind


def test_the_schema_changes_with_every_name_type_and_section_of_a_fact():
    ways = [
        record("Limits", [("memlock", "int")], "limits"),
        record("Limits", [("memlock", "int | None")], "limits"),
        record("Limits", [("memlock", "int"), ("nofile", "int")], "limits"),
        record("Limits", [("locked", "int")], "limits"),
        record("Limits", [("memlock", "int")], "other"),
        record("Bounds", [("memlock", "int")], "limits"),
    ]
    assert len({schema_digest([Login, way]) for way in ways}) == len(ways)
    assert schema_digest([Login, ways[0]]) == schema_digest([ways[0], Login])


def test_every_fact_of_every_check_is_part_of_the_schema():
    needed = {fact for check in CATALOGUE.values() for fact in check.needs}
    assert needed <= {*fact_records()}
    assert Gpu in fact_records(), "the records that facts are made of, too"


@pytest.mark.parametrize("name", ["/dev/zero", "pipe"])
def test_what_never_ends_is_no_snapshot(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no regular file"):
        Snapshot.load(tmp_path / name)


@pytest.mark.parametrize("reserved", ["-1", "1-", "a", "1,,2", "9" * 400, "-", "1-2-3", "٣"])
def test_a_list_of_ports_that_no_kernel_prints_is_refused(reserved):
    fields = {"low": 1, "high": 2, "reserved": reserved, "neighbours": None}
    with pytest.raises(FactError, match=r"port_settings\.reserved: not the kernel's list of ports"):
        decode_fact(PortSettings, fields)


@pytest.mark.parametrize("reserved", ["", "8080", "8080,9148-9150", "1-2,3"])
def test_the_kernels_list_of_ports_is_read(reserved):
    fields = {"low": 1, "high": 2, "reserved": reserved, "neighbours": None}
    assert decode_fact(PortSettings, fields).reserved == reserved


@pytest.mark.parametrize("capability", ["", "9", "9.", "9.x", "9.0.1", "²"])
def test_a_compute_capability_has_two_numbers(capability):
    with pytest.raises(FactError, match=r"gpu\.capability: not a compute capability"):
        decode_record(Gpu, {**dataclasses.asdict(H100), "capability": capability}, "gpu")
