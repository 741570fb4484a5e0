"""Whether this process lives, whether it can work, and its figures: /healthz, /readyz and /metrics."""

import asyncio
import hmac
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import ip_address

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tideline.platform.errors import Problem

log = structlog.get_logger(__name__)

CHECK_SECONDS = 2.0
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

Check = Callable[[], Awaitable[None]]
Reading = Callable[[], Awaitable[Mapping[str, float]]]


class Metrics:
    """What Prometheus reads. Readings are taken when somebody asks, so that an idle Tideline costs nothing."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.requests = Counter(
            "tideline_http_requests", "Answered HTTP requests.", ["method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "tideline_http_request_seconds", "Time to an HTTP answer.", buckets=BUCKETS, registry=self.registry
        )
        self._readings: list[tuple[Gauge, str, Reading]] = []
        self._answered: dict[tuple[str, int], Counter] = {}

    def answered(self, method: str, status: int, seconds: float) -> None:
        """Count one request. Looking a counter up by its labels costs more than counting, so they are kept."""
        counter = self._answered.get((method, status))
        if counter is None:
            counter = self._answered[method, status] = self.requests.labels(method, status)
        counter.inc()
        self.seconds.observe(seconds)

    def gauge(self, name: str, about: str, reading: Reading, *, label: str) -> None:
        """A figure that is read on demand, one value for each value of the label."""
        self._readings.append((Gauge(name, about, [label], registry=self.registry), label, reading))

    async def render(self) -> bytes:
        for gauge, _, reading in self._readings:
            values = await reading()
            gauge.clear()
            for value, figure in values.items():
                gauge.labels(value).set(figure)
        return generate_latest(self.registry)


class Vitals:
    """The three operational paths, outside every API and every limit."""

    def __init__(self, metrics: Metrics, checks: Mapping[str, Check], *, token: str | None) -> None:
        self._metrics = metrics
        self._checks = checks
        self._token = token
        self.is_stopping = False

    def routes(self) -> Sequence[Route]:
        return [
            Route("/healthz", self._health, methods=["GET"]),
            Route("/readyz", self._ready, methods=["GET"]),
            Route("/metrics", self._figures, methods=["GET"]),
        ]

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _ready(self, _: Request) -> Response:
        failing = (
            ["stopping"]
            if self.is_stopping
            else [name for name, check in self._checks.items() if not await _passes(name, check)]
        )
        if failing:
            return JSONResponse({"status": "not_ready", "failing": failing}, status_code=503)
        return JSONResponse({"status": "ready"})

    async def _figures(self, request: Request) -> Response:
        if not may_read_metrics(request, self._token):
            return PlainTextResponse("Metrics are for this machine only, or need the metrics token.\n", status_code=403)
        return Response(await self._metrics.render(), media_type=CONTENT_TYPE_PLAIN_0_0_4)


async def _passes(name: str, check: Check) -> bool:
    try:
        await asyncio.wait_for(check(), CHECK_SECONDS)
    except Problem:
        return False
    except Exception:
        log.warning("readiness.failed", check=name, exc_info=True)
        return False
    return True


def may_read_metrics(request: Request, token: str | None) -> bool:
    """A caller on this machine, or one with the token. A reverse proxy on this machine speaks for others."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    came_through_proxy = any(name in request.headers for name in FORWARDED)
    return not came_through_proxy and _is_loopback(request.client.host if request.client else "")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Measured:
    """Counts and times every answer, and turns what nobody caught into a plain 500 with a log line."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        status, is_complete = 0, False

        async def watch(message: Message) -> None:
            nonlocal status, is_complete
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                is_complete = not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            log.exception("http.failed", method=scope["method"], answered=status)
            if not status:
                answer = PlainTextResponse("Something went wrong inside Tideline.\n", status_code=500)
                await answer(scope, receive, watch)
            elif not is_complete:
                raise  # the server closes the connection, so that half an answer is not taken for a whole one
        finally:
            self._metrics.answered(_method(scope), status, time.perf_counter() - began)


KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return method if method in KNOWN_METHODS else "other"
