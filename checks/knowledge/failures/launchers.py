"""What the deepspeed command and its per-node launcher say before a rank trains."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root launcher-not-installed
  shows   RuntimeError: launcher '{name:[^']+}' not installed
  cause   {name}, which should start the nodes, is not in the PATH of the head
  fix     install {name} on the head, or choose another --launcher
  checks  pdsh.is-installed
root ds-first-host-unreachable
  shows   Using hostfile at {path} but host={node} was not reachable via ssh
  cause   DeepSpeed's test login to {node} failed, and it does not show ssh's reason; a leftover
          /job/hostfile has the same effect on a single machine
  fix     `ssh -oBatchMode=yes {node} true` shows the reason; without a key: `ssh-copy-id {node}`,
          which the start needs from here to every node, this one too (`python -m launcher trust`);
          else --no_ssh and --node_rank on each node, or torchrun; remove {path} if one machine was
          meant
  checks  reach.controller-logs-in, ssh.every-node-logs-in-to-every-node
root master-addr-not-an-ip, warns
  says    "Using IP address of "
  pattern Using IP address of (?!(?:\d{1,3}\.){3}\d{1,3} for|[0-9a-fA-F]*:[0-9a-fA-F:]+
          for)(?P<got>\S+) for node (?P<node>\S+)
  cause   DeepSpeed took `{got}` for the master's address: the login shell of {node} prints text,
          and DeepSpeed uses the first word that `hostname -I` prints over ssh
  fix     make the start-up files of {node}'s shell print nothing without a terminal, or pass
          --master_addr
  checks  ssh.shell-is-quiet
root master-addr-virtual-net, survivable, warns
  says    "Using IP address of "
  pattern Using IP address of (?P<ip>172\.(?:1[7-9]|2\d|3[01])\.\d+\.\d+|192\.168\.12[12]\.\d+|
          127\.\d+\.\d+\.\d+|169\.254\.\d+\.\d+) for node (?P<node>\S+)
  cause   DeepSpeed took {ip}, the first address that {node} lists, for the master's address: it
          looks like a network of containers or virtual machines, which other nodes cannot reach
  fix     pass --master_addr with the address that the other nodes use
  checks  ports.master-port-is-reachable, network.one-network
root master-addr-empty
  says    args.master_addr = result.decode('utf-8').split()[0]
  says    list index out of range
  near    args\.master_addr = result\.decode\('utf-8'\)\.split\(\)\[0\]
  cause   `hostname -I` printed nothing on the first node, and DeepSpeed uses its first word
  fix     pass --master_addr
root pid-file-exists
  says    AssertionError: pid file exists but shouldn't
  cause   --save_pid found the file of an earlier run in /tmp; DeepSpeed never removes it
  fix     rm /tmp/*.deepspeed on every node, or omit --save_pid
root local-rank-arg-unrecognized, usage
  says    "error: unrecognized arguments: "
  pattern error: unrecognized arguments: .*--local_rank=\d+
  cause   deepspeed passes --local_rank=N to each rank's script, and the script does not accept it
  fix     start with --no_local_rank (`python -m launcher start`: --no-local-rank), or let
          the script read LOCAL_RANK
root script-option-misspelt, usage
  says    "error: unrecognized arguments: "
  pattern ^(?:\S+: )?(?P<script>\S+): error: unrecognized arguments:
          (?!.*--local[_-]rank=)(?P<what>.+)
  near    "(?P<usage>(?:^(?:usage: | ).*\n)+)\S.*: error: unrecognized arguments: "
  corrects what, usage
  cause   {script} has no such option: {what}
  fix     what its usage names is most like it: {nearest}
root script-arguments-refused, usage
  says    "error: unrecognized arguments: "
  says    "error: the following arguments are required: "
  pattern ^(?:\S+: )?(?P<script>\S+): error: (?:unrecognized arguments: (?!.*--local[_-]rank=)|the
          following arguments are required: )(?P<what>.+)
  cause   {script} does not accept its arguments: {what}
  fix     compare with `python {script} --help`: an option may be misspelt, or of another release;
          where all are right, a quote or an empty argument was lost on the way
root script-argument-invalid, usage
  says    "error: argument "
  says    "error: ambiguous option: "
  pattern ^(?:\S+: )?(?P<script>\S+): error: (?:argument |ambiguous option: )(?P<what>\S.*(?::
          (?:invalid|expected|not allowed|ignored)|could match ).*)
  cause   {script} does not accept {what}
  fix     correct that argument; `python {script} --help` says what it takes
root program-option-unknown, usage
  says    "No such option: "
  says    "Unknown command line flag "
  says    "ERROR: Could not consume arg: "
  pattern (?:No such option: |Unknown command line flag |ERROR: Could not consume arg:
          )(?P<what>['-][^│]*[^│\s])
  cause   the program has no such option: {what}
  fix     correct its name; the program's --help lists its options
root mpi4py-missing
  says    No module named 'mpi4py'
  cause   this interpreter has no mpi4py, which DeepSpeed asks for where RANK, WORLD_SIZE,
          LOCAL_RANK, MASTER_ADDR and MASTER_PORT are not all set: it takes that for a start by MPI
  fix     start it with a launcher, not with plain python; a program that uses MPI itself needs `uv
          pip install mpi4py` on every node, built for its MPI
root env-rank-missing
  says    expected, but not
  pattern environment variable (?P<name>RANK|WORLD_SIZE|MASTER_ADDR|MASTER_PORT) expected, but not
  cause   {name} is not set: the script was started by plain python, or by mpirun or srun, whose
          ranks have other variables
  fix     start it with torchrun, deepspeed, accelerate or `python -m launcher start`; under srun or
          mpirun set RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR and MASTER_PORT from theirs in each
          task (or deepspeed.init_distributed())
root rank-exit-negative
  says    exits with return code = -
  pattern exits with return code = -9\b
  cause   a rank was killed, most often by the kernel because the machine's memory was full: each
          rank loads all weights, or the optimizer is offloaded to it
  fix     `dmesg | grep -i 'killed process'` on that node; let fewer ranks load at once, load under
          zero.Init, or offload less
  checks  limits.group-allows-enough-memory, limits.memory-is-free, limits.kernel-kills-no-rank
  follows kernel-oom, kernel-group-oom
root rank-crashed
  says    exits with return code = -
  pattern exits with return code = -(?P<signal>4|8|11)\b
  cause   a rank crashed in native code (signal {signal}) and left no word of where: that is not in
          this log. It may be a broken or mismatched library, one built for another CPU, a driver,
          or the machine itself (after many good steps more likely than at the start)
  fix     `dmesg | tail` on that node names the library, or a GPU's or memory's fault;
          PYTHONFAULTHANDLER=1 in [env] shows where it crashed, if it does again
  checks  software.versions-are-equal, training.smoke-trains
  follows kernel-unknown-instruction
symptom rank-exit
  says    "exits with return code = "
  pattern exits with return code = (?P<code>[1-9]\d*|-(?!(?:4|7|8|9|11)\b)\d+)
  cause   a rank ended with {code}, and DeepSpeed ended the others of its node (-6: aborted, as
          NCCL's watchdog does; -15: ended by its launcher)
  fix     read the earlier output of that rank
root script-config-after-local-rank
  says    "error: the following arguments are required: "
  near    '--local_rank=\d+', '(?P<config>[^']+\.(?:ya?ml|json))'
  cause   DeepSpeed's launcher put --local_rank before {config}; a script that reads such a file
          only as its sole argument does not read it
  fix     start it with torchrun (FORCE_TORCHRUN=1 llamafactory-cli), or with --no_local_rank
root local-rank-with-hyphen
  says    "error: unrecognized arguments: "
  pattern error: unrecognized arguments: .*--local-rank=\d+
  cause   torch.distributed.launch of torch 2 and newer passes --local-rank=N, with a hyphen, and
          the script accepts --local_rank at most
  fix     start it with torchrun and read LOCAL_RANK, or accept both:
          parser.add_argument("--local-rank", "--local_rank", type=int)
  checks  deepspeed.arguments-agree
root env-key-missing
  shows   KeyError: '{name:LOCAL_RANK|RANK|WORLD_SIZE|MASTER_ADDR|MASTER_PORT|LOCAL_WORLD_SIZE|
          NODE_RANK|SLURM_PROCID|SLURM_LOCALID|SLURM_NTASKS|SLURM_JOB_NODELIST|OMPI_COMM_WORLD_RANK|
          OMPI_COMM_WORLD_LOCAL_RANK}'
  cause   the script reads {name}, which its launcher sets, and was started without that launcher
  fix     torchrun, deepspeed or accelerate launch for RANK and its kin; srun or mpirun for theirs;
          os.environ.get for a single process
"""
)
