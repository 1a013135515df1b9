"""What DeepSpeed's engine says of the model, the optimizer and the program that calls it."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries
from checks.knowledge.failures.gpu_driver import NO_GPU_SINCE
from checks.knowledge.releases import KNOWN_RELEASES

FAILURES = read_entries(
    r"""
root ds-elastic-log-import
  says    cannot import name 'log' from 'torch.distributed.elastic.agent.server.api'
  says    cannot import name '_get_socket_with_port' from
          'torch.distributed.elastic.agent.server.api'
  cause   {DEEPSPEED_ELASTIC_LOG}
  fix     `uv pip install -U 'deepspeed>=0.14.4'` in the environment of every node, or keep torch
          below 2.4
  checks  software.releases-work-together, software.versions-are-equal, training.smoke-trains
root ds-numpy-bufsize
  says    cannot import name 'BUFSIZE' from 'numpy'
  cause   {DEEPSPEED_NUMPY_2}
  fix     `uv pip install -U 'deepspeed>=0.14.4'`, or `uv pip install 'numpy<2'`
  checks  software.releases-work-together, training.smoke-trains
root ds-no-sync
  shows   no_sync context manager is incompatible with gradient partitioning logic of ZeRO stage
          {stage:\d}
  cause   DeepSpeed 0.16 and newer refuse no_sync under ZeRO-{stage}, which partitions gradients; an
          older accelerate or transformers, or the script, calls it while gradients accumulate
  fix     `uv pip install -U 'accelerate>=1.9' transformers`; in a script of your own leave out
          model.no_sync(): DeepSpeed accumulates by itself; ZeRO-1 permits it, deepspeed 0.15.4 did
          not check
  checks  software.releases-work-together, training.smoke-trains
root ds-step-in-no-sync
  says    It is illegal to call Engine.step() inside no_sync context manager
  cause   the script calls step() inside no_sync, where gradients are not reduced
  fix     call engine.step() after the no_sync block
root ds-config-not-given
  says    DeepSpeed requires --deepspeed_config to specify configuration file
  cause   deepspeed.initialize was called without a config
  fix     pass config= to deepspeed.initialize, or --deepspeed_config FILE to the script
  checks  deepspeed.config-is-the-one-given
root ds-config-twice
  says    we were given deepspeed configs in the deepspeed arguments and deepspeed.initialize()
          function call
  says    we were given both a deepscale_config and deepspeed_config
  cause   the config is given twice: as an argument of the script and to deepspeed.initialize
  fix     leave out one of them
  checks  deepspeed.config-is-the-one-given
root ds-config-not-readable
  says    Expected a string path to an existing deepspeed config, or a dictionary
  pattern Expected a string path to an existing deepspeed config, or a dictionary.* Received:
          (?P<got>.+)
  cause   the DeepSpeed config {got} is not there on this node, or is neither JSON nor base64
  fix     copy the file to the same path on every node, list it under `same` in launch.toml, and
          give its absolute path
  checks  deepspeed.config-is-readable, files.same-files-are-equal
root ds-config-broken
  says    "json.decoder.JSONDecodeError: "
  says    "hjson.scanner.HjsonDecodeError: "
  pattern (?:json\.decoder\.JSON|hjson\.scanner\.Hjson)DecodeError: (?P<what>.+)
  near    /(?:utils|integrations|transformers)/deepspeed\.py"|HjsonDecodeError
  unless  DecodeError: .+\s+During handling of the above exception
  cause   the DeepSpeed config, the file that --deepspeed, deepspeed_config or the script names, is
          empty, cut off or no JSON: {what}
  fix     correct that file at the place that is named, or write it again; then copy it to every
          node (`python -m launcher start --sync`)
  checks  deepspeed.config-is-readable, files.same-files-are-equal
  follows ds-config-not-readable
