"""The quick dataclass holds what the standard one does, as far as it is used here."""

import dataclasses

import pytest

from checks import quick_dataclass


def made_by(dataclass):
    """A class of each kind that there is here, made by that decorator."""

    class Point:
        x: int
        y: list[int] = dataclasses.field(default_factory=list)
        seen: int = dataclasses.field(default=0, compare=False)
        own: str = dataclasses.field(default="o", init=False, repr=False)

    class Shown:
        x: int

        def __repr__(self):
            return f"<{self.x}>"

    class Equal:
        x: int

        def __eq__(self, other):
            return True

        def __hash__(self):
            return 7

    plain, frozen = dataclass, dataclass(frozen=True)
    slots, identical = dataclass(frozen=True, slots=True), dataclass(frozen=True, eq=False)
    ways = {"plain": plain, "frozen": frozen, "slots": slots, "identical": identical}
    makers = {
        name: way(type(f"P_{name}", (Point,), dict(vars(Point)))) for name, way in ways.items()
    }
    return {
        **makers,
        "shown": frozen(Shown),
        "equal": frozen(Equal),
        "empty": frozen(type("E", (), {})),
    }


OURS, THEIRS = made_by(quick_dataclass.dataclass), made_by(dataclasses.dataclass)
KINDS = sorted(OURS)


def answer(ask):
    """What comes of it, or which error."""
    try:
        return ask()
    except TypeError as error:
        return type(error)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(
    "ask",
    [
        lambda kind, make: repr(make()),
        lambda kind, make: (make() == make(), make() != make(), make() == 1, make() is None),
        lambda kind, make: answer(lambda: hash(make())) is TypeError,
        lambda kind, make: answer(lambda: hash(make()) == hash(make())),
        lambda kind, make: dataclasses.asdict(make()),
        lambda kind, make: dataclasses.replace(make()) == make(),
        lambda kind, make: [field.name for field in dataclasses.fields(kind)],
        lambda kind, make: answer(lambda: kind(1, 2, 3, 4, 5)),
        lambda kind, make: hasattr(make(), "__dict__"),
    ],
)  # fmt: skip
def test_it_answers_as_the_standard_one(name, ask):
    values = () if name == "empty" else (1,)

    def asked(kind):
        return ask(kind, lambda: kind(*values))

    assert asked(OURS[name]) == asked(THEIRS[name])


@pytest.mark.parametrize("name", ["plain", "frozen", "slots"])
@pytest.mark.parametrize(
    ("values", "others"), [((1,), (2,)), ((1, [2]), (1, [3])), ((1, [], 2), (1, [], 3))]
)
def test_values_decide_but_those_that_are_not_compared(name, values, others):
    ours, theirs = (kinds[name](*values) == kinds[name](*others) for kinds in (OURS, THEIRS))
    assert ours == theirs == (values[:2] == others[:2])


def test_equal_hashable_ones_are_one_in_a_set():
    assert len({OURS["frozen"](1, (2,)), OURS["frozen"](1, (2,)), OURS["frozen"](2, (2,))}) == 2
