"""What Weights & Biases says."""

from __future__ import annotations

from checks.knowledge.failures.entries import read_entries

FAILURES = read_entries(
    r"""
root wandb-no-api-key
  says    api_key not configured (no-tty)
  says    No API key configured. Use `wandb login` to log in
  pattern (?:api_key not configured \(no-tty\)|No API key configured\. Use `wandb login` to log in)
  cause   the run reports to Weights & Biases, and this rank has no key; deepspeed does not pass
          WANDB_API_KEY on
  fix     WANDB_API_KEY in [env] or .deepspeed_env, or WANDB_MODE=offline, or report_to: none
root wandb-key-length
  shows   API key must be 40 characters long, yours was {length:\d+}
  cause   WANDB_API_KEY has {length} characters: it was cut or quoted on its way to the rank, or is
          a newer kind that this wandb does not know
  fix     set it in [env] without quotes; `uv pip install -U wandb`
root wandb-init-timeout, survivable
  shows   Run initialization has timed out after {seconds:[\d.]+} sec
  cause   wandb did not reach its server in {seconds} s from this node
  fix     WANDB_MODE=offline in [env] and `wandb sync` later, a proxy in [env], or
          WANDB_INIT_TIMEOUT=300
  checks  software.proxy-spares-the-nodes
root wandb-permission, survivable
  says    permission denied
  pattern (?:CommError|wandb: ).*permission denied
  cause   the key of this rank may not write to that entity or project of Weights & Biases
  fix     WANDB_ENTITY and WANDB_PROJECT as the account sees them, or another key in [env]
noise wandb-network-noise
  says    wandb: Network error (ConnectionError), entering retry loop
  says    wandb: WARNING Fatal error while uploading data
  cause   wandb does not reach its server and tries again; the training goes on
  fix     nothing; WANDB_MODE=offline in [env] where nodes have no internet
root wandb-process-silent
  says    Error communicating with wandb process
  says    ServiceStartTimeoutError
  says    ServicePollForTokenError
  says    Failed to read port info
  cause   wandb's own process did not start or answer: many ranks start it at once, the home or /tmp
          is slow or full, or threads are limited
  fix     wandb on rank 0 alone (WANDB_MODE=disabled for the others), WANDB__SERVICE_WAIT=300 and
          WANDB_DIR on a local disk in [env], `uv pip install -U wandb`
root wandb-forked
  says    This operation is not valid in a forked process. Original PID=
  cause   wandb was started in a process that then forked (a data loader's worker, multiprocessing)
  fix     wandb.init in the main process of rank 0 alone, after forking; start workers with "spawn"
root wandb-directory-not-writable
  shows   System temp directory ({path:[^)]+}) is not writable/readable
  cause   wandb can write neither its folder nor {path}
  fix     WANDB_DIR=/a/folder/of/this/user in [env]
  checks  files.temporary-folder-is-usable
root wandb-resume-conflict
  says    Cannot resume a run while another run is active
  says    `fork_from`, `resume`, or `resume_from` are mutually exclusive
  cause   wandb was asked to go on with a run in a way that does not fit what is active or set
  fix     one wandb.init on rank 0; one of resume, resume_from and fork_from, also among WANDB_* in
          the environment
root wandb-project-name
  shows   Invalid project name {name:.+?}: {why:(?:exceeded|cannot contain).+}
  cause   wandb refuses the project name {name}: {why}
  fix     a short name without / \ # ? % : (the part behind the last / of a model's path, for
          instance)
root wandb-api-key-whitespace
  says    API key cannot start or end with whitespace
  cause   the key in WANDB_API_KEY has a space or line break at an end, as from a secret file
  fix     write the key without a line break (`printf %s`), or strip it where it is read
root wandb-called-before-init
  shows   You must call wandb.init() before {call}
  cause   this rank calls {call} and has no run: wandb.init runs on the main process alone (or in
          another process)
  fix     call wandb where it was started: under `if accelerator.is_main_process` (rank 0), or init
          on each rank
root wandb-key-refused, survivable
  says    API key verification failed for host
  says    wandb: ERROR API key verification failed
  cause   the server of Weights & Biases does not accept the key of this rank: it is revoked, of
          another server (WANDB_BASE_URL), or cut
  fix     a key of that very server in WANDB_API_KEY under [env]; or WANDB_MODE=offline
root wandb-project-not-found, survivable
  says    project not found (<Response [404]>)
  says    entity not found (<Response [404]>)
  says    do not have permission to access the requested resource
  cause   Weights & Biases has no such project or entity for the account of this key
  fix     WANDB_ENTITY and WANDB_PROJECT as the account sees them, or the key of the account that
          has them
root mlflow-unreachable, survivable
  shows   MlflowException: API request to {url:https?://[^\s/]+}
  cause   the MLflow server {url} does not answer this rank
  fix     `curl {url}/health` from that node; MLFLOW_TRACKING_URI with an address that nodes reach
          (a proxy: NO_PROXY); or report_to: none
root mlflow-parameter-changed
  says    Changing param values is not allowed. Param with key=
  cause   MLflow got another value for a parameter that this run has already logged: a run is
          resumed, or every rank logs into one
  fix     one run for each start (unset MLFLOW_RUN_ID), or rank 0 alone logs; MLFLOW_FLATTEN_PARAMS
          as before
"""
)
