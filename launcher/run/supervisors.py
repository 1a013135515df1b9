"""The one place where the launcher starts anything: supervisors, and what brings the agent there.

A supervisor is sent over the controller's own login and lives on one channel of it. When that
channel ends, however it does, the supervisor ends every process of the run on its node.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import math
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from checks.contact.channel import Channel
from checks.contact.identity import LoginError
from checks.contact.kept_sessions import KeptSessions
from checks.contact.shipping import shipped_program, sources_of, start_command
from checks.contact.ssh_transport import SshSession, SshTransport
from checks.errors import PreflightError
from checks.model import Job
from launcher.agent.supervisor import BEAT_S, LEASE_S
from launcher.plan.backends import AgentLauncher
from launcher.plan.plan import NodePlan, Plan, agent_plan
from launcher.run.inbox import Inbox
from launcher.run.messages import (
    Command,
    ConnectionLost,
    Heartbeat,
    RanksSaving,
    RunCommand,
    RunEvent,
    RunFiles,
    decode_message,
    encode_command,
)

SUPERVISOR = "launcher.agent.supervisor"
ENVIRONMENT = "checks.node.runtime.environment"
AGENT_FOLDER = Path(__file__).parent.parent / "agent"
POOL = 32
MOST_EVENTS = 10_000
"""Starts, ends and worlds that a node may report: some for each of its ranks, each is recorded."""


def supervisor_program(entry: str) -> bytes:
    """What a node's interpreter reads first: the supervisor, begun with `entry`."""
    return shipped_program(frozenset([SUPERVISOR]), f"from {SUPERVISOR} import {entry}; {entry}()")


def _agent_source(name: str) -> str:
    return (AGENT_FOLDER / f"{name}.py").read_text(encoding="utf-8")


class SupervisorLink:
    """The connection to one node's supervisor, whose messages a thread puts into the inbox."""

    def __init__(
        self,
        name: str,
        run: str,
        sources: Collection[str],
        session: SshSession,
        channel: Channel,
    ) -> None:
        self.name, self._sources = name, sources
        self._mark = run.encode() + b" "
        self._session, self._channel = session, channel
        self._noise: list[str] = []

    def send(self, command: Command) -> None:
        """Send one command; a broken connection shows where it is read."""
        with contextlib.suppress(OSError, EOFError):
            self._channel.send(encode_command(command))

    def listen(self, inbox: Inbox) -> None:
        """Pass on all messages of the supervisor, and at last that there are no more."""
        inbox.put(self.name, ConnectionLost(self._relay_messages(inbox)))

    def _relay_messages(self, inbox: Inbox) -> str:
        events = 0
        try:
            deadline = time.monotonic() + LEASE_S
            while (line := self._channel.line(deadline)) is not None:
                before, mark, text = line.partition(self._mark)
                if mark and not before:
                    message = decode_message(text, self._sources)
                    events += isinstance(message, RunEvent | RanksSaving)
                    if events > MOST_EVENTS:
                        return f"it reported over {MOST_EVENTS} starts and ends"
                    inbox.put(self.name, message, len(line))
                    deadline = time.monotonic() + LEASE_S
                elif line.strip():
                    self._noise = [*self._noise[-4:], line[-500:].decode("utf-8", "replace")]
        except TimeoutError:
            return f"no message for {LEASE_S:g} s"
        except (OSError, EOFError) as error:
            return f"the connection broke: {error}"
        output = " ".join([*self._noise, self._channel.errors()]).strip()
        return f"its supervisor ended{': ' + output[-500:] if output else ''}"

    def close(self) -> None:
        """End the connection, and with it the supervisor."""
        with contextlib.suppress(OSError, EOFError):
            self._channel.close()
            self._session.close()


