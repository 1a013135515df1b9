"""What Weights & Biases says."""

from __future__ import annotations

from checks.knowledge.failures.known import noise, root

FAILURES = (
    root(
        "wandb-no-api-key",
        ("api_key not configured (no-tty)", "No API key configured. Use `wandb login` to log in"),
        r"(?:api_key not configured \(no-tty\)|No API key configured\. Use `wandb login` to log "
        r"in)",
        cause="the run reports to Weights & Biases, and this rank has no key; deepspeed does not "
        "pass WANDB_API_KEY on",
        fix="WANDB_API_KEY in [env] or .deepspeed_env, or WANDB_MODE=offline, or report_to: none",
    ),
    root(
        "wandb-key-length",
        "API key must be 40 characters long, yours was",
        r"API key must be 40 characters long, yours was (?P<length>\d+)",
        cause="WANDB_API_KEY has {length} characters: it was cut or quoted on its way to the "
        "rank, or is a newer kind that this wandb does not know",
        fix="set it in [env] without quotes; `uv pip install -U wandb`",
    ),
    root(
        "wandb-init-timeout",
        "Run initialization has timed out after",
        r"Run initialization has timed out after (?P<seconds>[\d.]+) sec",
        cause="wandb did not reach its server in {seconds} s from this node",
        fix="WANDB_MODE=offline in [env] and `wandb sync` later, a proxy in [env], or "
        "WANDB_INIT_TIMEOUT=300",
        checks=("software.proxy-spares-the-nodes",),
        survivable=True,
    ),
    root(
        "wandb-permission",
        "permission denied",
        r"(?:CommError|wandb: ).*permission denied",
        cause="the key of this rank may not write to that entity or project of Weights & Biases",
        fix="WANDB_ENTITY and WANDB_PROJECT as the account sees them, or another key in [env]",
        survivable=True,
    ),
    noise(
        "wandb-network-noise",
        (
            "wandb: Network error (ConnectionError), entering retry loop",
            "wandb: WARNING Fatal error while uploading data",
        ),
        cause="wandb does not reach its server and tries again; the training goes on",
        fix="nothing; WANDB_MODE=offline in [env] where nodes have no internet",
    ),
    root(
        "wandb-process-silent",
        (
            "Error communicating with wandb process",
            "ServiceStartTimeoutError",
            "ServicePollForTokenError",
            "Failed to read port info",
        ),
        cause="wandb's own process did not start or answer: many ranks start it at once, the home "
        "or /tmp is slow or full, or threads are limited",
        fix="wandb on rank 0 alone (WANDB_MODE=disabled for the others), WANDB__SERVICE_WAIT=300 "
        "and WANDB_DIR on a local disk in [env], `uv pip install -U wandb`",
    ),
)
