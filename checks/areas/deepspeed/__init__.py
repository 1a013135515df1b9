"""DeepSpeed reads its config in every rank, after the model was loaded, and ignores unknown keys.

A typo trains without ZeRO. These checks read the file that `deepspeed_config` of launch.toml names,
as the head has it; [files](files.md) compares the other nodes' copies. Without a config they are
skipped.

Keys and refusals are those of DeepSpeed 0.19.8. The command and the training script's text show
which program reads the file: Hugging Face's Trainer and accelerate fill "auto", a script that calls
`deepspeed.initialize` itself does not, and an unknown program is not blamed.

The file is read as DeepSpeed reads it: as Hjson, by the same library. The fixes edit a file of
plain JSON with `python3` and write plain JSON; numbers such as `5e8` come out as `500000000.0`,
which DeepSpeed accepts. For a file of Hjson the fix only says what to change.

## Not checked

- Whether the host's memory is enough for what is offloaded: that depends on the model.
- Whether a GPU supports bf16: [gpu](gpu.md) checks that.
"""
