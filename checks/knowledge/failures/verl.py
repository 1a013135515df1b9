"""What verl says of its configuration and batches."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root verl-batch-divisible
  says    is not divisible by dp size
  says    must be divisible by minimal possible batch size
  says    only support equal chunk. Got size of DataProto
  pattern (?:Global batch size (?P<batch>\d+) is not divisible by dp size (?P<size>\d+)|
          real_train_batch_size \((?P<batch2>\d+)\) must be divisible by minimal possible batch size
          \((?P<size2>\d+)\)|only support equal chunk\. Got size of DataProto (?P<batch3>\d+) and
          chunk (?P<size3>\d+))
  cause   a batch cannot be shared evenly among the ranks; perhaps another number of GPUs than
          planned
  fix     data.train_batch_size × rollout.n must be a multiple of nnodes × n_gpus_per_node (and of
          the mini and micro batches)
  checks  deepspeed.batch-sizes-agree
root verl-micro-batch-unset
  shows   [{name:[\w.]+}] Please set at least one of '{one:[^']+}' or '{other:[^']+}'
  cause   verl's config gives no micro batch for {name}
  fix     set {name}.{other}
root verl-not-enough-gpus
  shows   Total available GPUs {have:[\d.]+} is less than total desired GPUs {want:\d+}
  cause   Ray's cluster has {have} GPUs, and the run wants {want}: a node did not join, or its GPUs
          are hidden or taken
  fix     `ray status` on the head; start Ray on every node before the run; trainer.nnodes and
          n_gpus_per_node as they are
  checks  gpu.slots-have-gpus
root verl-resources-pending
  says    cannot be satisfied in this ray cluster
  pattern Resource pool (?P<name>\S+): (?P<want>\d+).*cannot be satisfied in this ray cluster
  cause   Ray's cluster cannot give the GPUs of {name} as they are asked for, so many on each node
  fix     trainer.n_gpus_per_node at most what each node has; `ray status` on the head
  checks  gpu.slots-have-gpus
root verl-empty-loader
  says    Train dataloader is empty!
  says    Validation dataloader is empty!
  cause   the data file has fewer rows than one batch, or all were filtered for their length
  fix     data.train_batch_size below the number of rows; data.max_prompt_length,
          data.filter_overlong_prompts
  checks  files.needed-data-is-whole
root verl-rollout-parallel
  says    "rollout world_size: "
  pattern rollout world_size: (?P<world>\d+) is not divisible by (?:infer_tp|infer_world_size):
          (?P<size>\d+)
  cause   {world} GPUs of the rollout cannot be grouped by tensor_model_parallel_size {size}: fewer
          GPUs than planned, or the nodes are not in one Ray cluster
  fix     rollout.tensor_model_parallel_size that divides trainer.nnodes × n_gpus_per_node; `ray
          status` must show the GPUs of all nodes
root verl-mini-batch
  shows   ppo_mini_batch_size {size:\d+} should be {how:larger than 0 after|divisible by|larger
          than}
  cause   ppo_mini_batch_size, shared among the ranks, comes out as {size}, which the micro batch or
          the number of ranks does not allow
  fix     ppo_mini_batch_size × rollout.n ÷ GPUs must be a multiple of ppo_micro_batch_size_per_gpu
root verl-model-parallel-gpus
  shows   n_gpus ({gpus:\d+}) must be divisible by model_parallel_size ({size:\d+})
  cause   {gpus} GPUs cannot be divided by model parallelism of {size}; perhaps fewer nodes joined
          than planned
  fix     tensor × pipeline × context parallel size that divides nnodes × n_gpus_per_node
root verl-union-sizes
  says    Two tensor dict must have identical batch size
  pattern Two tensor dict must have identical batch size\. Got (?P<one>torch\.Size\([^)]*\)) and
          (?P<other>torch\.Size\([^)]*\))
  cause   batches of {one} and {other} should be joined: prompts and their rollout.n answers do not
          fit, or recipe and verl are of different releases
  fix     the recipe of the installed verl's release; rollout.n the same wherever it is set
  checks  software.versions-are-equal
root verl-ulysses-heads
  says    must be divisible by ulysses
  pattern num_(?:attention_|key_value_)?heads \(?(?P<heads>\d+)\)? must be divisible by ulysses[
          _]s\w+(?: ?size)? ?\(?(?P<size>\d+)\)?
  cause   {heads} heads cannot be shared by {size} ranks of sequence parallelism
  fix     ulysses_sequence_parallel_size that divides the heads
root verl-prompt-too-long
  says    is larger than self.max_length=
  says    is larger than max_length=
  pattern sequence_length=(?P<length>\d+) is larger than (?:self\.)?max_length=(?P<limit>\d+)
  cause   a sample has {length} tokens, the config allows {limit}, and data.truncation is error
  fix     data.truncation: left (right, middle), data.filter_overlong_prompts: true, or a larger
          max_prompt_length
root verl-reward-kinds-differ
  shows   AssertionError: {key:\w+}: len(lst)={some:\d+}, len(sample_scores)={all:\d+}
  cause   only {some} of {all} samples got a value for {key}: the reward functions of the data
          sources disagree, some return a dict with further values and some a number alone
  fix     let each reward function return the same keys: a dict with `score` and the others for all,
          or a number for all
root verl-rocr-visible-devices
  says    Please don't set ROCR_VISIBLE_DEVICES when HIP/CUDA_VISIBLE_DEVICES is set
  cause   the environment has ROCR_VISIBLE_DEVICES, by Slurm or the container, beside
          HIP_VISIBLE_DEVICES or CUDA_VISIBLE_DEVICES: both hide GPUs, one on top of the other
  fix     `unset ROCR_VISIBLE_DEVICES` before `ray start` on every node
root verl-refused-elsewhere
  says    "ValueError: "
  says    "AssertionError: "
  says    "NotImplementedError: "
  near    /verl/(?!utils/config|workers/config)(?:single_controller|workers|utils|models|
          checkpoint_engine|experimental)/[\w/]+\.py",
          line \d+, in \w+\n +(?:raise|assert) .*\n(?:    .*\n|[
          ~^]+\n){0,4}(?:ValueError|AssertionError|NotImplementedError): (?P<what>.+)
  unless  step:[1-9]\d* -
  cause   verl's own check does not hold: {what}. It may be of a key, of the data, or of
          versions that do not belong together
  fix     where it names a key, change it (`key=value` or the YAML); else compare keys and versions
          with the example scripts of the installed release
root verl-batch-of-gpus
  says    must be divisible by total n_gpus
  says    real_train_batch_size (
  pattern real_train_batch_size \(\d+\) must be divisible by (?:total )?n_gpus
  cause   a batch cannot be shared evenly among all GPUs; perhaps another number of them than
          planned
  fix     data.train_batch_size × rollout.n must be a multiple of nnodes × n_gpus_per_node
root verl-resume-step
  says    resume ckpt must specify the global_steps
  cause   trainer.resume_from_path does not name a step: it takes a folder …/global_step_N
  fix     trainer.resume_mode=resume_path with …/global_step_N, or resume_mode=auto with the folder
          above in trainer.default_local_dir
root verl-weight-bucket
  says    is too large to fit in the bucket
  cause   one weight is larger than the bucket in which verl hands weights to the rollout
  fix     a larger actor_rollout_ref.rollout.checkpoint_engine.update_weights_bucket_megabytes
          (update_weights_bucket_megabytes), above rows × columns × bytes of that weight
root verl-reward-not-there
  shows   Reward function is not implemented for data_source={source:.+}
  cause   verl has no reward function of its own for the data set {source}
  fix     custom_reward_function.path=FILE.py custom_reward_function.name=compute_score (newer verl:
          reward.custom_reward_function) with your own; or write into the column data_source of
          the parquet file the name of one that verl knows, such as openai/gsm8k
root verl-tokens-of-micro-batch
  says    max_token_len must be greater than the sequence length
  pattern max_token_len must be greater than the sequence length.*max_token_len=(?P<limit>\d+) and
          max_seq_len=(?P<length>\d+)
  cause   a sample of {length} tokens does not fit a micro batch of {limit}: with use_dynamic_bsz
          one has to hold max_prompt_length + max_response_length
  fix     ppo_max_token_len_per_gpu of actor and critic and log_prob_max_token_len_per_gpu of
          rollout and ref of at least {length}, divided by ulysses_sequence_parallel_size; or
          shorter max_prompt_length and max_response_length
root verl-register-center
  shows   failed to get register_center_actor: {name:\S+}
  cause   verl's first worker did not report itself in time ({name}): it failed as it started, its
          node is slow to load the program, or not all nodes are in one Ray cluster
  fix     read that worker's output (`ray list actors`, /tmp/ray/session_latest/logs/worker-*); `ray
          status` must show the GPUs of all nodes before the start;
          trainer.ray_wait_register_center_timeout=900 where the file system is slow
root verl-mini-batch-above-batch
  shows   train_batch_size ({batch:\d+}) must be >= actor.ppo_mini_batch_size ({mini:\d+})
  cause   data.train_batch_size is {batch} prompts, fewer than one ppo_mini_batch_size of {mini};
          both count prompts, before rollout.n makes several answers of each
  fix     actor_rollout_ref.actor.ppo_mini_batch_size of at most {batch}, or data.train_batch_size
          of {mini} or more
  checks  deepspeed.batch-sizes-agree
"""
)
