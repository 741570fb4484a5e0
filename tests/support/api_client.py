"""A client of the Public API that lets no answer pass which the contract does not know."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tests.support.asgi import Response, call
from tests.support.contract_check import check_answer


class ApiClient:
    """Calls the API inside this process, as one caller. Every answer is held against the contract."""

    def __init__(self, app: Any, token: str | None, *, client: str = "127.0.0.1") -> None:
        self._app = app
        self._token = token
        self._client = client

    def with_token(self, token: str | None) -> "ApiClient":
        return ApiClient(self._app, token, client=self._client)

    def from_address(self, client: str) -> "ApiClient":
        return ApiClient(self._app, self._token, client=client)

    async def request(
        self,
        method: str,
        target: str,
        json: Any = None,
        *,
        body: bytes | Sequence[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        raw = body if body is not None else b"" if json is None else msgspec.json.encode(json)
        response = await call(self._app, method, target, headers=self._headers(headers), body=raw, client=self._client)
        check_answer(method, target.partition("?")[0], response.status, dict(response.headers), response.json)
        return response

    async def get(self, target: str, **more: Any) -> Response:
        return await self.request("GET", target, **more)

    async def post(self, target: str, json: Any = None, **more: Any) -> Response:
        return await self.request("POST", target, json, **more)

    async def put(self, target: str, json: Any = None, **more: Any) -> Response:
        return await self.request("PUT", target, json, **more)

    async def patch(self, target: str, json: Any = None, **more: Any) -> Response:
        return await self.request("PATCH", target, json, **more)

    async def data(self, target: str) -> Any:
        """The `data` of a GET that succeeds."""
        response = await self.get(target)
        assert response.status == 200, response.body
        return response.json["data"]

    def _headers(self, more: Mapping[str, str] | None) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        return {**own, "Content-Type": "application/json", **(more or {})}
