"""The plan is pure: what is here is what starts."""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import shlex

import pytest

from checks.errors import UsageError
from checks.model import Job, Node, Ssh
from launcher.plan.accelerate_file import render_accelerate_file
from launcher.plan.equivalent_command import equivalent_commands
from launcher.plan.plan import (
    PlanInputs,
    agent_plan,
    deepspeed_env_text,
    hostfile_text,
    make_plan,
)
from launcher.plan.text import dry_run_text, plan_as_json

NODES = (Node("node1", 2), Node("node2", 1), Node("node3"))
GROUND = PlanInputs(
    gpus={"node1": 2, "node2": 1, "node3": 0},
    master_address="10.0.0.1",
    env={name: {"NCCL_SOCKET_IFNAME": "eth0"} for name in ("node1", "node2")}
    | {"node3": {"NCCL_SOCKET_IFNAME": "ens3"}},
)


def job_of(**fields):
    defaults = {
        "nodes": NODES, "head": "node1", "python": "/venv/bin/python", "workdir": "/data/run",
        "command": ("train.py", "--steps", "5"),
    }  # fmt: skip
    return Job(**{**defaults, **fields})


def plan_of(ground=GROUND, **fields):
    return make_plan(job_of(**fields), ground, "abc")


def numbered(plan):
    return [(rank.rank, rank.node, rank.local, rank.slot) for rank in plan.ranks]


def test_ranks_are_numbered_as_deepspeed_does():
    assert numbered(plan_of()) == [
        (0, "node1", 0, 0), (1, "node1", 1, 1), (2, "node2", 0, 0), (3, "node3", 0, 0),
    ]  # fmt: skip


def test_options_that_are_added_stand_behind_those_of_the_command():
    plan = plan_of(dataclasses.replace(GROUND, added=("--use_cpu", "True")))
    assert plan.train == ("/venv/bin/python", "-u", "train.py", "--steps", "5", "--use_cpu", "True")
    assert "train.py --steps 5 --use_cpu True" in dry_run_text(plan, "hostfile")


def test_local_ranks_rotate_behind_an_uneven_node():
    nodes = (Node("node1", 1), Node("node2", 2))
    assert [rank.local for rank in plan_of(nodes=nodes).ranks] == [0, 1, 0]


def test_slots_that_were_not_given_are_the_gpus_that_were_found():
    ground = PlanInputs({"node1": 0, "node2": 0, "node3": 8}, "10.0.0.1", {})
    assert plan_of(ground).ranks_of("node3") == list(range(3, 11))


@pytest.mark.parametrize("launcher", ["deepspeed", "torchrun", "accelerate"])
def test_a_plan_for_many_nodes_says_once_what_is_the_same(launcher):
    names = tuple(f"gpu{number:02}" for number in range(1, 65))
    nodes = tuple(map(Node, names))
    ground = PlanInputs(dict.fromkeys(names, 8), "10.0.0.1", {"gpu64": {"NCCL_IB_DISABLE": "1"}})
    plan = make_plan(job_of(nodes=nodes, head="gpu01", launcher=launcher), ground, "abc")
    text = dry_run_text(plan, "hostfile")
    assert "# ranks 0 to 511: gpu[01-64], slots 0,1,2,3,4,5,6,7, local ranks" in text
    assert text.count("/plan.json (0600)\n") == 2
    assert re.search(r"\n# on gpu\[01-63\] \(N: the node's own rank\): \S+/plan.json", text)
    assert re.search(r"(node|machine)[-_]rank=63\b", text.partition("# on gpu64: ")[2])
    assert re.search(r"^# hostfile \(there .*\)\ngpu\[01-64\] slots=8$", text, re.MULTILINE)
    assert len(text.splitlines()) < 50, "a screen"


