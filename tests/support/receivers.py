"""An HTTP server on this machine that takes notifications, or does not."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """`answer` is called with each body and returns a status; `bodies` are those that came."""

    def __init__(self, answer=lambda body: 200):
        self.bodies, self.agents = [], []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.bodies.append(body)
                receiver.agents.append(self.headers["User-Agent"])
                status = answer(body)
                with contextlib.suppress(OSError):  # who posted may not wait for the answer
                    self.send_response(status)
                    if status in (301, 302):
                        self.send_header("Location", receiver.address)
                    self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}/services/T0/SecretOfHook"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def wait_for(self, words, seconds=90):
        """The first body with these words in its text."""
        deadline = time.monotonic() + seconds
        while not (found := [body for body in list(self.bodies) if words in body["text"]]):
            assert time.monotonic() < deadline, self.bodies
            time.sleep(0.1)
        return found[0]

    @property
    def events(self):
        return [body["event"] for body in self.bodies]

    def close(self):
        self._server.shutdown()
        self._server.server_close()
