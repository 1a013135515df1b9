"""Whether the ranks of a run are in one world: what torch.distributed and accelerate in them hold.

A rank that starts and ends well may still have trained a copy of its own. So each rank's own Python
reports the worlds that it is in (`launcher/agent/hook.py`), and a run of several ranks has gone
well only where they were in one that is as large as planned, whatever they were in before or after.
`accelerate` counts where an Accelerator was made: one that takes itself for alone gives every rank
all of the data, also where DeepSpeed has joined the ranks. `deepspeed` counts where it made an
engine: a run whose job names a config of it, and that has none, has trained without ZeRO.
"""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

from checks.quick_dataclass import dataclass
from launcher.plan.ranks import name_ranks
from launcher.run.messages import RankWorld

ACCELERATE, DEEPSPEED = "accelerate", "deepspeed"
SETTLED_S = 5.0
"""How long ranks must be separate before it is said: a program may make its group again."""


class Sight(enum.Enum):
    """What a rank saw of the others, and for one that saw too little what to look for."""

    WHOLE = ""
    PART = "something in the program sets RANK, WORLD_SIZE or MASTER_ADDR, or takes no notice of it"
    ALONE = "accelerate found no device, so each rank trains on all of the data"
    OUTSIDE = (
        "the program has to call init_process_group, or to have DeepSpeed, an Accelerator or a "
        "Trainer do so"
    )
    NO_TORCH = (
        "whether they train together is not known: another library, or a process that a rank "
        "starts, is not looked into"
    )


_ON_CPUS = (
    "without GPUs, transformers' Trainer joins the ranks only with --use_cpu True, and an "
    "Accelerator only with cpu=True"
)
_LEFT_OUT = (
    "accelerate was given DeepSpeed and leaves it out ({ranks}): this trains without ZeRO\n"
    "  accelerate does so where ACCELERATE_USE_CPU is set, or the Accelerator has cpu=True: take "
    "it out; a Trainer takes --use_cpu True --ddp_backend gloo in its place"
)
_MEANT = (
    "where each rank is meant to work by itself: --allow-separate, or allow_separate = true under "
    "[start]"
)


@dataclass(frozen=True)
class World:
    """So many ranks, joined by that backend; none where there is no world."""

    size: int = 0
    backend: str = ""

    def __str__(self) -> str:
        return f"world of {self.size}" + (f" ({self.backend})" if self.backend else "")


