"""What DeepSpeed's JSON asks for, held against this cluster."""

from __future__ import annotations

import itertools
import posixpath
import shlex

from checks.areas.deepspeed.batch import BATCH
from checks.areas.deepspeed.config_access import (
    NO_CONFIG,
    config_path,
    config_reader,
    config_text,
    deepspeed_version,
    with_config,
)
from checks.areas.deepspeed.engine import (
    count_ranks,
    judge_batch_sizes,
    judge_optimizer,
)
from checks.areas.deepspeed.fixes import commas_fix, edit_fix, open_fix, problems_verdict
from checks.areas.deepspeed.lint import ignored_top_keys, key_expression, refused_settings
from checks.areas.deepspeed.ranges import values_out_of_range
from checks.areas.deepspeed.reader import ConfigReader, silent_autos
from checks.areas.deepspeed.trainer import trainer_conflicts
from checks.check import Over, Tag, cluster_check, node_check
from checks.facts import ClusterView, NodeView
from checks.facts.controller_files import ControllerFiles
from checks.facts.deepspeed_config import DeepspeedConfig
from checks.facts.gpus import Gpus
from checks.facts.software import Software
from checks.knowledge.deepspeed_config import (
    NotAConfig,
    ParsedConfig,
    lines_without_comma,
    read_config,
)
from checks.model import Severity, Verdict, block, ok, skip, warn

ZERO = "zero_optimization"
GATHER_KEYS = ("gather_16bit_weights_on_model_save", "gather_fp16_weights_on_model_save")


@node_check(
    "deepspeed.config-is-readable",
    DeepspeedConfig,
    over=Over.HEAD,
    optional=(ControllerFiles,),
    tags=(Tag.DECISIVE,),
)
def config_is_readable(node: NodeView) -> Verdict:
    """DeepSpeed's config is one JSON object, each key in it once.

    Every rank reads it, minutes after the start. Comments and missing commas pass DeepSpeed's own
    reader, which takes Hjson, but not Hugging Face's or accelerate's, which take JSON.

    Measured: The file's text, up to 256 KiB. What only Hjson allows blocks under Hugging Face and
    accelerate; else it warns.

    Fix:
        not-json, not-an-object, duplicate-key: opens the file at the line.
        hjson: a command that prints the file as JSON.
        comma-missing: an edit that sets it, where commas at line ends are all that JSON lacks.
    """
    text = config_text(node)
    if isinstance(text, Verdict):
        return text
    path = text.absolute
    try:
        config = read_config(text)
    except NotAConfig as error:
        message = f"{path} is not a DeepSpeed config: {error}"
        return block(error.cause, message, open_fix(node, path, error.line))
    if not config.json_error:
        return ok(f"{path}: {len(config.values)} keys")
    reader = config_reader(node)
    takes_json = reader in (ConfigReader.TRAINER, ConfigReader.ACCELERATE)
    if lines := lines_without_comma(text.text):
        message = f"{path}: no comma at the end of line {' and '.join(map(str, lines))}"
        fix = commas_fix(node, path, lines)
        if takes_json:
            return block("comma-missing", f"{message}, which {reader.value} refuses", fix)
        return warn("comma-missing", f"{message}; DeepSpeed reads it, json.load does not", fix)
    message = f"{path} is Hjson, not JSON ({config.json_error})"
    to_json = shlex.join([node.job.python, "-m", "hjson.tool", "-j", path])
    fix = edit_fix(node, path, config, "", f"write JSON; `{to_json}` prints it without comments")
    if takes_json:
        return block("not-json", f"{message}; {reader.value} reads only JSON", fix)
    return warn("hjson", f"{message}; DeepSpeed reads it, json.load does not", fix)


