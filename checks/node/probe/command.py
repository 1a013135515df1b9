"""One command that a site's own test runs on the node."""

from checks.node.probe.core import run_command, section

COMMANDS = ("what a site's own test names",)


@section("command")
def command(args):
    """Exit status (negative: died of that signal), output and errors; bounded by `limit`."""
    ran = run_command(args["argv"], limit=args["limit"])
    return {"rc": ran.code, "out": ran.out, "err": ran.err, "timed_out": ran.timed_out}
