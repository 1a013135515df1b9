"""What is said where a package is of another release than the code that uses it."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root pip-wheel-not-there
  shows   ERROR: HTTP error {status:40[34]} while getting {url}
  cause   the package index answered {status}: there is no such file at {url}
  fix     open the index in a browser: the name, the version and the tag (cu126, cp312) must be one
          that it lists
root git-host-unresolvable
  shows   fatal: unable to access '{url:[^']+}': Could not resolve host: {host}
  cause   this node cannot resolve {host}: it has no way to the internet, or no name server
  fix     fetch on a node that has, and `python -m launcher sync`; or https_proxy in its environment
  checks  software.proxy-spares-the-nodes
root megatron-lm-not-on-the-path
  shows   No module named 'megatron.training'
  cause   megatron-core is installed, which has no megatron.training: that is in the sources of
          Megatron-LM alone, which are not on this process's path
  fix     `git clone --branch core_r0.12.0 https://github.com/NVIDIA/Megatron-LM` (the branch of the
          installed megatron-core) to the same path on every node, and PYTHONPATH with it in the
          environment of the ranks; for ms-swift MEGATRON_LM_PATH
  checks  software.versions-are-equal
root package-submodule-missing, survivable
  says    ModuleNotFoundError: No module named '
  pattern ModuleNotFoundError: No module named '(?P<package>torch|transformers|accelerate|peft|trl|
          datasets|vllm|flash_attn|numpy|tokenizers|xformers|megatron|
          torchvision)\.(?P<rest>(?!_six|training')[\w.]+)'
  history asked
  cause   {package} is installed, and has no {rest}: it is of another release than the code expects,
          or a file named {package}.py hides it
  fix     `python -c 'import {package}; print({package}.__version__, {package}.__file__)'`; install
          the release that the code was written for, the same on every node
  checks  software.versions-are-equal, software.packages-are-the-environments-own
root package-name-missing, survivable
  says    ImportError: cannot import name '
  pattern ImportError: cannot import name '(?P<name>\w+)' from '(?P<module>(?:torch|deepspeed|
          accelerate|peft|datasets|vllm|tokenizers|safetensors|flash_attn|bitsandbytes|xformers|ray|
          pydantic|torchvision|torchao|megatron)(?:\.[\w.]+)?)'
  history asked
  cause   {module} of the installed release has no `{name}`: it is older or newer than the code that
          imports it
  fix     update both together: the last frames of the traceback name the package that imports it;
          the same releases on every node
  checks  software.versions-are-equal
root package-attribute-missing
  says    AttributeError: module '
  pattern AttributeError: module '(?P<module>(?:deepspeed|accelerate|transformers|peft|datasets|
          vllm|trl|flash_attn|bitsandbytes|safetensors)(?:\.[\w.]+)?)' has no attribute
          '(?P<name>\w+)'
  history asked
  cause   {module} has no `{name}`: its release is another than the code expects, its import failed
          half-way, or a file or folder of that name in the working directory hides it
  fix     `python -c 'import {module}; print({module}.__file__)'` in the working directory; rename
          what hides it; else update it
  checks  software.packages-are-the-environments-own, software.versions-are-equal
root package-metadata-missing
  shows   PackageNotFoundError: No package metadata was found for {package:[\w.-]+}
  cause   {package} is not installed for this interpreter (or only its files, without metadata)
  fix     `uv pip install {package}` on every node
  checks  software.versions-are-equal
root package-protobuf-descriptor
  says    Couldn't build proto file into descriptor pool
  cause   two packages bring the same protobuf file in different versions
  fix     `uv pip install -U protobuf sentencepiece`, or
          PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION=python in [env]
  checks  software.versions-are-equal
root deepspeed-ulysses-mpu-incomplete
  says    parallel_state_sp' has no attribute 'get_
  pattern parallel_state_sp' has no attribute '(?P<name>get_\w+)'
  near    parallel_state_sp' has no attribute
  cause   this DeepSpeed's Ulysses process groups lack {name}, which its bf16 optimizer calls
          without ZeRO
  fix     update DeepSpeed, or use ZeRO stage 1, 2 or 3 with sequence parallelism
root package-asked-for
  says    "pip install "
  says    "pip3 install "
  pattern (?:Error|Exception): .*?pip3? install (?:-U |--upgrade |--pre
          )*(?P<package>[\w.\[\],<>=!~+-]*\w[\]\w]*)
  cause   a feature that this run uses needs the package {package}, which is missing here or too old
  fix     `uv pip install -U '{package}'` in the training interpreter of every node
  checks  software.versions-are-equal
"""
)