root ds-config-not-object
  says    object has no attribute 'get'
  pattern AttributeError: '(?P<kind>str|list|int|float)' object has no attribute 'get'
  near    config\.get\("tensor_parallel"|/deepspeed\.py", line \d+, in find_config_node
  cause   the DeepSpeed config has no keys and values, as a JSON object has: it is read as a {kind}
  fix     write the config as an object of keys and values; an error page or a git-lfs pointer
          there has to be fetched again
  checks  deepspeed.config-is-readable
root ds-local-rank-conflict
  shows   Mismatch in local rank setting, args.local_rank={argument} but env['LOCAL_RANK']={set:\d+}
  cause   the argument --local_rank={argument} contradicts the variable LOCAL_RANK={set}
  fix     let the launcher set it: leave --local_rank out of the command, and take the value of
          LOCAL_RANK in the script
root ds-local-rank-unset
  says    DeepSpeed requires the LOCAL_RANK environment variable
  cause   LOCAL_RANK is not set: the script was started without a launcher
  fix     start it with deepspeed, torchrun or `python -m launcher start`; a launcher of your own
          must export LOCAL_RANK
root ds-bf16-unsupported
  says    Type bf16 is not supported on your device.
  says    Type fp16 is not supported on your device.
  pattern Type (?P<type>bf16|fp16) is not supported on your device\.
  cause   the config enables {type}, which this node's accelerator does not have (for bf16: an
          NVIDIA GPU older than Ampere, or no GPU was found)
  fix     enable the other 16-bit type in the config; if the GPU has it, `nvidia-smi -L` and `python
          -c 'import torch; print(torch.cuda.is_available())'` on that node
  checks  gpu.precision-is-supported
  follows {NO_GPU_SINCE}
root ds-optimizer-type
  shows   Client Optimizer is of unexpected type {type:.+}
  cause   deepspeed.initialize was given a {type}, which is no torch optimizer
  fix     pass an instance of torch.optim.Optimizer, or define "optimizer" in the DeepSpeed config
root ds-zero-needs-optimizer
  shows   zero stage {stage:\d} requires an optimizer
  cause   ZeRO-{stage} was enabled without any optimizer
  fix     define "optimizer" in the DeepSpeed config or pass optimizer=; for inference use ZeRO-3,
          or none
root ds-no-optimizer-backward
  shows   must provide optimizer during init in order to use {what:backward|step|scale}
  cause   {what} was called on an engine that has no optimizer: neither the config nor
          deepspeed.initialize names one
  fix     add "optimizer" to the DeepSpeed config, or pass optimizer= to deepspeed.initialize
root ds-parameter-twice
  shows   Parameter with name: {name} occurs multiple times in optimizer.param_groups
  cause   the parameter {name} is in two groups of the optimizer
  fix     build the groups so that each parameter is in one of them; tied weights once
root ds-max-grad-norm-in-optimizer
  says    'max_grad_norm' is not supported as an optimizer parameter
  cause   the config sets max_grad_norm among the optimizer's parameters
  fix     remove it there, and set "gradient_clipping" at the top of the config
  checks  deepspeed.values-are-accepted
root ds-backward-called-directly
  says    Direct calls to tensor.backward() are not supported in this configuration
  cause   the script calls loss.backward(), and this engine reduces gradients only in
          engine.backward
  fix     call engine.backward(loss), or accelerator.backward(loss) with accelerate
root ds-loss-scale-at-minimum
  says    Current loss scale already at minimum - cannot decrease scale anymore
  cause   every step overflowed in fp16 until the loss scale reached its minimum: the loss or the
          gradients are infinite or NaN, most often because the model was trained in bf16 (its
          values do not fit fp16), the learning rate is too high, or a sample is broken
  fix     train in bf16 ("enabled": true under bf16, false under fp16); where only fp16 exists,
          lower the learning rate, warm up longer, and look for the first step whose loss is NaN
  checks  gpu.precision-is-supported
root ds-backend-not-initialised
  says    DeepSpeed backend not set, please initialize it using init_process_group()
  cause   a function of deepspeed.comm was called before deepspeed.init_distributed()
  fix     call deepspeed.init_distributed() first thing in main, before the model is built
