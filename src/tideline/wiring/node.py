"""One running Tideline: the roles asked for, on one database, behind one port, until somebody says stop."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import structlog

from tideline import __version__
from tideline.connectors import cloud
from tideline.connectors.cloud import CloudConnector
from tideline.connectors.simulator import SimulatorConnector, World
from tideline.features import audit, business, messages, partners, webhooks
from tideline.features.files import PREVIEW_LANE, FileStoreAway, Previews
from tideline.features.numbers.port import Connector
from tideline.platform import http, installation, lanes, launcher, migrate
from tideline.platform.clock import Clock, ShiftedClock, SystemClock
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher, Reader
from tideline.platform.errors import Problem
from tideline.platform.mail import Sender
from tideline.platform.vitals import Measured, Metrics, Vitals
from tideline.settings import Settings
from tideline.surfaces.gateway import Gateway, Timing
from tideline.surfaces.worker import Worker
from tideline.wiring import announce, web
from tideline.wiring.crew import Crew
from tideline.wiring.database import connected, ensure_usable, prepare
from tideline.wiring.figures import measure
from tideline.wiring.folder import ensure_ours, node_id, remember_address
from tideline.wiring.linked import linked_connector
from tideline.wiring.mails import old_mails
from tideline.wiring.nightly import nightly
from tideline.wiring.parts import Parts

log = structlog.get_logger(__name__)

SLOTS = 512  # lanes of webhooks at once; receivers that hang keep eight of them each
PARTNER_SLOTS = 64
HEADS = 16  # events of a lane that are taken together

ALL = frozenset({"web", "worker", "gateway"})


class NeedsPublicUrl(Problem):
    code = "needs_public_url"
    message = (
        "On a host that is not loopback, Tideline has to know its address: set TIDELINE_PUBLIC_URL, such as "
        "https://tideline.example.com."
    )


class DemoIsForLoopback(Problem):
    code = "demo_is_for_loopback"
    message = (
        "Demo and simulator are for this machine only: whoever reaches them can write as any phone. Listen on "
        "127.0.0.1, or say --demo-anyway if you know who can reach this host."
    )


class NotReadyYet(Problem):
    code = "not_ready_yet"
    message = "Tideline is still preparing the demo."


async def serve(settings: Settings, roles: frozenset[str]) -> int:
    """Run the roles; the exit code is 0 when somebody asked to stop and 1 when something broke."""
    check_host(settings)
    ensure_ours(settings.data_dir)
    listener = http.bind(settings.host, settings.port)
    settings = replace(settings, port=listener.getsockname()[1])
    crew = Crew()
    crew.listen_to_signals()
    try:
        async with _database(settings, roles, crew) as (dsn, db), Parts.open(settings, db) as parts:
            await Node(parts, roles, crew, dsn=dsn).run(listener)
    finally:
        listener.close()
    log.info("tideline.stopped")
    return 1 if crew.failed else 0


def check_host(settings: Settings) -> None:
    if settings.is_loopback:
        return
    if settings.has_simulator and not settings.demo_anyway:
        raise DemoIsForLoopback
    if settings.public_url is None:
        raise NeedsPublicUrl


@asynccontextmanager
async def _database(settings: Settings, roles: frozenset[str], crew: Crew) -> AsyncIterator[tuple[str, Database]]:
    """The named database, else the embedded one: `serve` starts it, single roles join the one that is running."""
    async with AsyncExitStack() as stack:
        if settings.database_url:
            dsn = settings.database_url
            await ensure_usable(dsn)
        elif roles == ALL:
            server = await launcher.start(settings.data_dir, run_as=settings.run_as)
            stack.push_async_callback(server.stop)
            crew.start("embedded database", server.ended())
            stack.push_async_callback(crew.leave)
            dsn = server.dsn
        else:
            dsn = _running(settings)
        await migrate.migrate(dsn)
        db = await stack.enter_async_context(connected(dsn, clock_of(settings), most=settings.database_connections))
        await prepare(db)
        yield dsn, db


def _running(settings: Settings) -> str:
    try:
        return launcher.running_dsn(settings.data_dir)
    except launcher.DatabaseNotRunning:
        raise launcher.DatabaseNotRunning(
            "A single role needs a database that somebody else runs: set TIDELINE_DATABASE_URL, or start "
            "`tideline serve`, which runs every role on the embedded one."
        ) from None


def _spare_the_collector() -> None:
    """What the start has made stays for good, so it is never looked through again; and a page of fifty rows should not
    set off a collection by itself."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def clock_of(settings: Settings) -> Clock:
    return ShiftedClock() if settings.test_clock else SystemClock()


