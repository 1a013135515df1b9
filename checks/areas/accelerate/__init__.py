"""accelerate trusts a file on each node, and nothing compares those files.

These checks apply where `launch.toml` says `with = "accelerate"` under `[start]`, or names no
command while every node has a file for several machines: `accelerate launch` may be what is typed.
Elsewhere they are skipped. `launcher start` gives accelerate the machines, ranks, processes, head,
port and launcher on its command line, whatever the files say of them: those checks warn.

Which node's file counts depends on one line. With `deepspeed_multinode_launcher` at `pdsh` (the
default), `openmpi`, `mvapich`, `mpich` or `slurm`, accelerate starts on the head and DeepSpeed
starts the rest: then only the head's file is read and judged. With `standard` or `nossh`, and with
anything but DeepSpeed, somebody starts accelerate on every node: then all files count. `launcher
start` does so too: `accelerate.nodes-train-alike` compares all files.

The file is `accelerate/default_config.yaml`, or `.json` where only that exists, in `HF_HOME`,
`XDG_CACHE_HOME/huggingface` or `~/.cache/huggingface`. A file that `--config_file` names is not
read. accelerate's own readers are used: PyYAML, or JSON. Most fixes are one `sed` of one line;
where no such line would do, the fix says what to change by hand.
"""
