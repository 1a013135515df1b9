"""The batch triple of DeepSpeed's config against the number of ranks.

As `_set_batch_related_parameters` and `_batch_assertion` of deepspeed.runtime.config: what is not
given is derived by whole division, then the product must be right. "auto" is derived by whoever
fills it, to the same end.
"""

from __future__ import annotations

from checks.areas.deepspeed.lint import key_expression
from checks.knowledge.deepspeed_config import ParsedConfig
from checks.quick_dataclass import dataclass

BATCH = TRAIN, MICRO, STEPS = (
    "train_batch_size",
    "train_micro_batch_size_per_gpu",
    "gradient_accumulation_steps",
)


@dataclass(frozen=True)
class BatchFit:
    """`shown` is the equation with its numbers; `edit` and `note` fix it where it does not fit."""

    fits: bool
    shown: str = ""
    missing: bool = False
    edit: str = ""
    note: str = ""


def fit_batch_sizes(config: ParsedConfig, ranks: int) -> BatchFit:
    """The triple as far as it is given in numbers, for so many ranks."""
    if config.get(TRAIN) is None and config.get(MICRO) is None:
        return BatchFit(fits=False, missing=True)
    total = _positive_number(config, TRAIN)
    micro, steps = _positive_number(config, MICRO), _positive_number(config, STEPS)
    if total is None:
        return BatchFit(
            fits=True,
            shown=(f"{_describe_factors(micro, steps)} x {ranks} ranks; no total is given"),
        )
    unit = (micro or 1) * (steps or 1) * ranks
    fits = total == unit if micro and steps else total % unit == 0
    equation = (
        f"{TRAIN} {total} {'=' if fits else 'is not'} {_describe_factors(micro, steps)} x "
        f"{ranks} ranks"
    )
    if fits:
        return BatchFit(fits=True, shown=equation)
    wanted = unit if micro and steps else -(-total // unit) * unit
    equation += f" = {unit}" if micro and steps else f": not a multiple of {unit}"
    note = f"sets a global batch of {wanted} instead of {total}; or change the other two"
    return BatchFit(fits=False, shown=equation, edit=f"{key_expression(TRAIN)}={wanted}", note=note)


def fits_fewer_copies(config: ParsedConfig, ranks: int, fewest: int) -> bool:
    """Whether the triple fits some number of copies of the model, `fewest` or more, of which each
    spans equally many ranks."""
    total = _positive_number(config, TRAIN)
    micro, steps = _positive_number(config, MICRO), _positive_number(config, STEPS)
    units = [
        (micro or 1) * (steps or 1) * copies
        for copies in range(fewest, ranks + 1)
        if ranks % copies == 0
    ]
    return any(total == unit if micro and steps else (total or 0) % unit == 0 for unit in units)


def _positive_number(config: ParsedConfig, name: str) -> int | None:
    value = config.get(name)
    return int(value) if isinstance(value, int | float) and value > 0 else None


def _describe_factors(micro: int | None, steps: int | None) -> str:
    """The two factors, those that are open by their name."""
    return f"{MICRO if micro is None else micro} x {STEPS if steps is None else steps}"