@node_check(
    "deepspeed.config-is-the-one-given", DeepspeedConfig, over=Over.HEAD, severity=Severity.WARN
)
def config_is_the_one_given(node: NodeView) -> Verdict:
    """The command and launch.toml name the same config.

    Only the one in launch.toml is checked here, and only that one is compared between nodes.

    Measured: `--deepspeed`, `--deepspeed_config` or `--ds_config` in `command`, against
    `deepspeed_config`.

    Fix:
        another-config: names the line for launch.toml.
    """
    checked = node.job.deepspeed_config
    if not checked:
        return skip(NO_CONFIG)
    named = node.job.config_in_command
    if named is None:
        return skip("the command names no config of its own")
    if _absolute_path(node, named) == _absolute_path(node, checked):
        return ok(f"{checked} is checked, and the command names it")
    message = (
        f"the command trains with {named}, but the checked one is {checked}, named in launch.toml"
    )
    note = f'in launch.toml, under [start]: deepspeed_config = "{named}"'
    return warn("another-config", message, node.fix("", note))


def _absolute_path(node: NodeView, path: str) -> str:
    return posixpath.normpath(posixpath.join(node.job.workdir, path))


@node_check(
    "deepspeed.keys-are-known", DeepspeedConfig, over=Over.HEAD, optional=(ControllerFiles,)
)
@with_config
def keys_are_known(node: NodeView, config: ParsedConfig) -> Verdict:
    """DeepSpeed knows every top-level key of the config.

    DeepSpeed ignores unknown keys silently: `zero_optimisation` trains without ZeRO until memory
    runs out, a misspelt batch size trains with another.

    Measured: Top-level keys against DeepSpeed's. A misspelt key that changes training, and a
    section's key at the top level, block; others warn. Keys that begin with `_`, `/`, `#` or `$`,
    or contain "comment", are ignored.

    Fix:
        misspelt-key, misplaced-key: an edit that moves it where it belongs.
        unknown-key: remove it, unless the script reads it.
    """
    return problems_verdict(
        node, config, ignored_top_keys(config), f"{len(config.values)} keys are known"
    )


@node_check(
    "deepspeed.values-are-accepted",
    DeepspeedConfig,
    Software,
    over=Over.HEAD,
    optional=(ControllerFiles,),
)
@with_config
def values_are_accepted(node: NodeView, config: ParsedConfig) -> Verdict:
    """DeepSpeed accepts the config: no removed key, no unknown one in a section, no wrong value.

    DeepSpeed refuses these in every rank, once the model is loaded.

    Measured: Sections `zero_optimization` with its offloads, `fp16`, `bf16` and `compile`, types of
    values as pydantic accepts them, what DeepSpeed divides by, ranges and words of other sections,
    and keys that 0.19.8 removed (`amp`, `elasticity` …). Which
    keys exist depends on the version: an unknown one that resembles no known key blocks with
    DeepSpeed 0.19 and warns with others; removed ones pass with an older DeepSpeed.

    Fix:
        removed-key, refused-key, both-keys: an edit that removes or renames it.
        out-of-range: a value at which DeepSpeed, its scheduler or the optimizer raises, such as
            `"steps_per_print": 0`. An edit where it is clear what was meant.
        wrong-value: an edit where the value is only misspelt, such as `"5e8"`; otherwise the
            message says what was expected.
    """
    return problems_verdict(
        node,
        config,
        itertools.chain(
            refused_settings(config, deepspeed_version(node)),
            values_out_of_range(config, deepspeed_version(node)),
        ),
        "DeepSpeed accepts all of it",
    )