def test_other_slots_begin_another_row_of_ranks():
    nodes = tuple(Node(f"n{number}", 1 + (number == 5)) for number in range(1, 11))
    text = dry_run_text(plan_of(nodes=nodes, head="n1"), "hostfile")
    rows = re.findall("# ranks .*", text)
    assert rows[0].startswith("# ranks 0 to 3: ") and rows[1].startswith("# ranks 4 to 5: ")
    assert rows[2].startswith("# ranks 6 to 10: n[6-10], slots 0")
    assert "n[1-4], slots 0" in rows[0] and "n5, slots 0,1" in rows[1]


def test_another_head_comes_first():
    plan = plan_of(head="node2")
    assert [node.name for node in plan.nodes] == ["node2", "node1", "node3"]
    assert hostfile_text(plan) == "node2 slots=1\nnode1 slots=2\nnode3 slots=1\n"


def test_include_chooses_slots_and_the_plain_command_says_so():
    plan = plan_of(include="node1:1@node2")
    assert numbered(plan) == [(0, "node1", 0, 1), (1, "node2", 0, 0)]
    assert "--include node1:1@node2:0 --master_addr" in equivalent_commands(plan, "h")["node1"]
    world = plan.nodes[0].launch[4].partition("=")[2]
    assert json.loads(base64.urlsafe_b64decode(world)) == {"node1": [1], "node2": [0]}


def test_one_remote_node_is_not_this_machine():
    plan = plan_of(include="node2", head="node2")
    assert "--force_multi" in equivalent_commands(plan, "h")["node2"]


def test_what_a_node_is_to_run():
    plan = plan_of(env={"WANDB_API_KEY": "s3cret", "NCCL_DEBUG": "INFO", "PYTHONPATH": "/lib"})
    node = plan.nodes[2]
    world = base64.urlsafe_b64encode(b'{"node1": [0, 1], "node2": [0], "node3": [0]}').decode()
    assert agent_plan(plan, node) == {
        "run": "abc",
        "launch": [
            "/venv/bin/python", "-u", "-m", "deepspeed.launcher.launch", f"--world_info={world}",
            "--node_rank=2", "--master_addr=10.0.0.1", "--master_port=29500", "--no_python",
            "--no_local_rank", "/venv/bin/python", "-I", "-S",
            "/tmp/deepspeed-preflight-abc/agent.py", "rank",
        ],
        "train": ["/venv/bin/python", "-u", "train.py", "--steps", "5"],
        "local_rank_at": 3,
        "env": {
            "NCCL_SOCKET_IFNAME": "ens3", "DS_ACCELERATOR": "cpu", "WANDB_API_KEY": "s3cret",
            "NCCL_DEBUG": "INFO", "PYTHONPATH": "/lib",
        },
        "unless_set": {"NCCL_RAS_ADDR": "localhost:28419"},
        "cwd": "/data/run",
    }  # fmt: skip


def test_a_module_takes_its_local_rank_after_its_name():
    plan = plan_of(command=("-m", "axolotl.cli.train", "cfg.yml"))
    assert plan.train[: plan.local_rank_at] == ("/venv/bin/python", "-u", "-m", "axolotl.cli.train")
    assert plan_of(no_local_rank=True).local_rank_at is None


def test_the_users_env_wins_over_what_was_found():
    plan = plan_of(env={"NCCL_SOCKET_IFNAME": "bond0", "DS_ACCELERATOR": "xpu"})
    assert all(node.env["NCCL_SOCKET_IFNAME"] == "bond0" for node in plan.nodes)
    assert plan.nodes[2].env["DS_ACCELERATOR"] == "xpu"


def test_the_environment_file_holds_what_all_nodes_share_and_no_secret():
    assert deepspeed_env_text(plan_of(env={"HF_TOKEN": "s3cret", "A": "b"})) == (
        "HF_TOKEN=***\nA=b\nPYTHONPATH=/data/run\n"
    )


def test_no_secret_and_no_argument_is_on_a_command_line():
    plan = plan_of(env={"HF_TOKEN": "s3cret"}, command=("train.py", "private words"))
    lines = [*plan.agent_launcher.argv, *(word for node in plan.nodes for word in node.launch)]
    assert not [word for word in lines if "s3cret" in word or "private" in word]


