"""The one place where the launcher starts anything: keepers, and what brings the agent there.

A keeper is sent over the controller's own login and lives on one channel of it. It ends all that
is the run's when that channel ends, however it does.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from checks.contact.channel import Channel
from checks.contact.identity import LoginError
from checks.contact.resident_probe import start_command
from checks.contact.ssh_transport import SshSession, SshTransport
from checks.errors import PreflightError
from checks.model import Job
from launcher.agent.supervisor import BEAT_S, LEASE_S
from launcher.plan.backends import AgentLauncher
from launcher.plan.plan import NodePlan, Plan, agent_plan

AGENT_FOLDER = Path(__file__).parent.parent / "agent"
SUPERVISOR_MODULES = (
    *("marks", "shutdown", "flight_recorder", "rank_stack", "rank_activity"),
    "supervisor",
)
"""The keeper's files, each after those that it imports."""
POOL = 32
Inbox = "queue.SimpleQueue[tuple[str, dict[str, Any]]]"

LOADER = """
import sys, types
for name, text in {modules!r}:
    module = types.ModuleType(name)
    module.__path__ = []
    sys.modules[name] = module
    exec(compile(text, name, "exec"), module.__dict__)
sys.modules["launcher.agent.supervisor"].{entry}()
"""


def supervisor_program(entry: str) -> bytes:
    """The first line of input of a node's interpreter: the keeper's text, and where it begins."""
    modules = [("launcher", ""), ("launcher.agent", "")]
    modules += [(f"launcher.agent.{name}", _agent_source(name)) for name in SUPERVISOR_MODULES]
    loader = LOADER.format(modules=modules, entry=entry)
    return repr(loader).encode("ascii", "backslashreplace") + b"\n"


def _agent_source(name: str) -> str:
    return (AGENT_FOLDER / f"{name}.py").read_text(encoding="utf-8")


class SupervisorLink:
    """The line to one node's keeper; what it says goes to the inbox from a thread of its own."""

    def __init__(self, name: str, run: str, session: SshSession, channel: Channel) -> None:
        self.name = name
        self._mark = run.encode() + b" "
        self._session, self._channel = session, channel
        self._noise: list[str] = []

    def send(self, **said: Any) -> None:
        """One message; a broken line shows where it is read."""
        with contextlib.suppress(OSError, EOFError):
            self._channel.send(json.dumps(said).encode() + b"\n")

    def listen(self, inbox: queue.SimpleQueue[tuple[str, dict[str, Any]]]) -> None:
        """Pass on all that the keeper says, and at last that it is silent."""
        inbox.put((self.name, {"kind": "lost", "why": self._relay_messages(inbox)}))

    def _relay_messages(self, inbox: queue.SimpleQueue[tuple[str, dict[str, Any]]]) -> str:
        try:
            while (line := self._channel.line(time.monotonic() + LEASE_S)) is not None:
                before, mark, text = line.partition(self._mark)
                if mark and not before:
                    inbox.put((self.name, json.loads(text)))
                elif line.strip():
                    self._noise = [*self._noise[-4:], line.decode("utf-8", "replace")]
        except TimeoutError:
            return f"no word for {LEASE_S:g} s"
        except (OSError, EOFError) as error:
            return f"the connection broke: {error}"
        said = " ".join([*self._noise, self._channel.errors()]).strip()
        return f"its keeper ended{': ' + said[-500:] if said else ''}"

    def close(self) -> None:
        """End the line, and with it the keeper."""
        with contextlib.suppress(OSError, EOFError):
            self._channel.close()
            self._session.close()


