"""Answers as the processes of an NCCL job do on NCCL_RAS_ADDR: see src/ras/client_support.cc.

Run as a program, it does so at that address for good, with the answer in a file.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time


class RasServer:
    """Gives `answers` in turn, the last again and again.

    `formats`: whether it knows JSON (2.28.7 on). The first `silent` calls are taken and not
    answered, as by a process that is stopped; `pause_s` before each part of an answer.
    """

    def __init__(
        self,
        *answers: str,
        formats: bool = True,
        silent: int = 0,
        pause_s: float = 0.0,
        address: str = "127.0.0.1:0",
    ) -> None:
        self.answers, self.formats, self.silent, self.pause_s = answers, formats, silent, pause_s
        self.taken: list[socket.socket] = []
        self.asked: list[str] = []
        host, _, port = address.rpartition(":")
        self.listener = socket.create_server((host, int(port)))
        threading.Thread(target=self.serve, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"localhost:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.taken.append(client)
                if len(self.taken) > self.silent:
                    threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client: socket.socket) -> None:
        """All commands of one client, until it asks for the status."""
        with contextlib.suppress(OSError), client, client.makefile("r") as lines:
            for line in lines:
                command = line.strip().lower()
                self.asked.append(command)
                if command == "verbose status":
                    self.send_status(client)
                    return
                client.sendall(self.reply(command).encode())

    def reply(self, command: str) -> str:
        if command.startswith("client protocol "):
            return "SERVER PROTOCOL 2\n"
        if command.startswith("timeout ") or (command.startswith("set format ") and self.formats):
            return "OK\n"
        return f"ERROR: Unknown command {command}\n"

    def send_status(self, client: socket.socket) -> None:
        turn = sum(command == "verbose status" for command in self.asked)
        text = self.answers[min(turn, len(self.answers)) - 1]
        for start in range(0, len(text), 500):
            time.sleep(self.pause_s)
            client.sendall(text[start : start + 500].encode())

    def close(self) -> None:
        for each in (self.listener, *self.taken):
            each.close()


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        RasServer(
            file.read(), address=os.environ["NCCL_RAS_ADDR"].replace("localhost", "127.0.0.1")
        )
    threading.Event().wait()
