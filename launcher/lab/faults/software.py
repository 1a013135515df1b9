"""Names, programs, versions and devices that differ from what a node should have."""

from __future__ import annotations

from launcher.lab.faults.model import DefaultTarget, Fault
from launcher.lab.faults.ssh import file_fault

FIND_DEEPSPEED = (
    'meta=$("$PYTHON" -c "import importlib.metadata as m; '
    "print(m.distribution('deepspeed')._path)\")/METADATA"
)


def infiniband_script(state: str, physical: str, rate: str) -> str:
    """Places one port's files as mlx5 shows them; recorded from a ConnectX-6."""
    port = "$SAVED/class/infiniband/mlx5_0/ports/1"
    files = {
        f"{port}/state": state,
        f"{port}/phys_state": physical,
        f"{port}/rate": rate,
        f"{port}/link_layer": "InfiniBand",
        f"{port}/lid": "0x1",
        f"{port}/sm_lid": "0x1",
        f"{port}/gids/0": "fe80:0000:0000:0000:0002:c903:0000:0001",
        "$SAVED/class/infiniband/mlx5_0/node_type": "1: CA",
        "$SAVED/class/infiniband/mlx5_0/board_id": "MT_0000000223",
        "$SAVED/class/infiniband/mlx5_0/fw_ver": "20.31.1014",
    }
    lines = [f"mkdir -p $SAVED/class {port}/gids $SAVED/work"]
    lines += [f"echo '{text}' >{path}" for path, text in files.items()]
    lines.append(
        "mount -t overlay overlay"
        " -o lowerdir=/sys/class,upperdir=$SAVED/class,workdir=$SAVED/work /sys/class"
    )
    return "\n".join(lines)


def hide_program(path: str) -> tuple[str, str]:
    """Lines that take a program away, and lines that bring it back."""
    return f"mv {path} $SAVED/kept", f"mv $SAVED/kept {path}"


FAULTS = (
    Fault(
        "pdsh-missing", "pdsh is not installed", *hide_program("/usr/bin/pdsh"), DefaultTarget.HEAD
    ),
    Fault(
        "usr-lib-owner",
        "/usr/lib belongs to another user, so pdsh loads no module",
        "chown 1000 /usr/lib",
        "chown 0 /usr/lib",
        DefaultTarget.HEAD,
    ),
    Fault(
        "shm-64m",
        "/dev/shm holds 64 MiB",
        "mount -o remount,size=64m /dev/shm",
        "mount -o remount,size=50% /dev/shm",
    ),
    file_fault(
        "own-name-loopback",
        "its own name is 127.0.1.1",
        "/etc/hosts",
        'sed -i "s/^$ADDRESS $NAME$/127.0.1.1 $NAME/" /etc/hosts',
    ),
    file_fault(
        "peer-name-wrong",
        "it has a wrong address for a peer",
        "/etc/hosts",
        'sed -i "s/^$PEER_ADDRESS $PEER$/${PEER_ADDRESS%.*}.253 $PEER/" /etc/hosts',
    ),
    file_fault(
        "peer-name-missing",
        "it does not know the name of a peer",
        "/etc/hosts",
        'sed -i "/ $PEER$/d" /etc/hosts',
    ),
    file_fault(
        "gloo-interface-wrong",
        "GLOO_SOCKET_IFNAME names an interface that it does not have",
        "$HOME/.bashrc",
        "sed -i '1i export GLOO_SOCKET_IFNAME=eno7' $HOME/.bashrc",
    ),
    Fault(
        "python-missing",
        "it has no python3 where ssh looks for it",
        "for path in $(type -ap python3); do\n"
        '  case $path in "$PREFIX"/*) continue;; esac\n'
        '  [ -L "$path" ] || [ -e "$path" ] || continue\n'
        '  mv "$path" "$SAVED/$(printf %s "$path" | tr / %)"\ndone',
        'for file in "$SAVED"/*; do mv "$file" "$(basename "$file" | tr % /)"; done',
    ),
    Fault(
        "interpreter-missing",
        "the training interpreter is not there",
        *hide_program('"$PYTHON"'),
    ),
    Fault(
        "deepspeed-version",
        "another version of DeepSpeed than its peers",
        f'{FIND_DEEPSPEED}\necho "$meta" >$SAVED/path; cp -a "$meta" $SAVED/kept\n'
        "sed -i 's/^Version: .*/Version: 0.14.0/' \"$meta\"",
        'cp -a $SAVED/kept "$(cat $SAVED/path)"',
    ),
    Fault(
        "infiniband-active",
        "an InfiniBand port that is up, on one node alone",
        infiniband_script("4: ACTIVE", "5: LinkUp", "200 Gb/sec (4X HDR)"),
        "umount /sys/class",
    ),
    Fault(
        "infiniband-down",
        "an InfiniBand port that is down",
        infiniband_script("1: DOWN", "3: Disabled", "10 Gb/sec (4X SDR)"),
        "umount /sys/class",
    ),
)