root ds-mpi-rank-conflict
  says    not sure how to proceed as we're seeing conflicting local rank info
  cause   LOCAL_RANK and OMPI_COMM_WORLD_LOCAL_RANK contradict each other: a launcher was started
          inside mpirun, or variables of another start were inherited
  fix     start either with mpirun or with a launcher; unset LOCAL_RANK in the environment that
          mpirun passes on
root ds-mpi-backend-mismatch
  says    does not match torch rank
  says    does not match torch world size
  pattern MPI (?:rank|world size) (?P<mpi>\d+) does not match torch (?:rank|world size)
          (?P<torch>\d+)
  cause   MPI says {mpi}, torch's process group {torch}: the program called init_process_group
          itself before deepspeed.initialize, with RANK and WORLD_SIZE of the environment (of an
          inner launcher, or inherited by mpirun's ranks) in place of MPI's
  fix     deepspeed.init_distributed() in place of the program's own init_process_group, or RANK,
          WORLD_SIZE and LOCAL_RANK from OMPI_COMM_WORLD_RANK, …_SIZE and …_LOCAL_RANK before it;
          unset those that mpirun's ranks inherit
root ds-slurm-uneven-slots
  says    slurm backend needs the same slot count on every host
  says    MPICH requires same number of devices per node
  says    Intel MPI requires same number of devices per node
  says    mvapich requires same number of devices per node
  cause   the hostfile gives nodes different slots=, and this launcher starts the same number of
          ranks on each
  fix     write the same slots= for every node, or use --launcher pdsh
root ds-launcher-no-selection
  says    backend does not support worker include/exclusion
  says    backend does not support limiting num nodes/gpus
  pattern (?P<name>\S+) backend does not support (?P<what>worker include/exclusion|limiting num
          nodes/gpus)
  cause   the launcher {name} cannot start a part of the hostfile
  fix     write a hostfile with the nodes that are meant, or use --launcher pdsh
root ds-lr-scheduler-unknown
  shows   DeepSpeed does not recognize LR scheduler {name}
  cause   the config names a scheduler that DeepSpeed does not have: {name}
  fix     use LRRangeTest, OneCycle, WarmupLR, WarmupDecayLR or WarmupCosineLR, or pass
          lr_scheduler= from the script
  checks  deepspeed.values-are-accepted
root ds-zero-stage-unknown
  says    DeepSpeedConfig: Maximum supported ZeRO stage is
  cause   the config sets a ZeRO stage above 3
  fix     set "stage" to 0, 1, 2 or 3
  checks  deepspeed.values-are-accepted
root ds-config-duplicate-keys
  shows   Duplicate keys in DeepSpeed config: {keys:.+}
  cause   the DeepSpeed config has a key twice: {keys}
  fix     remove one of them
  checks  deepspeed.config-is-readable
root ds-config-conflicting-fields
  shows   Cannot provide deprecated parameter '{old:[^']+}' and replacing parameter '{new:[^']+}'
          together
  cause   the config sets {old} and {new}, which replaced it
  fix     remove {old}
  checks  deepspeed.values-are-accepted
root ds-batch-not-positive
  says    has to be greater than 0
  pattern (?:Train batch size|Micro batch size per gpu|Gradient accumulation steps): (?P<value>\S+)
          has to be greater than 0
  cause   a batch size came out as {value}: train_batch_size is smaller than micro batch × ranks, or
          a value is 0
  fix     raise train_batch_size, or lower the micro batch or the accumulation steps
  checks  deepspeed.batch-sizes-agree
root ds-unsupported-grad-type
  shows   attempting to reduce an unsupported grad type: {type}
  cause   a gradient has the type {type}, which DeepSpeed does not reduce
  fix     keep the parameters that train in float32, float16 or bfloat16
root ds-dummy-optimizer
  says    'DummyOptim' object has no attribute 'step'
  cause   the optimizer of the script is a placeholder that DeepSpeed should have replaced: the
          config has no "optimizer"
  fix     add "optimizer" to the DeepSpeed config, or create a real optimizer in the script
root ds-missing-engine-attribute
  shows   'DeepSpeedEngine' object has no attribute '{name:[^']+}'
  cause   the program uses `{name}` of the engine, which the engine and the model in it do not have
          in these versions
  fix     call it on engine.module; if a library calls it, update that library together with
          DeepSpeed on every node
  checks  software.versions-are-equal