def test_what_is_shown_hides_secrets_but_no_other_thing():
    command = (
        "train.py",
        "--hf_token",
        "s3cret",
        "--api-key=s3cret",
        "--proxy",
        "http://u:s3cret@p",
    )
    plan = plan_of(env={"HF_TOKEN": "s3cret", "NCCL_DEBUG": "INFO"}, command=command)
    text = dry_run_text(plan, "runs/x/hostfile") + json.dumps(plan_as_json(plan))
    assert "s3cret" not in text
    assert "NCCL_DEBUG" in text
    assert "http://***@p" in text
    assert "pdsh -S -f 1024 -w node1,node2,node3" in text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"command": ()}, "nothing to train"),
        ({"include": "node1:7"}, "no slot 7 on node1"),
        ({"include": "node2"}, "no slot of it takes part"),
    ],
)
def test_what_cannot_be_started_is_said(fields, said):
    with pytest.raises(UsageError, match=said):
        plan_of(**fields)


def test_a_login_of_its_own_goes_to_pdsh():
    nodes = (Node("node1", 1), Node("node2", 1, user="ubuntu", port=2222))
    carrier = plan_of(nodes=nodes, ssh=Ssh()).agent_launcher
    assert carrier.argv[5] == "node1,ubuntu@node2"
    assert carrier.env["PDSH_SSH_ARGS_APPEND"] == "-F /tmp/deepspeed-preflight-abc/ssh_config"


AGENT = ("/venv/bin/python", "-I", "-S", "/tmp/deepspeed-preflight-abc/agent.py", "rank")


def ground(**kind):
    return dataclasses.replace(GROUND, **kind)


def test_torchrun_is_told_its_place_and_its_ranks_begin_at_0():
    plan = plan_of(launcher="torchrun", head="node2")
    assert plan.nodes[1].launch == (
        *AGENT[:-1], "ranks", "--slots=1,2,1", "--node-rank=1", "--master-addr=10.0.0.1",
        "--master-port=29500",
    )  # fmt: skip
    assert numbered(plan) == [
        (0, "node2", 0, 0), (1, "node1", 0, 0), (2, "node1", 1, 1), (3, "node3", 0, 0),
    ]  # fmt: skip
    assert plan.local_rank_at is None
    assert equivalent_commands(plan, "h")["node1"] == (
        "cd /data/run && torchrun --nnodes=3 --nproc-per-node=2 --node-rank=1 --rdzv-backend=static"
        " --master-addr=10.0.0.1 --master-port=29500 train.py --steps 5"
    )


def test_accelerate_is_told_its_place_and_as_many_processes_as_give_its_own():
    plan = plan_of(launcher="accelerate")
    assert plan.nodes[0].launch == (
        "/venv/bin/python", "-u", "-m", "accelerate.commands.launch", "--num_machines=3",
        "--machine_rank=0", "--num_processes=6", "--main_process_ip=10.0.0.1",
        "--main_process_port=29500", "--same_network", "--rdzv_backend=static", "--gpu_ids=all",
        "--multi_gpu", "--log_dir=/tmp/deepspeed-preflight-abc", "--no_python", *AGENT,
    )  # fmt: skip
    assert "--num_processes=3" in plan.nodes[1].launch
    assert [node.env.get("ACCELERATE_USE_CPU") for node in plan.nodes] == [None, None, "true"]


