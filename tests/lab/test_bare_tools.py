"""What bare `deepspeed` and `accelerate launch` get wrong without a word, and a start does not.

Facts of the tools' sources and of a lab; each has a test that shows both. How runs end is in
test_bare_ends_lab.

| goes wrong | shown |
|---|---|
| arguments: empty, %h, $HOME, *, quotes, ; | test_arguments_environment_and_secrets |
| TORCH_NCCL_*, GLOO_*, HF_*, proxies not exported | same |
| tokens on pdsh's and ssh's command lines | same |
| options that are not forwarded, more nodes asked for than there are | same |
| no rank started and exit 0: a comment in .deepspeed_env | test_a_comment_… |
| a banner as MASTER_ADDR; the first address of `hostname -I` | test_the_address_… |
| trained here alone: wrong hostfile path | test_a_wrong_hostfile_… |
| trained here alone: one remaining remote host | test_one_remaining_node_… |
| missing working directory: the home folder then | test_a_missing_folder_… |
| accelerate: whole environment in .deepspeed_env, a skipped secret printed | test_accelerate_… |
| accelerate: no hostfile, one node trains; processes left by the division are dropped | same |
| two nodes of one rank wait without a word; rdzv_backend of the YAML not heard | test_two_nodes_… |
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from checks.catalogue import CATALOGUE
from checks.check import claims_of
from checks.run import examine
from tests.lab.starts.bare import GIVEN, LATER, ODD, ROOT, Site, environment, rank_reports, wait_for
from tests.support.lab_preflight import job_of

pytestmark = pytest.mark.long

SAME_RANK = """\
compute_environment: LOCAL_MACHINE
distributed_type: MULTI_GPU
machine_rank: 0
main_process_ip: {address}
main_process_port: 29504
num_machines: 2
num_processes: 2
rdzv_backend: c10d
same_network: true
"""
YAML = "/root/.cache/huggingface/accelerate/default_config.yaml"
COMMENT, BANNER = "# x=1\n", "echo Welcome to node1\n"
FIRST = """\
own=$(ip -4 -o addr show dev eth0 | awk '{print $4; exit}')
ip addr add 192.168.121.5/24 dev eth0
ip addr del $own dev eth0
ip addr add $own dev eth0
"""


@pytest.fixture(scope="module")
def right(whole_site: Site):
    """What the ranks of one start told, with all that misleads the bare tools in place at once."""
    head = whole_site.head
    before = head.read("/root/.bashrc")
    head.write("/root/.deepspeed_env", COMMENT)
    head.write("/root/.bashrc", BANNER)
    head.run(FIRST, check=True)
    code, text = whole_site.ours(*ODD)
    head.write("/root/.bashrc", before)
    head.run(f"rm /root/.deepspeed_env; {LATER}", check=True)
    assert code == 0, text
    seen = rank_reports(text)
    assert sorted(entry["node"] for entry in seen) == ["node1", "node2"]
    return seen


def test_arguments_environment_and_secrets(site: Site, right):
    site.head.write("/root/.deepspeed_env", "HF_TOKEN=hf_Secret\n")
    options = ["--bind_cores_to_rank", "--log_level", "error"]
    done = site.bare(*site.on_both, *options, "tell.py", *ODD, **GIVEN, NCCL_SOCKET_IFNAME="enp9")
    assert done.returncode == 0
    seen = {report["node"]: report for report in rank_reports(done.stdout)}
    words = seen["node1"]["words"]
    assert words[:3] == ["it is", "node1", "/root"]
    assert "tell.py" in words
    assert words[-2:] == ["q", "a"]
    assert done.stdout.count("Linux\n") == 2, "what stands behind ; has run on each node"
    assert seen["node1"]["readable"] >= 2, "pdsh's and ssh's command lines show the token"
    assert not seen["node2"]["env"].keys() & GIVEN.keys()
    assert not {"--bind_cores_to_rank", "--log_level=error"} & {*seen["node2"]["parent"]}

    for entry in right:
        assert entry["words"] == ODD
        assert entry["readable"] == 0
        assert entry["env"].items() >= {**GIVEN, "NCCL_SOCKET_IFNAME": "eth0"}.items()
    for option in ("--bind_cores_to_rank", "--log_level=error", "--num_nodes=5"):
        assert "unrecognized" in refusal_of(option, "--", "tell.py")


def refusal_of(*words: str) -> str:
    """What `launcher start` says to what it does not take."""
    done = subprocess.run(
        [sys.executable, "-m", "launcher", "start", *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    return done.stderr


def test_a_comment_in_deepspeed_env_starts_nothing_and_is_a_success(site: Site, right):
    site.head.write("/root/.deepspeed_env", COMMENT)
    done = site.bare(*site.on_both, "--num_nodes=5", "tell.py")
    assert (done.returncode, rank_reports(done.stdout)) == (0, [])
    assert len(right) == 2


def test_the_address_of_rank_0_is_the_first_word_that_a_login_prints(site: Site, right):
    words = ("--hostfile", str(site.place / "hostfile"), "tell.py")
    site.head.run(FIRST, check=True)
    done = site.bare(*words)
    assert {report["master"] for report in rank_reports(done.stdout)} == {"192.168.121.5"}
    site.head.write("/root/.bashrc", BANNER)
    done = site.bare(*words)
    assert {report["master"] for report in rank_reports(done.stdout)} == {"Welcome"}
    assert {entry["master"] for entry in right} == {site.head.address}


def test_a_wrong_hostfile_trains_on_this_machine_alone(site: Site):
    done = site.bare("--hostfile", "/nowhere/hostfile", "tell.py")
    assert done.returncode == 0
    assert [(report["node"], report["world"]) for report in rank_reports(done.stdout)] == [
        ("node1", 1)
    ]
    assert "/nowhere/hostfile" in refusal_of("--hosts=/nowhere/hostfile", "--", "tell.py")


def test_one_remaining_node_is_taken_for_this_machine(site: Site):
    only = ["--include", "node2", "--master_addr", "127.0.0.1"]
    done = site.bare("--hostfile", str(site.place / "hostfile"), *only, "tell.py")
    assert done.returncode == 0
    assert [report["node"] for report in rank_reports(done.stdout)] == ["node1"]
    code, text = site.ours(include="node2")
    assert code == 0, text
    assert [report["node"] for report in rank_reports(text)] == ["node2"]


def test_a_missing_folder_is_the_home_folder_then(site: Site):
    site.head.run(f"mkdir -p /root/run && cp {site.place}/tell.py /root/run", check=True)
    site.other.run(f"cp {site.place}/tell.py /root", check=True)
    done = site.bare(*site.on_both, "tell.py", cwd="/root/run")
    assert done.returncode == 0
    assert {report["node"]: report["cwd"] for report in rank_reports(done.stdout)} == {
        "node1": "/root/run", "node2": "/root",
    }  # fmt: skip
    code, text = site.ours(workdir="/root/run")
    assert code == 1
    assert "/root/run" in text
    assert "node2" in text


def test_accelerate_writes_tokens_and_trains_elsewhere(site: Site):
    words = [
        "--use_deepspeed", "--num_machines=2", "--machine_rank=0", "--num_processes=5",
        "--main_process_port=29503",
    ]  # fmt: skip
    site.head.run(f"mkdir -p /root/acc && cp {site.place}/tell.py /root/acc", check=True)
    secrets = {"HF_TOKEN": "hf_Secret", "WANDB_API_KEY": "a b"}
    done = site.bare("accelerate", "launch", *words, "tell.py", cwd="/root/acc", **secrets)
    assert done.returncode == 0
    seen = rank_reports(done.stdout)
    assert {entry["node"] for entry in seen} == {"node1"}, (
        "no hostfile: the second machine is dropped"
    )
    assert len(seen) == 2, "five processes on two machines"
    assert "HF_TOKEN=hf_Secret" in site.head.read("/root/acc/.deepspeed_env")
    assert site.head.run("stat -c %a /root/acc/.deepspeed_env").stdout.strip() == "644"
    assert "WANDB_API_KEY=a b" in done.stdout + done.stderr
    # as a start on that machine would find it
    dump = site.place / ".deepspeed_env"
    dump.write_text(site.head.read("/root/acc/.deepspeed_env"))
    try:
        assert f"{dump}:" in (said := refused_here(site))
        assert "hf_Secret" not in said
    finally:
        dump.unlink()


def refused_here(site: Site) -> str:
    """What a start says in the site's folder, which it does not begin there."""
    one = subprocess.run(
        [sys.executable, "-m", "launcher", "start", f"--hosts={site.lab.hosts}", "--", "tell.py"],
        cwd=site.place, env={**environment(), "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert one.returncode == 2, one.stderr
    return one.stderr


def test_two_nodes_of_one_rank_wait_without_a_word(site: Site):
    for node in site.lab.nodes:
        node.write(YAML, SAME_RANK.format(address=site.head.address))
    command = f"cd {site.place} && exec accelerate launch tell.py"
    argvs = [node.argv(command, env=environment()) for node in site.lab.nodes]
    both = [
        subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for argv in argvs
    ]
    for node in site.lab.nodes:
        wait_for(lambda node=node: "29504" in node.run("ss -Htln").stdout)
    with pytest.raises(subprocess.TimeoutExpired):
        both[1].wait(5)
    assert both[0].poll() is None
    site.end_all()
    said = [entry.communicate()[0] for entry in both]
    assert not [line for text in said for line in text.splitlines() if "rank" in line]
    assert not rank_reports("".join(said))

    job = job_of(site.lab, with_="accelerate")
    claims = claims_of([CATALOGUE["accelerate.machine-ranks-are-whole"]], job)
    findings = examine(job, claims).findings
    assert "rank-twice" in {finding.cause for finding in findings}
    code, text = site.ours(with_="accelerate")
    assert code == 0, text
    assert {report["node"]: report["rank"] for report in rank_reports(text)} == {
        "node1": 0,
        "node2": 1,
    }
