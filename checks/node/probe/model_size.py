"""How many parameters a model on disk has: by the headers of its weights, else by its config.json.

The sums by the config are those of transformers' modeling files for these types, without norms and
biases: what is known of a model whose weights are not there yet, or are pickled.
"""

import json
import os
import time

from checks.node.runtime.files import read_file

FLOATS = ("F64", "F32", "F16", "BF16")
LARGEST_HEADER = 32 * 1024 * 1024
MOST_SHARDS, HEADERS_LIMIT = 512, 2.0
GATED = (
    *("llama", "mistral", "mixtral", "qwen2", "qwen2_moe", "qwen3", "qwen3_moe", "phi3"),
    *("gemma", "gemma2", "gemma3_text", "olmo2"),
)
"""Types with three matrices in each feed-forward layer; the others below have two."""
PLAIN = ("gpt2", "gpt_neox", "opt", "gptj", "phi")
TIED = ("gpt2", "opt", "gemma", "gemma2", "gemma3_text")
"""Types whose one matrix of words serves at both ends, where the config does not say."""
OTHER_NAMES = {
    "hidden_size": ("n_embd",),
    "num_hidden_layers": ("n_layer",),
    "num_attention_heads": ("n_head",),
    "intermediate_size": ("ffn_dim", "n_inner"),
    "num_experts": ("num_local_experts",),
}


def shard_parameters(path):
    """(floats, other numbers) in a safetensors file, by its header alone."""
    counts = [0, 0]
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size).decode()) if size <= LARGEST_HEADER else {}
    for name, tensor in header.items():
        if name != "__metadata__":
            number = 1
            for side in tensor["shape"]:
                number *= side
            counts[tensor["dtype"] not in FLOATS] += number
    return counts


def weights_parameters(folder, shards):
    """How many parameters the weights hold; 0 where they are quantised or cannot be told."""
    began, floats, others = time.monotonic(), 0, 0
    for name in shards[: MOST_SHARDS + 1]:
        try:
            own = shard_parameters(os.path.join(folder, name))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return 0
        floats, others = floats + own[0], others + own[1]
        if time.monotonic() - began > HEADERS_LIMIT:
            return 0
    return floats if len(shards) <= MOST_SHARDS and 10 * others <= floats else 0


def config_parameters(config):
    """How many parameters a model of that configuration has; 0 of a type that is not known.

    Raises KeyError, TypeError and ValueError for one that is not whole.
    """

    def number(name, default=None):
        names = (name, *OTHER_NAMES.get(name, ()))
        found = [config[key] for key in names if config.get(key) is not None]
        if not found and default is None:
            raise KeyError(name)
        return int(found[0] if found else default)

    kind = config.get("model_type")
    if kind not in GATED + PLAIN or config.get("quantization_config"):
        return 0
    hidden, heads = number("hidden_size"), number("num_attention_heads")
    width = number("head_dim", hidden // heads)
    attention = 2 * hidden * width * (heads + number("num_key_value_heads", heads))
    experts = number("num_experts", 0)
    inner = number("intermediate_size", 4 * hidden)
    inner = number("moe_intermediate_size", inner) if experts else inner
    forward = (3 if kind in GATED else 2) * hidden * inner * (experts or 1)
    tied = config.get("tie_word_embeddings", kind in TIED)
    embedding = number("vocab_size") * hidden * (1 if tied else 2)
    return number("num_hidden_layers") * (attention + forward) + embedding


def model_parameters(folder):
    """How many parameters the model in a folder has; 0 where it is quantised or cannot be told."""
    text = read_file(os.path.join(folder, "config.json"))
    shards = sorted(name for name in os.listdir(folder) if name.endswith(".safetensors"))
    if not text or shards:
        return weights_parameters(folder, shards) if text else 0
    try:
        return config_parameters(json.loads(text))
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
        return 0
