"""Lines that are printed at once keep their order, with what is said between them."""

import pytest

from launcher.run.console import Console


def test_what_is_printed_at_once_keeps_its_order(capsys):
    console = Console(["node1"])
    with console.printed_at_once():
        console.line("node1", "rank0", "step 1")
        console.say("first step after 3 s")
        console.line("node1", "rank0", "step 2")
        assert not capsys.readouterr().out
    console.say("after")
    assert capsys.readouterr().out.splitlines() == [
        "node1 0: step 1", "first step after 3 s", "node1 0: step 2", "after",
    ]  # fmt: skip


def test_what_came_before_an_error_is_printed(capsys):
    console = Console(["node1"])

    def fail():
        with console.printed_at_once():
            console.say("before")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert capsys.readouterr().out == "before\n"