class Node:
    """The parts of this process, started in the order in which they need each other."""

    def __init__(self, parts: Parts, roles: frozenset[str], crew: Crew, *, dsn: str) -> None:
        self._parts = parts
        self._roles = roles
        self._crew = crew
        self._dsn = dsn
        self._id = node_id(parts.settings)
        self._metrics = Metrics()
        self._demo_ready = asyncio.Event()
        self._world = World(parts.db, parts.wakes) if parts.settings.has_simulator else None

    async def run(self, listener: socket.socket) -> None:
        """Start everything, wait for the end, stop everything in the opposite order."""
        try:
            await self._start(listener)
            await self._crew.until_the_end()
            log.info("tideline.stopping")
        finally:
            await self._crew.leave()

    async def _start(self, listener: socket.socket) -> None:
        crew, parts = self._crew, self._parts
        crew.start("wakes", parts.wakes.run())
        await self._take_back()
        await self._claim_files()
        if "worker" in self._roles:
            worker = self._worker()
            crew.start("worker", worker.run(), worker.stop)
            sender = Sender(parts.db, parts.wakes, parts.access.outbox, parts.mail_server)
            crew.start("mail", sender.run(), sender.stop)
            previews = self._previews()
            crew.start("previews", previews.run(), previews.stop)
        if "gateway" in self._roles:
            gateway = self._gateway()
            crew.start("gateway", gateway.run(), gateway.stop)
        await self._listen(listener)
        _spare_the_collector()
        log.info("tideline.started", roles=sorted(self._roles), port=parts.settings.port, version=__version__)
        remember_address(parts.settings)
        if self._world and parts.settings.demo and self._roles == ALL:
            from tideline.wiring import demo

            crew.begin("demo", demo.offer(parts, self._world, self._demo_ready))
        else:
            self._demo_ready.set()
            if "web" in self._roles:
                await announce.ready(parts, has_simulator=self._world is not None)

    async def _take_back(self) -> None:
        """Free the lanes that this node held when it was killed; the numbers are taken back by the gateway."""
        freed = lanes.LAPSED_AT_ONCE
        while freed == lanes.LAPSED_AT_ONCE:
            async with self._parts.db.system() as tx:
                freed = await lanes.reclaim(tx, str(self._id))

    async def _claim_files(self) -> None:
        """A bucket that is away now will be back; one of somebody else is a mistake in the settings."""
        async with self._parts.db.system_read() as tx:
            name = await installation.name(tx)
        try:
            await self._parts.files.objects.claim(name)
        except FileStoreAway as problem:
            log.warning("files.store_away", place=self._parts.files.objects.place, details=problem.details)

    def _worker(self) -> Worker:
        parts = self._parts
        kept = timedelta(days=parts.settings.event_log_days)
        readers: list[Reader] = [webhooks.WebhookReader(), partners.PartnerReader(), messages.FiguresReader()]
        readers.append(audit.AuditReader())
        dispatcher = Dispatcher(parts.db, parts.wakes, readers, keep=kept)
        return Worker(
            parts.db,
            parts.files,
            dispatcher,
            parts.sign_in,
            node=str(self._id),
            unknown_after=timedelta(seconds=parts.settings.unknown_after),
            log_kept=timedelta(days=parts.settings.webhook_log_days),
            audit_kept=timedelta(days=parts.settings.audit_log_days),
            timers=[
                *nightly(parts, self._dsn),
                old_mails(parts.db, parts.access.outbox, days=parts.settings.mail_days),
                cloud.sweeping(parts.db),
            ],
            deliveries=[self._deliveries(), self._partner_deliveries()],
        )

    def _deliveries(self) -> lanes.Worker:
        parts = self._parts
        delivering = webhooks.Delivering(parts.db, parts.outgoing, parts.terms, parts.views, parts.access.outbox)
        return lanes.Worker(
            parts.db, parts.wakes, webhooks.LANE, delivering, node=str(self._id), slots=SLOTS, heads=HEADS
        )

    def _partner_deliveries(self) -> lanes.Worker:
        parts = self._parts
        telling = partners.TellingPartners(parts.db, parts.outgoing, parts.keyring, parts.terms.waits)
        return lanes.Worker(
            parts.db, parts.wakes, partners.LANE, telling, node=str(self._id), slots=PARTNER_SLOTS, heads=HEADS
        )

    def _previews(self) -> lanes.Worker:
        """One file at a time, so that a voice message finds somebody free."""
        parts = self._parts
        previews = Previews(parts.db, parts.files, parts.spool, parts.workshop)
        return lanes.Worker(parts.db, parts.wakes, PREVIEW_LANE, previews, node=str(self._id), slots=1)

    def _gateway(self) -> Gateway:
        parts = self._parts
        connectors: list[Connector] = [self._cloud(), linked_connector(parts)]
        if self._world:
            connectors.append(SimulatorConnector(self._world))
        return Gateway(
            parts.db,
            parts.wakes,
            connectors,
            parts.files,
            node=self._id,
            timing=Timing(
                send_gap=timedelta(seconds=parts.settings.send_gap),
                links_at_once=parts.settings.linking_attempts_at_once,
            ),
            registry=self._metrics.registry,
        )

    def _cloud(self) -> CloudConnector:
        """Business numbers need nothing of this machine, so every gateway speaks for them."""
        parts = self._parts
        graph = cloud.Graph(parts.outgoing, parts.settings.graph_url)
        return CloudConnector(parts.db, parts.wakes, graph, business.Vault(parts.db, parts.keyring))

    async def _reach_database(self) -> None:
        async with self._parts.db.system_read() as tx:
            await tx.value("SELECT 1")

    async def _demo_is_offered(self) -> None:
        if not self._demo_ready.is_set():
            raise NotReadyYet

    async def _listen(self, listener: socket.socket) -> None:
        """Health and figures for every role; the ways in for people and programs with the role `web`."""
        parts = self._parts
        measure(self._metrics, parts.db)
        vitals = Vitals(
            self._metrics,
            {"database": self._reach_database, "demo": self._demo_is_offered},
            token=parts.settings.metrics_token,
        )
        ways = web.ways_in(parts, self._world, self._crew) if "web" in self._roles else web.WaysIn()
        app = Measured(web.application(replace(ways, routes=[*vitals.routes(), *ways.routes])), self._metrics)
        server = http.HttpServer(app, listener, trusted_proxies=parts.settings.trusted_proxies)

        def stop() -> None:
            vitals.is_stopping = True
            server.stop()

        self._crew.start("http", server.run(), stop)
        await server.started()
