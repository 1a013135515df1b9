"""The table of faults: each module here has some, with what must be found because of them.

Faults beyond those of `lab fault` are rarer ones, and those that need the job's own paths. Nobody
undoes them: their lab is taken down.
"""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from tests.lab.faults.case import Case

CASES: list[Case] = [
    case
    for entry in pkgutil.iter_modules(__path__, f"{__name__}.")
    for case in getattr(importlib.import_module(entry.name), "CASES", ())
]

ALIKE = frozenset(
    {
        *("page-retiring", "row-remap-failed", "xid-119", "xid-32", "pcie-generation-3"),
        *("driver-updated", "libcuda-empty", "gpu-memory-held", "compute-exclusive"),
        *("persistence-off", "driver-slow", "other-gpus", "page-allocation", "link-flaps"),
        *("disk-errors", "uncorrected-memory", "low-fs.file-max", "low-vm.max_map_count"),
        *("governor-ondemand", "pids-max-tiny", "huge-pages", "another-job", "memory-halved"),
        *("nccl-lower-case", "nccl-renamed", "nccl-timeout-in-env", "torch-switch-misread"),
        *("nccl-conf-with-blanks", "deepspeed-env-blank-line", "deepspeed-env-quotes"),
        *("nccl-trace", "nccl-log-nowhere", "card-slow", "card-narrow", "nccl-net-socket"),
        *("model-argument-missing", "config-argument-differs", "data-argument-cut-off"),
        *("needed-folder-empty", "weights-are-a-pointer", "tmp-full", "hub-cache-full"),
        *("slow-both-ways", "slow-uplink", "crawls", "far-node", "one-way-too-narrow"),
        *("network-too-narrow", "half-duplex", "bond-mode", "link-flapped", "route-refused"),
        *("own-name-link-local", "master-port-reset", "build-locked", "deepspeed-shadowed"),
        *("extensions-read-only", "package-hidden-by-a-file", "no-ninja-for-offload"),
        *("ssh-of-one-rejected", "pdsh-time-out-in-bashrc", "home-writable", "neighbour-wrong"),
        *("too-narrow-for-logins", "too-narrow-for-the-controller", "forced-command-of-a-peer"),
        *("addresses-of-very-little", "data-limited", "several-limits", "files-of-some-gigabytes"),
        *("processes-in-bashrc", "shm-of-root-alone", "files-in-bashrc", "gloo-on-loopback"),
        *("xid-79-and-gone", "sxid", "power-brake", "device-denied", "libnvidia-ml-empty"),
        *("hung-task", "cpuset", "acs-on", "low-kernel.pid_max", "ssh-of-one-dropped"),
        *("torch-errors-off", "nccl-topology-missing", "deepspeed-env-of-nccl", "card-firmware"),
        *("second-network-dropped", "errors-grow", "slow-to-receive", "master-port-rejected"),
        *("weights-cut-off", "model-link-elsewhere", "needed-folder-missing", "output-full"),
        *("private-key-open", "interpreter-missing", "roce-mtu", "nccl-gid-missing", "slow-link"),
        *("no-deepspeed", "module-of-command-missing", "proxy-before-etcd", "gpu-missing"),
        *("row-remap-pending", "too-hot", "compute-prohibited", "driver-older", "nvlink-down"),
        *("one-source-dropped", "route-detour", "netmask-too-wide", "no-compiler"),
        *("slow-pair", "ssh-dropped", "private-key-passphrase", "known-host-missing", "nofile-256"),
        *("nccl-algo-in-bashrc", "nccl-hca-misspelt", "card-counts-errors", "shm-full", "cpu-max"),
        *("bond-member-down", "infiniband-down", "peer-name-wrong", "extensions-noexec"),
        *("package-cut-short", "bashrc-begins-a-shell"),
        *("host-keys-kept-by-none", "host-keys-kept-elsewhere", "host-key-alias-unknown"),
        *("control-path-too-long-for-a-new-one", "control-master-hangs"),
        *("batch-of-no-rank", "scheduler-misspelt"),
        *("torch-debug-detail-but-on-one", "precision-of-one"),
        *("older-before-what-is-borrowed", "checkout-in-the-working-directory"),
        *("checkout-that-all-nodes-have",),
        *("gloo-on-virbr0", "gloo-on-wg0", "host-names-of-an-image-with-lines"),
        *("host-name-of-a-peer", "host-name-localhost"),
        *("bashrc-ends-with-words", "system-bashrc-ends", "sourced-file-ends"),
        *("forced-command-of-sshd",),
        *("accelerate-names-another-file", "arguments-name-a-missing-file"),
        *("arguments-name-missing-data",),
        *("output-link-to-nothing", "output-is-a-file", "inductor-cache-link-to-nothing"),
        *("datasets-cache-read-only", "extensions-folder-is-a-file", "xdg-cache-is-a-file"),
        *("driver-asks-for-a-reset", "driver-asks-for-a-reset-of-all"),
        *("stage-at-the-top", "steps-misspelt", "ratio-of-stage-2"),
        *("norm-in-the-optimizer", "both-precisions", "key-and-its-alias"),
        *("offload-misspelt", "mics-removed", "offload-of-stage-2"),
        *("no-batch", "needed-file-missing", "files-in-bashrc-of-all"),
        *("peer-name-loopback", "peer-name-link-local", "interfaces-in-two-files"),
        *("six-ports", "account-in-ssh-config", "one-port-for-each-rank"),
        *("key-misspelt-on-all", "batch-of-no-world-on-all", "config-cut-short-on-two"),
        *("script-is-a-folder", "workdir-is-a-file", "interpreter-gone-beside-another"),
        *("interpreter-link-to-nothing", "interpreter-not-executable", "no-keys-and-no-run-sshd"),
        *("bash-of-all-hangs", "bash-of-all-greets", "blocking-wait", "pdsh-gets-arguments"),
        *("host-keys-in-no-file-of-the-host", "host-keys-of-another-kind"),
        *("keys-from-a-command-alone", "root-by-forced-commands-alone", "jail-that-is-missing"),
        *("keys-of-another-type-alone", "keys-revoked", "no-sessions", "too-few-tries"),
        *("keys-file-of-all-elsewhere", "keys-folder-of-another", "a-second-factor-for-all"),
        *("shell-that-is-gone", "account-locked", "revoked-keys-missing"),
        *("keys-turned-off", "keys-by-password-alone", "keys-by-rsa-alone", "kex-of-the-past"),
        *("loopback-without-address", "localhost-of-another", "dev-null-of-root-alone"),
        *("random-numbers-gone", "no-open-files-in-dev", "hosts-file-of-root-alone"),
        *("resolver-file-gone", "shell-unlisted", "shm-not-mounted"),
        *("low-net.core.somaxconn", "low-net.ipv4.tcp_syn_retries"),
        *("ten-percent-lost", "same-module-runs", "same-script-of-another"),
        *("shard-cut-short", "shards-of-one-kind-missing", "more-processes-than-slots"),
        "weights-are-a-link-to-nothing",
        *("main-process-is-itself", "main-process-is-nobodys", "main-process-is-translated"),
        *("ssh-over-ipv6-dropped", "all-over-ipv6-dropped", "own-name-of-ipv6-first"),
        *("ipv6-of-one-gone", "first-address-link-local", "first-address-of-a-peer"),
        *("groups-of-others-alone", "account-listed-out", "account-alone-listed-out"),
        *("group-listed-out", "hosts-denied"),
        "ssh-limited",
        *("environment-says-nothing", "library-of-root-alone", "packages-of-root-alone"),
        *("metadata-of-root-alone", "compiler-of-root-alone", "job-of-root-alone"),
        *("data-of-root-alone", "data-file-of-root-alone", "output-not-writable", "output-of-root"),
        *("packages-named-as-the-librarys", "select-in-the-scripts-folder"),
        *("few-of-each-at-once", "few-for-a-second-group", "model-offloaded-to-a-small-host"),
        "pdsh-modules-of-root-alone",
        *("part-of-torch-of-root-alone", "allocator-unknown"),
        *(
            *("tensorboard-not-installed", "run-sshd-gone", "sshd-stopped-in-its-tracks"),
            *("keys-behind-a-mark", "keys-all-broken", "no-end-of-the-last-line"),
            *("backend-without-its-record", "backend-of-other-hardware", "path-file-fails"),
            *("path-file-ends-python", "path-file-of-all-fails"),
            *("all-channels-closed-in-silence", "sessions-of-a-subsystem"),
            *("deepspeed-patched-on-all-but-one", "accelerate-key-of-nobody"),
            "transformers-patched-on-one",
            "mup-not-installed",
            "pdsh-appends-a-proxy",
            "deprecations-are-errors",
            "own-name-of-virbr0",
            "own-name-of-compose",
            "tmp-filled-by-one-file",
            "tmp-filled-by-a-deleted-file",
            "tmp-without-inodes",
            "loopback-of-the-head-down",
            "rule-of-a-vpn",
            "route-to-one-by-a-vpn",
        ),
        *("bashrc-becomes-another-program", "ssh-rc-waits", "ssh-rc-of-all-waits"),
        *("ssh-rc-of-all-greets", "genders-say-exec", "libraries-on-noexec"),
        "loopback-dropped-on-its-way-out",
        *("precision-beside-a-deepspeed-file", "offload-beside-a-deepspeed-file"),
        *("agent-store-of-an-image", "agent-store-under-torchrun"),
        *("idle-connections-are-invalid", "first-packets-alone-are-let-in"),
        *("user-locked", "root-over", "node-closed-without-a-word"),
        *("large-packets-dropped-by-all", "large-packets-of-one-dropped", "marked-packets-dropped"),
        *("large-packets-of-nodes-dropped", "large-segment-sizes-of-all-dropped"),
        "marked-sessions-of-one-dropped",
        *("five-percent-lost", "three-percent-lost-on-the-way-out", "thirty-percent-lost"),
        *("thirty-percent-lost-on-the-way-out", "lost-from-one-node", "lost-by-a-cable"),
        "lost-between-two",
        *("ssh-folder-and-known-hosts-immutable", "known-hosts-on-a-read-only-mount"),
        *("authorized-keys-immutable", "bashrc-immutable", "output-on-a-read-only-mount"),
        *("output-append-only", "hub-cache-immutable", "hosts-file-immutable"),
        *("prints-in-quotes", "warm-up-of-no-step", "timers-in-quotes"),
        *("pinned-in-bashrc", "two-ranks-on-one-processor"),
        *("shm-full-of-many", "shm-held-by-a-process"),
        *("script-meets-at-localhost", "script-saves-on-one-rank"),
        *("script-needs-another-option", "script-takes-another-kind-of-value"),
        *("link-of-python-path-into-a-hung-mount", "shared-python-path-hangs-on-one-node"),
        *("pth-file-into-a-hung-mount", "latest-of-the-head-alone"),
        *("certificate-of-tomorrow", "certificate-for-another", "certificate-of-a-host"),
        *("certificate-gone", "authority-unnamed", "authority-revoked", "certificate-file-named"),
        *("bashrc-reads-all", "system-bashrc-begins-a-shell", "ssh-rc-calls-a-dead-host"),
        *("hub-cache-without-the-model", "hub-cache-without-the-snapshot"),
        *("hub-caches-of-all-without-blobs", "hub-cache-of-another-revision-of-one-shape"),
        "hub-cache-of-another-revision-alone",
        "old-package-in-the-python-path",
        *("bound-elsewhere", "command-for-every-login", "known-hosts-is-a-folder"),
    }
)
"""Faults that others in the table are like, or that take long: `make check` alone makes these."""

ROWS = [
    pytest.param(case, id=case.name, marks=[pytest.mark.long] if case.name in ALIKE else [])
    for case in CASES
]