@node_check(
    "deepspeed.precision-is-one", DeepspeedConfig, over=Over.HEAD, optional=(ControllerFiles,)
)
@with_config
def precision_is_one(node: NodeView, config: ParsedConfig) -> Verdict:
    """fp16 and bf16 are not both enabled.

    DeepSpeed ends with "bfloat16 and fp16 modes cannot be simultaneously enabled".

    Measured: `fp16.enabled` and `bf16.enabled` (or the older `bfloat16`), where both are clearly
    on.

    Fix:
        two-precisions: turns fp16 off.
    """
    bf16 = "bf16" if config.get("bf16") is not None else "bfloat16"
    if not (config.on("fp16.enabled") and config.on(f"{bf16}.enabled")):
        return ok("not both fp16 and bf16")
    message = f"{config_path(node)} enables both fp16 and {bf16}; expected one of them"
    edit = f"{key_expression('fp16.enabled')}=False"
    note = "keeps bf16, which every GPU since Ampere (A100) and MI200 has"
    return block("two-precisions", message, edit_fix(node, config_path(node), config, edit, note))


@cluster_check("deepspeed.batch-sizes-agree", DeepspeedConfig, Gpus, optional=(ControllerFiles,))
def batch_sizes_agree(cluster: ClusterView) -> Verdict:
    """The batch sizes agree with the number of ranks on these nodes.

    `train_batch_size` must be `train_micro_batch_size_per_gpu` times `gradient_accumulation_steps`
    times ranks, or DeepSpeed ends with "Check batch related parameters". A config that was written
    for another cluster seldom fits.

    Measured: The three numbers against the number of ranks; what is missing or "auto" is derived as
    DeepSpeed does. Ranks are the slots that `include` or `exclude` leave. It only warns where one
    copy of the model may span several ranks, or where the program is unknown, and the sizes fit
    some number of copies.

    Fix:
        batch-mismatch: an edit of `train_batch_size` to the product, or of all three to "auto"
            where Hugging Face's Trainer fills them from its arguments.
        no-batch-size: adds `train_micro_batch_size_per_gpu`.
    """
    if not cluster.job.deepspeed_config:
        return skip(NO_CONFIG)
    if not cluster.head.reached:
        return skip(f"{cluster.job.head} was not reached")
    return with_config(judge_batch_sizes)(cluster.head)


@node_check(
    "deepspeed.auto-is-filled", DeepspeedConfig, over=Over.HEAD, optional=(ControllerFiles,)
)
@with_config
def auto_is_filled(node: NodeView, config: ParsedConfig) -> Verdict:
    """Where the config says "auto", something fills it: Hugging Face's Trainer or accelerate.

    DeepSpeed alone ends with a TypeError at an "auto" batch size, and silently treats fp16 and bf16
    on "auto" as off: fp32, twice the memory.

    Measured: "auto" at the places that the Trainer fills, against the program that reads the file.
    Batch sizes and precision block, others warn.

    Fix:
        auto-unfilled: names the keys that need values.
    """
    unfilled = silent_autos(config)
    if not unfilled or config.get("autotuning.enabled") is True:
        return ok('no "auto" needs to be replaced')
    reader = config_reader(node)
    if reader is ConfigReader.UNSEEN:
        return skip(f'{len(unfilled)} "auto" may be replaced by {reader.value}')
    if reader is not ConfigReader.DEEPSPEED:
        return ok(f'{len(unfilled)} "auto" are replaced by {reader.value}')
    message = (
        f'{config_path(node)} has "auto" for {", ".join(unfilled)}, but the script passes it to '
        "DeepSpeed itself; only Hugging Face's Trainer and accelerate replace it"
    )
    fix = edit_fix(node, config_path(node), config, "", f"write values for {', '.join(unfilled)}")
    grave = {*BATCH, "fp16.enabled", "bf16.enabled"} & set(unfilled)
    return (block if grave else warn)("auto-unfilled", message, fix)


