"""What LLaMA-Factory says of its arguments and data."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root llamafactory-torchrun
  says    Please use `FORCE_TORCHRUN=1` to launch DeepSpeed training
  cause   a DeepSpeed run was started without a launcher
  fix     FORCE_TORCHRUN=1 in [env], or start its script with deepspeed or torchrun: `python -m
          launcher start -- -m llamafactory.cli train cfg.yaml`
root llamafactory-launch
  says    Please launch distributed training with `llamafactory-cli` or `torchrun`
  cause   several GPUs are visible to one process, which was started without a launcher
  fix     start one process for each GPU with torchrun, deepspeed or `python -m launcher start`; or
          one visible GPU (CUDA_VISIBLE_DEVICES=0)
root llamafactory-dataset-undefined
  says    Undefined dataset
  pattern Undefined dataset (?P<name>\S+) in (?P<file>\S+?)\.?$
  cause   the dataset {name} is not listed in {file} of this node
  fix     add it to dataset_info.json, the same on every node, and name its folder with dataset_dir
  checks  files.same-files-are-equal
root llamafactory-dataset-info
  shows   Cannot open {folder:\S*}dataset_info.json due to
  near    Cannot open \S*dataset_info\.json due to
  cause   dataset_info.json ({folder}) is not there on this node, or is no JSON
  fix     the working directory must be that of LLaMA-Factory, or give dataset_dir with an absolute
          path, on every node
  checks  files.workdir-is-there, files.needed-files-exist
root llamafactory-template
  shows   Template {name} does not exist.
  cause   this LLaMA-Factory has no template {name}
  fix     one of its README's table for the model; update LLaMA-Factory for a newer model
  checks  software.versions-are-equal
root llamafactory-zero3-limits
  says    incompatible with DeepSpeed
  says    or FSDP is incompatible with PTQ-quantized models
  says    Cannot use multiple adapters in DeepSpeed ZeRO-3
  pattern (?:Unsloth|KTransformers|`pure_bf16`|`predict_with_generate`|GaLore and APOLLO)(?:
          is| are) incompatible with DeepSpeed(?: ZeRO-3)?|or FSDP is incompatible with
          PTQ-quantized models|Cannot use multiple adapters in DeepSpeed ZeRO-3
  cause   LLaMA-Factory cannot combine with ZeRO-3 (or FSDP) what the line names
  fix     a config with ZeRO-2 (examples/deepspeed/ds_z2_config.json), or leave it out
  checks  deepspeed.values-are-accepted
root llamafactory-no-samples
  says    Cannot find valid samples, check `data/README.md` for the data format
  cause   no row of the data fits the format that dataset_info.json declares
  fix     compare its columns and formatting (alpaca, sharegpt) with a row of the file
  checks  files.needed-data-is-whole
root llamafactory-samples-dropped
  says    Cannot find valid samples, check `data/README.md` for the data format
  near    (?P<why>Invalid (?:role tag|message count|data format)) in (?P<row>.{1,160})
  cause   every row of the data was dropped ({why}, as in {row}): its roles or their order are not
          what dataset_info.json declares
  fix     tags: role_tag, content_tag, user_tag, assistant_tag, observation_tag and function_tag of
          dataset_info.json as the rows have them; user and assistant (or tool) take turns, and the
          last word is the assistant's
  checks  files.needed-data-is-whole
root llamafactory-pissa-zero3
  says    Please use scripts/pissa_init.py to initialize PiSSA
  cause   PiSSA's start values cannot be computed under ZeRO-3, or for a quantized model
  fix     run scripts/pissa_init.py once, and train from the model that it writes with pissa_init:
          false; or ZeRO-2
root llamafactory-media-tokens
  shows   The number of {what:images|videos|audios} does not match the number of {token} tokens
  cause   a sample has another number of {what} than {token} marks in its text
  fix     as many {token} in the messages as files in the {what} column of each sample (print the
          one that the message shows); the columns of dataset_info.json
root llamafactory-processor-missing
  says    Processor was not found, please check and update
  says    Image processor was not found, please check
  says    Video processor was not found, please check
  cause   the model's folder has no processor that this transformers can load: files such as
          preprocessor_config.json were not copied, transformers is too old for the model, or a
          package for images or videos (pillow, torchvision, av) is missing
  fix     `python -c "from transformers import AutoProcessor;
          AutoProcessor.from_pretrained('PATH')"` shows the error itself; copy all of the model's
          files; `uv pip install -U transformers torchvision av`
root llamafactory-file-missing
  shows   ValueError: File {path} not found.
  near    llamafactory/data/loader\.py
  cause   the data file {path} is not there: its name in dataset_info.json is mistyped, or
          dataset_dir is seen from another working directory
  fix     correct file_name in dataset_info.json, or give dataset_dir as an absolute path, on every
          node
  checks  files.needed-files-exist
root llamafactory-refused-elsewhere
  says    "ValueError: "
  says    "RuntimeError: "
  says    "NotImplementedError: "
  near    llamafactory/(?:data|model|train|extras)/[\w/]+\.py", line \d+, in \w+\n +raise .*\n(?:
          .*\n|[ ~^]+\n){0,4}(?:ValueError|RuntimeError|NotImplementedError): (?P<what>.+)
  unless  in (?:training_step|forward|backward)\n|ValueError: File \S+ not found\.
  cause   LLaMA-Factory's own check does not hold: {what}. It may be of the data, of the model with
          this template, or of an option
  fix     where it names one, change it: a column or format in dataset_info.json, the template, or
          the option of the YAML
"""
)
