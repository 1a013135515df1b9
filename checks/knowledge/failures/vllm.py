"""What vLLM says where it generates for a training run."""

from __future__ import annotations

from checks.knowledge.failures.known import root, symptom

FAILURES = (
    root(
        "vllm-free-memory",
        "on startup is less than desired GPU memory utilization",
        r"Free memory on device ?(?P<device>\S*) ?\((?P<free>[\d.]+)/(?P<total>[\d.]+) GiB\) on "
        r"startup is less than desired GPU memory utilization \((?P<want>[\d.]+)",
        cause="vLLM wants {want} of the GPU, and {free} of {total} GiB are free: the training (or "
        "another process) holds the rest",
        fix="lower gpu_memory_utilization (vllm_gpu_memory_utilization in TRL), sleep mode where "
        "training and generation share the GPU, or end the other process",
        checks=("gpu.gpus-are-idle",),
    ),
    root(
        "vllm-no-cache-blocks",
        "No available memory for the cache blocks",
        cause="after its weights vLLM has no GPU memory left for the cache",
        fix="raise gpu_memory_utilization, a smaller model length (max_model_len), more tensor "
        "parallelism, or free the GPU",
        checks=("gpu.gpus-are-idle",),
    ),
    root(
        "vllm-max-model-len",
        (
            "is larger than the maximum number of tokens that can be stored in KV cache",
            "KV cache is needed, which is larger than the available KV cache memory",
        ),
        cause="the longest sequence does not fit vLLM's cache on this GPU",
        fix="a smaller max_model_len (vllm_max_model_length in TRL), or a higher "
        "gpu_memory_utilization",
    ),
    symptom(
        "vllm-engine-core-failed",
        (
            "Engine core initialization failed. See root cause above",
            "EngineDeadError",
            "EngineCore encountered an issue",
        ),
        cause="vLLM's engine process ended; its own error stands above",
        fix="read the first error of the lines that begin with (EngineCore",
    ),
    root(
        "vllm-heads-tensor-parallel",
        "must be divisible by tensor parallel size",
        r"Total number of attention heads \((?P<heads>\d+)\) must be divisible by tensor parallel "
        r"size \((?P<size>\d+)\)",
        cause="{heads} attention heads cannot be divided among {size} GPUs",
        fix="a tensor_parallel_size that divides the heads",
    ),
)