class RankWorlds:
    """What the ranks of a run have reported.

    `planned` is how many there are, `deepspeed_config` the one that the job names, or empty.
    """

    def __init__(self, planned: int, deepspeed_config: str = "") -> None:
        self._planned, self._config = planned, deepspeed_config
        self._torch: dict[int, World] = {}
        """The largest world that torch.distributed held, by rank that has loaded it."""
        self._accelerate: dict[int, World] = {}
        """The last world that an Accelerator held."""
        self._deepspeed: dict[int, World] = {}
        """That of an engine, by rank; none where accelerate leaves DeepSpeed out."""
        self.training_shown = False
        """Whether a rank printed a step or a loss."""
        self.loss_shown = False
        """A step without one may be a step of what comes before the training."""

    def take(self, seen: RankWorld) -> None:
        """Take in what a rank reported."""
        world = World(seen.size, seen.backend)
        if seen.seen_by == ACCELERATE:
            self._accelerate[seen.rank] = world
        elif seen.seen_by == DEEPSPEED:
            known = self._deepspeed.get(seen.rank, world)
            self._deepspeed[seen.rank] = max(known, world, key=lambda world: world.size)
        else:
            known = self._torch.get(seen.rank, world)
            self._torch[seen.rank] = max(known, world, key=lambda world: world.size)

    @property
    def whole_world(self) -> World | None:
        """The world of torch.distributed that all planned ranks are in; None until they are."""
        worlds = (self._torch.get(rank, World()) for rank in range(self._planned))
        smallest = min(worlds, key=lambda world: world.size)
        return smallest if smallest.size >= self._planned else None

    def describe(self) -> str:
        """What the ranks of a run that has ended well saw of each other, and of DeepSpeed.

        Empty for a single one of which there is nothing to say.
        """
        return ", ".join(filter(None, (self._describe_together(), self._describe_no_engine())))

    def _describe_together(self) -> str:
        if self._planned == 1:
            return ""
        if not self._torch:
            return "none of them loaded torch"
        if self.find_separation(missing=True):
            return "not in one world"
        return f"in one {Counter(self._torch.values()).most_common(1)[0][0]}"

    def _describe_no_engine(self) -> str:
        """That no rank was seen to use DeepSpeed, where the job names a config of it."""
        if not self._config or not self._torch or any(map(_has_ranks, self._deepspeed.values())):
            return ""
        return f"but none was seen to use DeepSpeed, whose config {self._config} is named"

    def find_left_out(self) -> str:
        """That accelerate leaves out the DeepSpeed that it was given, and why; empty elsewhere."""
        ranks = [rank for rank, world in sorted(self._deepspeed.items()) if not _has_ranks(world)]
        return _LEFT_OUT.format(ranks=name_ranks(ranks)) if ranks else ""

    def find_separation(self, *, missing: bool) -> str:
        """Which ranks are not in one world, and what to look for; empty where that is not so.

        A rank that is in no world counts only where `missing`. Where no rank has loaded torch and
        none trains, there is nothing to be in one world for.
        """
        if self._planned == 1 or not (self._torch or self.training_shown):
            return ""
        sights: dict[tuple[Sight, str], list[int]] = defaultdict(list)
        for rank in range(self._planned):
            sights[self._sight_of(rank)].append(rank)
        separate = {Sight.PART, Sight.ALONE}
        # a whole world has a member for each rank: what was not seen of one is in another process
        if missing and not any(world.size >= self._planned for world in self._torch.values()):
            separate |= {Sight.OUTSIDE, Sight.NO_TORCH}
        return _render(self._planned, sights) if separate & {sight for sight, _ in sights} else ""

    def _sight_of(self, rank: int) -> tuple[Sight, str]:
        """What that rank saw, and the same in words."""
        world, accelerated = self._torch.get(rank), self._accelerate.get(rank)
        if world is None:
            return Sight.NO_TORCH, "did not load torch"
        if not world.size:
            return Sight.OUTSIDE, "did not initialise torch.distributed"
        if world.size < self._planned:
            return Sight.PART, f"saw a {world}"
        if accelerated and accelerated.size < self._planned:
            alone = f"in a {world}, but accelerate there saw one of {accelerated.size}"
            return Sight.ALONE, alone
        return Sight.WHOLE, f"saw a {world}"


def _has_ranks(world: World) -> bool:
    return world.size > 0


class SeparationNotice:
    """Says once that running ranks are separate, or leave DeepSpeed out, and were for SETTLED_S.

    `erring_ranks` are those that have shown an error and not gone on, as it is now.
    """

    def __init__(
        self, worlds: RankWorlds, erring_ranks: Collection[int], say: Callable[[str], None]
    ) -> None:
        self._worlds, self._erring_ranks, self._say = worlds, erring_ranks, say
        self._since = float("inf")
        self.said = ""

    @property
    def seen(self) -> str:
        """What was said, where it is still so."""
        return self.said if self._find() else ""

    def _find(self) -> str:
        separation = self._worlds.find_separation(missing=self._worlds.loss_shown)
        return separation or self._worlds.find_left_out()

    def check(self, now: float) -> None:
        """Look at what the ranks have reported so far; one that is in no world may still join."""
        if self.said:
            return
        separation = self._find()
        self._since = min(self._since, now) if separation else float("inf")
        if now - self._since >= SETTLED_S:
            self.said = separation
            goes_on = "the run goes on; Ctrl-C ends it"
            if self._erring_ranks:
                ranks = name_ranks(sorted(self._erring_ranks))
                goes_on = f"an error of {ranks} was printed; where the run goes on, Ctrl-C ends it"
            self._say(f"{separation}\n  {goes_on}")


def _render(planned: int, sights: Mapping[tuple[Sight, str], Sequence[int]]) -> str:
    lines = [f"{planned} ranks were planned to train together, and are not seen to:"]
    lines += [f"  {name_ranks(ranks)} {words}" for (_, words), ranks in sights.items()]
    kinds = dict.fromkeys(sight for sight, _ in sights if sight.value)
    lines += [f"  {sight.value}" for sight in kinds]
    if kinds.keys() & {Sight.ALONE, Sight.OUTSIDE}:
        lines.append(f"  {_ON_CPUS}")
    return "\n".join([*lines, f"  {_MEANT}"])