@pytest.mark.parametrize(
    ("fields", "kind", "expected"),
    [
        ({"deepspeed_config": "z.json"}, "FSDP", ("--deepspeed_config_file=z.json",)),
        ({"deepspeed_config": "z.json", "config_is_programs": True}, "NO", ("--multi_gpu",)),
        ({"accelerate_config": "a.yaml"}, "FSDP", ("--config_file=a.yaml",)),
        ({}, "DEEPSPEED", ("--deepspeed_multinode_launcher=standard",)),
        ({}, "NO", ("--multi_gpu",)),
    ],
)  # fmt: skip
def test_accelerate_shards_as_its_configuration_says(fields, kind, expected):
    found = ground(accelerate=dict.fromkeys(("node1", "node2", "node3"), kind))
    plan = plan_of(found, launcher="accelerate", **fields)
    assert set(expected) <= set(plan.nodes[2].launch)
    assert ("--multi_gpu" in plan.nodes[2].launch) is ("--multi_gpu" in expected)
    cpu = "ACCELERATE_USE_CPU" in plan.nodes[2].env
    assert cpu is (kind != "DEEPSPEED" and "deepspeed_config" not in fields)


@pytest.mark.parametrize("launcher", ["torchrun", "accelerate"])
def test_devices_that_are_left_out_are_hidden_from_launchers_that_count_from_0(launcher):
    plan = plan_of(launcher=launcher, include="node1:1@node2")
    assert plan.nodes[0].env["CUDA_VISIBLE_DEVICES"] == "1"
    assert "CUDA_VISIBLE_DEVICES" not in plan.nodes[1].env


@pytest.mark.parametrize("backend", ["pdsh", "ssh", "openmpi", "slurm"])
@pytest.mark.parametrize("launcher", ["deepspeed", "accelerate", "torchrun"])
def test_a_dry_run_prints_each_command_and_file_and_no_secret(launcher, backend):
    found = ground(slurm_job="17")
    plan = plan_of(found, launcher=launcher, backend=backend, env={"HF_TOKEN": "s3cret"})
    text = dry_run_text(plan, "runs/x/hostfile")
    assert shlex.join(plan.agent_launcher.argv) in text
    assert f"# on {', '.join(plan.agent_launcher.on)}, to bring the agent to every node" in text
    for name, content in plan.agent_launcher.files.items():
        assert f"{plan.home}/{name} (0600)\n{content.rstrip()}" in text
    for node in plan.nodes:
        shown = {**agent_plan(plan, node), "env": {**node.env, "HF_TOKEN": "***"}}
        assert (
            json.loads(
                text.partition(f"# on {node.name}: {plan.home}/plan.json (0600)\n")[2].partition(
                    "\n}\n"
                )[0]
                + "}"
            )
            == shown
        )
    for name, command in equivalent_commands(plan, "runs/x/hostfile").items():
        assert f"# on {name}, what would be typed by hand for the same ranks\n{command}" in text
    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("fsdp", "more"),
    [
        (
            None,
            "deepspeed_config:\n  deepspeed_config_file: ds.json\n"
            "  deepspeed_hostfile: /data/run/hostfile\n  deepspeed_multinode_launcher: pdsh\n"
            "  zero3_init_flag: false\n",
        ),
        (
            "2",
            "fsdp_config:\n  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP\n"
            "  fsdp_transformer_layer_cls_to_wrap: Größe\n"
            "  fsdp_cpu_ram_efficient_loading: true\n  fsdp_offload_params: false\n"
            "  fsdp_state_dict_type: SHARDED_STATE_DICT\n  fsdp_version: 2\n"
            "  fsdp_reshard_after_forward: true\nmixed_precision: 'no'\n",
        ),
    ],
)
def test_the_file_of_accelerate_is_the_same_byte_for_byte(fsdp, more):
    job = job_of(deepspeed_config="ds.json", backend="pdsh")
    text = render_accelerate_file(job, plan_of(), "node2", fsdp, "Größe", "no")
    assert text == (
        "compute_environment: LOCAL_MACHINE\ndebug: false\n"
        f"distributed_type: {'FSDP' if fsdp else 'DEEPSPEED'}\ndowncast_bf16: 'no'\n"
        "machine_rank: 1\nmain_process_ip: 10.0.0.1\nmain_process_port: 29500\n"
        "main_training_function: main\nnum_machines: 3\n"
        f"num_processes: {3 if fsdp else 4}\n"
        "rdzv_backend: static\nsame_network: true\nuse_cpu: false\n" + more
    )
