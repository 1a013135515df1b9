"""Files that not even root can write: flags of the file system, and mounts that are read-only."""

from __future__ import annotations

from tests.lab.faults.case import ALL, NODE3, SSH, Case, case, custom, warned

KNOWN, ALLOWED = "$HOME/.ssh/known_hosts", "$HOME/.ssh/authorized_keys"
FORGET = f"ssh-keygen -q -R $PEER -f {KNOWN}; rm -f {KNOWN}.old; "
OUTPUT, CACHES = "files.output-is-writable", "files.caches-can-be-written"
FROM_ONE = (("node3", "node1"),)
TRAIN = ((custom("have-a-script-to-lock", "echo 'print(1)' >/root/train.py"), ALL),)

CASES = [
    *(
        case(
            custom(name, FORGET + lock),
            *(SSH, FROM_ONE, "host-key-unknown"),
        )
        for name, lock in (
            ("known-hosts-immutable", f"chattr +i {KNOWN}"),
            ("ssh-folder-and-known-hosts-immutable", f"chattr +i {KNOWN} $HOME/.ssh"),
            (
                "known-hosts-on-a-read-only-mount",
                f"mount --bind {KNOWN} {KNOWN}; mount -o remount,bind,ro {KNOWN}",
            ),
        )
    ),
    Case(custom("known-hosts-append-only-and-whole", f"chattr +a {KNOWN}; chattr +i {ALLOWED}")),
    case(
        custom(
            "authorized-keys-immutable",
            f'sed -i "/ $USER-$PEER\\$/d" {ALLOWED}; chattr +i {ALLOWED}',
        ),
        *(SSH, (("node1", "node3"),), "key-not-authorized"),
    ),
    case(
        custom(
            "bashrc-immutable",
            "sed -i '1i export TORCH_DISTRIBUTED_DEBUG=DETAIL' $HOME/.bashrc; "
            "chattr +i $HOME/.bashrc",
        ),
        *("software.variables-are-equal", NODE3, "variable-differs"),
    ),
    case(
        custom("script-immutable", "echo 'print(2)' >/root/train.py; chattr +i /root/train.py"),
        *("files.same-files-are-equal", NODE3, "differs"),
        job={"command": ("train.py",)},
        first=TRAIN,
    ),
    case(
        custom("output-immutable", "mkdir -p /root/out; chattr +i /root/out"),
        *(OUTPUT, NODE3, "immutable"),
        job={"output": "/root/out/run"},
    ),
    case(
        custom(
            "tag-immutable", "mkdir -p /root/out; : >/root/out/latest; chattr +i /root/out/latest"
        ),
        *(OUTPUT, NODE3, "immutable"),
        job={"output": "/root/out"},
    ),
    case(
        custom(
            "output-on-a-read-only-mount",
            "mkdir -p /root/out; mount --bind /root/out /root/out\n"
            "mount -o remount,bind,ro /root/out",
        ),
        *(OUTPUT, NODE3, "read-only"),
        job={"output": "/root/out"},
    ),
    warned(
        custom("output-append-only", "mkdir -p /root/out; chattr +a /root/out"),
        *(OUTPUT, NODE3, "append-only"),
        job={"output": "/root/out"},
    ),
    warned(
        custom("hub-cache-immutable", "mkdir -p /root/hf; chattr +i /root/hf"),
        *(CACHES, NODE3, "immutable"),
        job={"env": {"HF_HOME": "/root/hf"}},
    ),
    case(
        custom(
            "hosts-file-immutable", 'sed -i "/ $PEER\\( \\|$\\)/d" /etc/hosts; chattr +i /etc/hosts'
        ),
        *("names.every-node-resolves-every-node", NODE3, "unresolved"),
    ),
]
