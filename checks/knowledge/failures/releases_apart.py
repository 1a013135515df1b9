"""What Python says where two packages, or package and script, are of releases that do not fit."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root release-unexpected-keyword
  says    got an unexpected keyword argument '
  pattern TypeError: (?P<function>(?!(?:\w+\.)?forward\b)[\w.<>]+|\w*(?:Attention\w*|Layer|MLP|
          Embedding|Norm)\.forward)\(\) got an unexpected keyword argument '(?P<name>\w+)'
  history apart
  cause   `{function}` as installed takes no argument `{name}`: caller and callee are of releases
          that do not fit, or the argument was renamed or removed
  fix     the traceback's last frame is the caller: bring its package (or your script, from that
          release's examples) and the one that defines `{function}` to releases of one time; `uv pip
          list` on each node
  checks  software.versions-are-equal, software.releases-work-together
root release-missing-argument
  shows   {function:[\w.<>]+}() missing {count:\d+} required positional argument{plural:s?}:
          '{name:\w+}'
  history apart
  cause   `{function}` was called without `{name}`: its caller was written for another release, or
          an override of it has other arguments
  fix     the traceback's last frame is the caller: bring its package and the one that defines
          `{function}` to releases of one time, or pass `{name}` in your code
  checks  software.versions-are-equal
root release-own-attribute
  shows   AttributeError: '{class:\w*(?:TrainingArguments|Trainer|Accelerator|State|Engine|Plugin|
          Optimizer|Scheduler|Cache)}' object has no attribute '{name:\w+}'
  near    File "[^"]*/(?P<package>transformers|accelerate|trl|peft|deepspeed|torch)/[^"]+", line
          \d+,
          in \w+\n +(?:\S.*)?\bself\.(?P<own>\w+)\b.*\n(?:\s*[\^~]+\s*\n)?(?:\S+ )?AttributeError:
          '\w+' object has no attribute '(?P=own)'
  history asked
  cause   {package} itself reads `{name}` of its own `{class}`, and nothing has set it: a defect of
          this release in this way to run it, an __init__ of a subclass that does not call its
          base's, an object pickled by another release, or files of two releases in one folder
  fix     another release of {package} (`uv pip install -U {package}`, or the one of the platform's
          image, on every node); in a class of your own super().__init__(); `uv pip install
          --reinstall {package}` where files are mixed
  checks  software.versions-are-equal
root own-attribute-never-set
  shows   AttributeError: '{class:\w+}' object has no attribute '{name:\w+}'
  near    File "(?P<file>(?!\S*(?:site|dist)-packages/)\S+\.py)", line (?P<line>\d+), in
          \w+\n.*\bself\.(?P<read>\w+).*\n(?:[ ~^]+\n)?AttributeError: '\w+' object has no attribute
          '(?P=read)'
  cause   the program's own code reads self.{name} ({file}:{line}), and neither `{class}` nor a
          class that it extends sets it (a base class of another release may have)
  fix     set it in __init__ of `{class}`, before anything reads it; where the code was copied from
          a library's class, install the release of that library that it was written for
root release-object-attribute
  shows   AttributeError: '{class:\w+(?:Config|Model|Trainer|Engine|Optimizer|Cache|Arguments|
          Accelerator|State|ForCausalLM|Processor|Attention|Plugin)}' object has no attribute
          '{name:\w+}'
  history apart
  cause   `{class}` as installed has no `{name}`: who reads it is of another release (a remote
          model's code, a trainer, a plugin), or a config lacks that entry
  fix     the traceback's last frame reads it: bring its package and the one that defines `{class}`
          to releases of one time; for a model's own code its newest revision
  checks  software.versions-are-equal, software.releases-work-together
root release-model-type-key
  says    "KeyError: "
  pattern KeyError: '(?P<name>[\w-]+)'
  near    CONFIG_MAPPING\[
  cause   this transformers does not know the model type {name}: it is older than the model
  fix     `uv pip install -U transformers` on every node
  checks  software.versions-are-equal
root release-parallel-styles-unset
  says    "TypeError: argument of type 'NoneType' is not iterable"
  near    ALL_PARALLEL_STYLES
  frame   transformers/modeling_utils.py
  cause   this transformers takes its tensor-parallel styles from torch 2.5 or newer, and an older
          torch is installed
  fix     `uv pip install -U 'torch>=2.5'` on every node, or `uv pip install 'transformers<4.50'`
  checks  software.versions-are-equal
root release-tensor-parallel-names
  shows   NameError: name '{name:Replicate|DTensor|Shard|Placement|DeviceMesh}' is not defined
  near    transformers/(?:integrations/tensor_parallel|pytorch_utils|modeling_utils)\.py
  cause   this transformers uses {name} of torch's distributed tensors, which it imports from torch
          2.5 on alone, and an older torch is installed
  fix     `uv pip install -U 'torch>=2.5'` on every node, or `uv pip install 'transformers<4.52'`
  checks  software.versions-are-equal
root release-tied-weights-list
  says    "AttributeError: 'list' object has no attribute 'keys'"
  near    tied_weights_keys
  frame   transformers/modeling_utils.py
  cause   the model's own code (or a class of the program) declares _tied_weights_keys as a list,
          and transformers 5 takes a mapping: that code was written for transformers 4
  fix     `uv pip install 'transformers<5'` on every node; or a newer revision of the model's code,
          or trust_remote_code off where transformers has the model itself
  checks  software.versions-are-equal
root release-rope-default-gone
  says    "KeyError: 'default'"
  near    ROPE_INIT_FUNCTIONS\[
  cause   the model's own code looks for the plain rotary embedding ('default') in
          ROPE_INIT_FUNCTIONS, where transformers 5 no longer has it: that code was written for
          transformers 4
  fix     `uv pip install 'transformers<5'` on every node; or a newer revision of the model's code,
          or trust_remote_code off where transformers has the model itself
  checks  software.versions-are-equal
"""
)
