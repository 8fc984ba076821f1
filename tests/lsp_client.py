"""A client of the language server that speaks the protocol by hand, over pipes."""

from __future__ import annotations

import json
import subprocess
import sys
from threading import Timer
from typing import Any

from attrs import define, field

_PATIENCE = 600  # seconds until a server that says nothing more is ended


@define
class Client:
    """Sends requests and reads what comes back, in order; those not asked for wait."""

    process: subprocess.Popen[bytes]
    notifications: list[dict[str, Any]] = field(factory=list)
    _number: int = 0

    @classmethod
    def start(cls, *args: str) -> Client:
        command = [sys.executable, "-m", "hypertune", "lsp", *args]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        return cls(process)

    def initialize(self, **capabilities: Any) -> dict[str, Any]:
        params = {"processId": None, "rootUri": None, "capabilities": capabilities}
        answer = self.request("initialize", params)["result"]
        self.notify("initialized", {})
        return dict(answer)

    def request(self, method: str, params: Any = None) -> dict[str, Any]:
        """The whole answer: `result` or `error`."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while (message := self._receive()).get("id") != self._number:
            self.notifications.append(message)
        return message

    def notify(self, method: str, params: Any = None) -> None:
        self._send({"method": method, "params": params})

    def next_notification(self, method: str) -> dict[str, Any]:
        """The parameters of the next notification of a kind."""
        while not self.notifications or self.notifications[0]["method"] != method:
            if self.notifications:
                left_out = self.notifications.pop(0)
                assert left_out["method"] != "window/showMessage", left_out["params"]
            else:
                self.notifications.append(self._receive())
        return dict(self.notifications.pop(0)["params"])

    def close(self) -> tuple[int, str]:
        """End politely; the exit code, and what was said on stderr."""
        self.request("shutdown")
        self.notify("exit")
        _, said = self.process.communicate(timeout=_PATIENCE)
        return self.process.returncode, said.decode()

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        watch = Timer(_PATIENCE, self.process.kill)
        watch.start()
        try:
            size = 0
            while (line := self.process.stdout.readline().strip()) or not size:
                assert line, f"the server has gone: {self._last_words()}"
                name, _, value = line.partition(b":")
                size = int(value) if name == b"Content-Length" else size
            message: dict[str, Any] = json.loads(self.process.stdout.read(size))
            return message
        finally:
            watch.cancel()

    def _last_words(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()
