"""DeepSpeed configs written in Hjson, and texts that Hjson's reader refuses."""

READABLE = {
    "bare-key": "{train_batch_size: 8}",
    "bare-keys": "{\n  train_batch_size: 8\n  bf16: {enabled: true}\n}",
    "no-braces": "train_batch_size: 8\n",
    "single-quotes": "{'train_batch_size': 8}",
    "line-comments": '{"train_batch_size": 8, // of all ranks\n # and no ZeRO\n}',
    "block-comment": '{/* as published */ "train_batch_size": 8}',
    "no-commas": '{"train_batch_size": 8\n "bf16": {"enabled": false}\n}',
    "last-comma": '{"train_batch_size": 8,}',
    "bare-text": "{\n  train_batch_size: 8\n  optimizer: {\n    type: AdamW\n  }\n}",
    "byte-order-mark": '\ufeff{"train_batch_size": 8}',
}
REFUSED = {
    "duplicate": "{train_batch_size: 8, train_batch_size: 8}",
    "duplicate-within": "{train_batch_size: 8\n fp16: {enabled: true, enabled: true}}",
    "not-closed": "{\n  train_batch_size: 8\n",
    "bare-text-and-brace": "{train_batch_size: 8\n bf16: {enabled: yes}}",
    "no-comma-on-a-line": '{"train_batch_size": 8 "bf16": {}}',
    "not-a-number": '{"train_batch_size": 8, "gradient_clipping": NaN}',
    "endless-number": '{"train_batch_size": 8, "gradient_clipping": 1e999}',
    "list": "[8]",
}