class Supervisors:
    """The supervisors of one run, one a node of the plan. Closing it ends all of them."""

    def __init__(self, links: Mapping[str, SupervisorLink]) -> None:
        self.links = links
        self._ends = threading.Event()
        threading.Thread(target=self._send_heartbeats, daemon=True).start()

    def before(self, name: str, argv: Sequence[str], head: NodePlan, cwd: str) -> None:
        """Run a command on the head, under its supervisor; CommandEnded follows."""
        self.links[head.name].send(RunCommand(name, argv, head.env, cwd, agent=False))

    def launch_agents(self, launcher: AgentLauncher) -> None:
        """Start the agent on all nodes; CommandEnded follows from each that `launcher` runs on."""
        command = RunCommand(launcher.name, launcher.argv, launcher.env, None, launcher.is_agent)
        for node in launcher.on:
            self.links[node].send(command)

    def broadcast(self, command: Command) -> None:
        """Send a command to every supervisor."""
        for link in self.links.values():
            link.send(command)

    def close(self) -> None:
        """End every connection."""
        self._ends.set()
        for link in self.links.values():
            link.close()

    def _send_heartbeats(self) -> None:
        while not self._ends.wait(BEAT_S):
            self.broadcast(Heartbeat())


def start_supervisors(job: Job, plan: Plan, inbox: Inbox, sessions: KeptSessions) -> Supervisors:
    """A supervisor on every node of the plan, with that node's files in the run's directory.

    SupervisorReady, or SupervisorRefused, comes from each into the inbox. Where `sessions` has a
    login, it is used; of the others none is left. Raises PreflightError where a login fails;
    nothing is left then.
    """
    with contextlib.closing(sessions):
        links = _open_links(job, plan, sessions)
    for link in links.values():
        threading.Thread(target=link.listen, args=(inbox,), daemon=True).start()
    return Supervisors(links)


def _run_files(plan: Plan, node: NodePlan) -> RunFiles:
    launcher = plan.agent_launcher
    files = {
        "agent.py": _agent_source("agent"),
        "checks/node/runtime/environment.py": sources_of([ENVIRONMENT])[ENVIRONMENT],
        "hook/sitecustomize.py": _agent_source("hook"),
        "plan.json": json.dumps(agent_plan(plan, node)),
        **(launcher.files if node.name in launcher.on else {}),
    }
    return RunFiles(plan.token, plan.home, files, plan.outputs_on(node.name))


def _open_links(job: Job, plan: Plan, sessions: KeptSessions) -> dict[str, SupervisorLink]:
    transport = SshTransport(job)
    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        opened = {
            node.name: pool.submit(_open_link, job, transport, plan, node, sessions.take(node.name))
            for node in plan.nodes
        }
    failed = {name: error for name, link in opened.items() if (error := link.exception())}
    if not failed:
        return {name: link.result() for name, link in opened.items()}
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
    job: Job, transport: SshTransport, plan: Plan, node: NodePlan, kept: SshSession | None
) -> SupervisorLink:
    """Over the login that was kept, or where that takes nothing more, over a new one."""
    if kept:
        with contextlib.suppress(LoginError, OSError):
            return _link_over(kept, job, plan, node)
    return _link_over(transport.open(node.name), job, plan, node)


def _link_over(session: SshSession, job: Job, plan: Plan, node: NodePlan) -> SupervisorLink:
    try:
        channel = session.open(start_command(job.python, job.container), share=math.inf)
        channel.send(supervisor_program("main") + encode_command(_run_files(plan, node)))
    except BaseException:
        session.close()
        raise
    return SupervisorLink(node.name, plan.token, plan.sources_on(node.name), session, channel)


def end_marked_processes(
    job: Job, plan_token: str, home: str, names: Sequence[str]
) -> dict[str, str]:
    """End what bears the run's mark on those nodes, without its controller.

    Returns what could not be done, by node; empty when nothing of the run is left anywhere.
    """
    transport = SshTransport(job)
    run = RunFiles(plan_token, home)
    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        ended = {name: pool.submit(_end_on_node, job, transport, name, run) for name in names}
    return {name: why for name, error in ended.items() if (why := error.result())}


def _end_on_node(job: Job, transport: SshTransport, name: str, run: RunFiles) -> str:
    try:
        session = transport.open(name)
        try:
            ran = session.run(
                start_command(job.python, job.container),
                supervisor_program("end_orphaned_run") + encode_command(run),
            )
        finally:
            session.close()
    except (LoginError, OSError) as error:
        return str(error)
    return "" if ran.code == 0 else (ran.err.strip() or f"exit {ran.code}")
