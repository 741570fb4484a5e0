"""The simulated WhatsApp of a running Tideline, driven through its JSON API."""

import itertools
from collections.abc import Mapping
from typing import Any

import httpx2

TIMEOUT_SECONDS = 30.0
FIRST_PHONE = 15_553_000_001


class SimulatorRefused(Exception):
    """The simulator said no: `code` is one of its codes, such as `phone_offline`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message


class Simulator:
    """One connection for everybody who tests; phones get numbers that nobody has had."""

    def __init__(self, base_url: str, token: str) -> None:
        self.base_url = base_url
        # of the settings of this machine's proxies nothing holds for a server on loopback
        self._http = httpx2.Client(
            base_url=f"{base_url}/simulator/api",
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT_SECONDS,
            trust_env=False,
        )
        self._free = itertools.count(FIRST_PHONE)

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, query: Mapping[str, Any] | None = None
    ) -> Any:
        """The answer to one call."""
        return self._send(method, path, body, query).json()

    def fetch(self, path: str) -> bytes:
        """The bytes behind a path."""
        return self._send("GET", path, None, None).content

    def free_phone(self) -> str:
        return f"+{next(self._free)}"

    def close(self) -> None:
        self._http.close()

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, Any] | None
    ) -> httpx2.Response:
        answer = self._http.request(method, path, json=body, params=query)
        if not answer.is_success:
            error = answer.json()["error"]
            raise SimulatorRefused(answer.status_code, error["code"], error["message"])
        return answer