class Supervisors:
    """The keepers of one run, one a node of the plan. Closing it ends all of them."""

    def __init__(self, links: Mapping[str, SupervisorLink]) -> None:
        self.links = links
        self._ends = threading.Event()
        threading.Thread(target=self._send_heartbeats, daemon=True).start()

    def before(self, name: str, argv: Sequence[str], head: NodePlan, cwd: str) -> None:
        """Run a command on the head, under its keeper; its end is told as `carried`."""
        self._send_command(head.name, name, argv, head.env, cwd, agent=False)

    def carry(self, carrier: AgentLauncher) -> None:
        """Bring the agent to the nodes; each end of it is told as `carried`."""
        for node in carrier.on:
            name, argv, env = carrier.name, carrier.argv, carrier.env
            self._send_command(node, name, argv, env, None, agent=carrier.is_agent)

    def _send_command(
        self,
        node: str,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: str | None,
        *,
        agent: bool,
    ) -> None:
        carried = {"name": name, "argv": list(argv), "env": dict(env), "cwd": cwd, "agent": agent}
        self.links[node].send(carry=carried)

    def look(self) -> None:
        """Have every keeper say what the run does there; each tells `look` within seconds."""
        for link in self.links.values():
            link.send(look=True)

    def stop(self, grace_s: float, save_s: float = 0.0) -> None:
        """Have every keeper end the run there; each tells `gone`. May be asked again for less.

        Ranks whose program handles a signal for that may save and end within `save_s` before.
        """
        for link in self.links.values():
            link.send(stop=grace_s, save=save_s)

    def close(self) -> None:
        """End every line."""
        self._ends.set()
        for link in self.links.values():
            link.close()

    def _send_heartbeats(self) -> None:
        while not self._ends.wait(BEAT_S):
            for link in self.links.values():
                link.send()


def start_supervisors(
    job: Job, plan: Plan, inbox: queue.SimpleQueue[tuple[str, dict[str, Any]]]
) -> Supervisors:
    """A keeper on every node of the plan, furnished with that node's files.

    Each tells `keeping`, or `refused`, to the inbox. Raises PreflightError where a login fails;
    nothing is left then.
    """
    agent, hook = _agent_source("agent"), _agent_source("hook")
    transport = SshTransport(job)
    firsts = {
        node.name: {
            "run": plan.token,
            "home": plan.home,
            "files": {
                "agent.py": agent,
                "hook/sitecustomize.py": hook,
                "plan.json": json.dumps(agent_plan(plan, node)),
                **(plan.agent_launcher.files if node.name in plan.agent_launcher.on else {}),
            },
            "outputs": ["launcher", *(f"rank{rank}" for rank in plan.ranks_of(node.name))],
        }
        for node in plan.nodes
    }
    links = _open_links(job, transport, firsts)
    for link in links.values():
        threading.Thread(target=link.listen, args=(inbox,), daemon=True).start()
    return Supervisors(links)


def _open_links(
    job: Job, transport: SshTransport, firsts: Mapping[str, Mapping[str, Any]]
) -> dict[str, SupervisorLink]:
    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        opened = {
            name: pool.submit(_open_link, job, transport, name, first)
            for name, first in firsts.items()
        }
    failed = {name: error for name, one in opened.items() if (error := one.exception())}
    if not failed:
        return {name: one.result() for name, one in opened.items()}
    for name in opened.keys() - failed:
        opened[name].result().close()
    for name, error in failed.items():
        if not isinstance(error, LoginError | OSError):
            raise error
        cause = f"{error.cause}: " if isinstance(error, LoginError) else ""
        raise PreflightError(
            f"{name}: the login for the start failed: {cause}{error}; nothing was started. "
            "Run the preflight to see why"
        )
    raise AssertionError


def _open_link(
    job: Job, transport: SshTransport, name: str, first: Mapping[str, Any]
) -> SupervisorLink:
    session = transport.open(name)
    try:
        channel = session.open(start_command(job.python))
        channel.send(supervisor_program("main") + json.dumps(first).encode() + b"\n")
    except BaseException:
        session.close()
        raise
    return SupervisorLink(name, first["run"], session, channel)


def end_marked_processes(
    job: Job, plan_token: str, home: str, names: Sequence[str]
) -> dict[str, str]:
    """End what bears the run's mark on those nodes, without its controller.

    Returns what could not be done, by node; empty when nothing of the run is left anywhere.
    """
    transport = SshTransport(job)
    first = {"run": plan_token, "home": home}
    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        swept = {name: pool.submit(_end_on_node, job, transport, name, first) for name in names}
    return {name: why for name, one in swept.items() if (why := one.result())}


def _end_on_node(job: Job, transport: SshTransport, name: str, first: Mapping[str, str]) -> str:
    try:
        session = transport.open(name)
        try:
            ran = session.run(
                start_command(job.python),
                supervisor_program("end_orphaned_run") + json.dumps(first).encode(),
            )
        finally:
            session.close()
    except (LoginError, OSError) as error:
        return str(error)
    return "" if ran.code == 0 else (ran.err.strip() or f"exit {ran.code}")
