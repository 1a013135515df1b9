"""What is notified of a run: that it started, makes no progress, failed or ended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from checks.folded_names import fold_names
from checks.masking import mask_argv
from checks.model import Job
from checks.quick_dataclass import dataclass
from checks.units import format_duration
from launcher.plan.plan import Plan
from launcher.record import RecordedRun
from launcher.run.notifier import Notifier


@dataclass(frozen=True)
class RunNotices:
    """Composes the notices of one run; `figures` are those that the record keeps."""

    notifier: Notifier
    job: Job
    plan: Plan
    run: RecordedRun

    def started(self, figures: Mapping[str, Any]) -> None:
        """All ranks have started."""
        nodes = fold_names([node.name for node in self.plan.nodes])
        text = f"started, {len(self.plan.ranks)} ranks on {nodes}"
        self._send("start", "running", text, figures)

    def stalled(self, figures: Mapping[str, Any], seen: str) -> None:
        """The run makes no progress; `seen` says what its ranks do."""
        self._send("stall", "running", f"no progress: {seen}", figures)

    def ended(
        self, figures: Mapping[str, Any], state: str, code: int, brief: str, diagnosis: str
    ) -> None:
        """The run is over: finished, failed or stopped; `brief` is the diagnosis in short."""
        step = "" if figures["step"] is None else f", step {figures['step']}"
        loss = "" if figures["loss"] is None else f", loss {figures['loss']}"
        text = f"{state} after {format_duration(figures['seconds'])}{step}{loss}"
        event = "failure" if state == "failed" else "end"
        details = {"exit": code, "diagnosis": diagnosis}
        self._send(event, state, f"{text}: {brief}" if brief else text, figures, **details)

    def not_restarted(self, figures: Mapping[str, Any]) -> None:
        """The nodes are not fit for another attempt."""
        text = "not started again: the nodes did not pass the checks"
        self._send("failure", "failed", text, figures)

    def _send(
        self, event: str, state: str, text: str, figures: Mapping[str, Any], **details: Any
    ) -> None:
        attempt = self.run.read("attempt.json") or None
        which = f" (attempt {attempt['number']} of {attempt['of']})" if attempt else ""
        host = os.uname().nodename
        self.notifier.send(
            {
                "text": f"{self.run.name}{which} on {host}: {text}",
                "event": event,
                "run": self.run.name,
                "state": state,
                "path": str(self.run.path),
                "host": host,
                "command": mask_argv(self.job.command),
                "nodes": [node.name for node in self.plan.nodes],
                "world_size": len(self.plan.ranks),
                "attempt": attempt,
                **figures,
                **details,
            }
        )