root ds-optimizer-unknown
  shows   {name} is not a supported DeepSpeed Optimizer
  cause   the config's optimizer {name} is none of DeepSpeed's
  fix     Adam, AdamW, Lamb, OneBitAdam, Lion, Muon … as its documentation spells it; or pass a
          torch optimizer from the script
  checks  deepspeed.values-are-accepted
root ds-scheduler-without-optimizer
  says    is not instantiated but Client LR Scheduler is instantiated
  cause   the script passes a scheduler and no optimizer object: the optimizer comes from the
          DeepSpeed config
  fix     define the scheduler in the config too, or pass a callable that makes it from an optimizer
root ds-train-batch-change
  says    Train batch size must be divisible by micro-batch data parallelism
  cause   a new train_batch_size is no multiple of micro batch × data-parallel ranks
  fix     a multiple of both
  checks  deepspeed.batch-sizes-agree
root ds-loss-not-scalar
  says    loss must be a scalar tensor
  says    only accepts a scalar tensor
  pattern loss must be a scalar tensor|Optimizer's backward\(\) only accepts a scalar tensor
  cause   engine.backward got something else than one number with a gradient: a loss per token, a
          tuple, or a loss of a model that is wholly frozen
  fix     engine.backward(loss.mean()); with frozen layers check that the loss depends on what is
          trained
root ds-reserved-client-state
  says    client_state contains reserved checkpoint key
  pattern client_state contains reserved checkpoint keys?: (?P<keys>\S+)
  cause   the script saves values under names that DeepSpeed's checkpoint uses itself: {keys}
  fix     give them other names in client_state
root ds-no-python-and-module
  says    '--module' flag at the same time
  pattern Don't use both the '--no[_-]python' flag and the '--module' flag at the same time
  cause   the launcher was given both --no_python and --module
  fix     leave one of them out
root ds-elasticity-incompatible
  says    is not currently compatible with elasticity
  says    is not valid with the current list of valid GPU counts
  pattern is not currently compatible with elasticity|World size \((?P<world>\d+)\) is not valid
          with the current list of valid GPU counts: (?P<valid>\[[^\]]*\])
  cause   the config's elasticity does not allow this number of GPUs or setting
  fix     start a number of ranks that the message lists, or remove "elasticity" from the config
root ds-muon-not-marked
  says    object has no attribute 'use_muon'
  cause   DeepSpeed's Muon wants each parameter marked with use_muon: releases before 0.18 leave
          that to the program, and a Trainer does not do it
  fix     `uv pip install -U deepspeed` (0.18 and newer mark hidden matrices themselves); else
          before deepspeed.initialize p.use_muon = p.ndim >= 2 for hidden layers and False for
          embeddings, head, biases and norms
root ds-muon-of-others
  says    AssertionError
  pattern ^(?:[\w.]+\.)?AssertionError
  near    in zeropower_via_newtonschulz\w*\n +assert (?:len\(G\.shape\) == 2|G\.ndim >?= ?2)
  frame   deepspeed/runtime/
  cause   Muon needs whole matrices, and ZeRO gives an optimizer flat pieces of them: a Muon that
          was not written for DeepSpeed does not work under it
  fix     DeepSpeed's own: type Muon in the section "optimizer" of its config (0.18 and newer), no
          optimizer from the program; or FSDP2 or DDP with that Muon
""",
    NO_GPU_SINCE=NO_GPU_SINCE,
    DEEPSPEED_ELASTIC_LOG=KNOWN_RELEASES["deepspeed-elastic-log"].because,
    DEEPSPEED_NUMPY_2=KNOWN_RELEASES["deepspeed-numpy-2"].because,
)