@node_check(
    "deepspeed.arguments-agree", DeepspeedConfig, over=Over.HEAD, optional=(Gpus, ControllerFiles)
)
@with_config
def arguments_agree(node: NodeView, config: ParsedConfig) -> Verdict:
    """Arguments of Hugging Face's Trainer agree with the config, also those that nobody gives.

    The Trainer compares them in every rank and ends with "Please correct the following DeepSpeed
    config values that mismatch TrainingArguments". A number in the config is held against the
    default too: 5e-5 for the learning rate, 8 for the batch of a rank.

    Measured: Batch sizes, accumulation, clipping, the optimizer's rate, betas, epsilon and decay,
    warm-up, steps, fp16 and bf16 of the file, as transformers compares them, with what `command`
    gives, what the script gives in numbers, and else the default. "auto" always agrees. An argument
    that the script computes or changes, or that a file may set, is not judged.

    Fix:
        arguments-differ: sets the keys to "auto".
    """
    if config_reader(node) is not ConfigReader.TRAINER:
        return skip("the command and its script show no Hugging Face Trainer")
    conflicts = trainer_conflicts(
        config, node.job, node.read(DeepspeedConfig).script, count_ranks(node)
    )
    if not conflicts:
        return ok("no argument that is known contradicts the config")
    listed = "; ".join(
        f"{each.key} {config.get(each.key)}, but {each.arguments}" for each in conflicts
    )
    edit = "; ".join(f'{key_expression(each.key)}="auto"' for each in conflicts)
    fix = edit_fix(node, config_path(node), config, edit, "so that the arguments decide")
    message = f"transformers' Trainer would refuse {config_path(node)}: {listed}"
    return block("arguments-differ", message, fix)


@node_check(
    "deepspeed.optimizer-runs-under-zero",
    DeepspeedConfig,
    over=Over.HEAD,
    optional=(ControllerFiles,),
)
@with_config
def optimizer_runs_under_zero(node: NodeView, config: ParsedConfig) -> Verdict:
    """DeepSpeed provides the config's optimizer and scheduler, and ZeRO supports them.

    DeepSpeed refuses others in every rank, once the model is loaded.

    Measured: `optimizer.type` and `scheduler.type` against the names that DeepSpeed and torch have,
    the optimizer's from stage 1 on against those that ZeRO takes, `max_grad_norm` among its
    parameters, and what DeepSpeed's schedulers cannot do without.

    Fix:
        unknown-optimizer: the name that is near; else names some.
        untested-optimizer: allows it.
        max-grad-norm: moves it to `gradient_clipping`.
        misspelt-scheduler: the name that is near; else names some.
        lacking-parameter: names it: a number of steps or a rate that only the user knows.
    """
    return judge_optimizer(node, config)


@node_check(
    "deepspeed.saving-does-not-gather",
    DeepspeedConfig,
    over=Over.HEAD,
    severity=Severity.WARN,
    optional=(ControllerFiles,),
)
@with_config
def saving_does_not_gather(node: NodeView, config: ParsedConfig) -> Verdict:
    """Saving under ZeRO-3 does not gather the whole model on rank 0.

    All ranks take part and wait for it: over several nodes a save then looks like a hang, until the
    watchdog ends the run. The checkpoint's shards hold the weights too.

    Measured: `stage3_gather_16bit_weights_on_model_save` and its other names, at stage 3.

    Fix:
        gathers-on-save: turns it off. `python zero_to_fp32.py . OUT`, in the checkpoint's folder,
            converts the shards to weights afterwards.
    """
    zero = config.section(ZERO)
    keys = [f"{prefix}{key}" for key in GATHER_KEYS for prefix in ("", "stage3_")]
    on = [key for key in keys if key in zero and config.on(f"{ZERO}.{key}")]
    after = "python zero_to_fp32.py . OUT, in the checkpoint's folder, makes weights of the shards"
    if config.stage != 3:
        return ok(f"stage {config.stage} keeps whole weights on each rank")
    if not on:
        return ok(f"saves shards; {after}")
    message = (
        f"{config_path(node)}: {on[0]} gathers the whole model on rank 0 at each "
        "save, which over several nodes is slow, looks like a hang and may run into the watchdog"
    )
    edit = "; ".join(f"{key_expression(f'{ZERO}.{key}')}=False" for key in on)
    return warn("gathers-on-save", message, edit_fix(node, config_path(node), config, edit, after))
