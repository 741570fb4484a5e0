"""Lets callers in, counts their calls, and runs the routes' functions with what they ask for."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from tideline.features import messages, webhooks, workspaces
from tideline.features.business import AccountNotFound
from tideline.features.files import FileNotFound, Links, Spool, Uploads, Voices
from tideline.features.messages import Carrier, Load, Message, MessageUid, Outgoing, SendQueue
from tideline.features.templates import TemplateNotFound
from tideline.features.workspaces import Access, ApiCalls, Caller, WorkspaceId
from tideline.platform.clock import Clock
from tideline.platform.crypto import Keyring
from tideline.platform.db import Database, Tx
from tideline.platform.once import Once, do_once, ensure_new
from tideline.surfaces.api import problems, shapes, waba_wire
from tideline.surfaces.api.answers import encode
from tideline.surfaces.api.binding import Binding
from tideline.surfaces.api.idempotency import RequestKey
from tideline.surfaces.api.permissions import ensure_allowed
from tideline.surfaces.api.wire import Addresses, Wire

ZONE_SECONDS = 5.0
WIRES_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class ApiDeps:
    """What the Public API is handed. `rate_limit` is requests per second and client address, 0 means no limit;
    `rate_limit_queue` is how many beyond that wait for their turn, `keys_kept` how long a request with an
    Idempotency-Key is remembered."""

    db: Database
    access: Access
    api_calls: ApiCalls
    sends: SendQueue
    links: Links
    spool: Spool
    uploads: Uploads
    voices: Voices
    carrier: Carrier
    terms: webhooks.Terms
    events: webhooks.EventLog
    public_url: str
    rate_limit: int = 30
    rate_limit_queue: int = 10
    keys_kept: timedelta = timedelta(days=1)

    @property
    def keyring(self) -> Keyring:
        return self.access.keyring

    @property
    def clock(self) -> Clock:
        return self.db.clock


HANDED_ON = ("access", "api_calls", "uploads", "voices", "terms", "events", "clock", "keyring", "public_url")
"""What functions get as it is."""
OFFERED = frozenset({"tx", "show", "caller", "send", "send_own", "send_waba", "once", *HANDED_ON})
"""What a route's function may ask for by name, besides what stands in the request.

`once` is for functions with transactions of their own: they use it in the one that makes the change.
"""


class ApiDesk:
    def __init__(self, deps: ApiDeps) -> None:
        self._deps = deps
        self._addresses = Addresses(deps.public_url.rstrip("/"), deps.links.url_of, deps.links.photo_url)
        self._wires: dict[WorkspaceId, tuple[float, Wire]] = {}

    async def admit(self, token: str, binding: Binding, address: str | None = None) -> Caller:
        caller = replace(await self._deps.access.authenticate(token), address=address)
        await self._deps.api_calls.spend(caller.workspace_id)
        ensure_allowed(caller, binding.operation)
        return caller

    async def run(self, caller: Caller, binding: Binding, arguments: dict[str, Any], key: RequestKey | None) -> Any:
        once = self._once(caller, key) if key else None
        if once and (binding.form or "once" in binding.wants):
            await self._ensure_new(caller, once)
        wants = binding.wants
        arguments |= {name: getattr(self._deps, name) for name in HANDED_ON if name in wants}
        if "show" in wants:
            arguments["show"] = await self._wire(caller.workspace_id)
        if "caller" in wants:
            arguments["caller"] = caller
        if "send" in wants:
            arguments["send"] = partial(self._send, caller, once)
        if "send_own" in wants:
            arguments["send_own"] = partial(self._send_own, caller, once)
        if "send_waba" in wants:
            arguments["send_waba"] = partial(self._send_waba, caller, once)
        if "once" in wants:
            arguments["once"] = once
        if "tx" in wants:
            return await self._run_in_database(caller, binding, arguments, once)
        return await binding.answer(**arguments)

    def _once(self, caller: Caller, key: RequestKey) -> Once:
        """What a teammate's program did is answered to programs of the same teammate only."""
        return Once(caller.teammate_id, key.text, key.digest, self._deps.keys_kept, encode)

    async def _ensure_new(self, caller: Caller, once: Once) -> None:
        """A file that was taken before is not taken in again."""
        async with self._deps.db.read(caller.workspace_id) as tx:
            await ensure_new(tx, once)

    async def _run_in_database(
        self, caller: Caller, binding: Binding, arguments: dict[str, Any], once: Once | None
    ) -> Any:
        actor = caller.actor
        if binding.is_read:
            async with self._deps.db.read(caller.workspace_id, actor) as tx:
                return await binding.answer(tx=tx, **arguments)

        async def answer(tx: Tx) -> Any:
            return await do_once(tx, once, lambda tx: binding.answer(tx=tx, **arguments))

        return await self._deps.db.run(caller.workspace_id, answer, actor=actor)

    async def _send(
        self, caller: Caller, once: Once | None, outgoing: Outgoing, load: Load | None = None
    ) -> shapes.MessageRef:
        if once:
            outgoing = replace(outgoing, once=replace(once, render=_named))
        return shapes.MessageRef(str(await self._submit(caller, outgoing, load)))

    async def _send_waba(
        self, caller: Caller, once: Once | None, outgoing: Outgoing, load: Load | None = None
    ) -> shapes.Message:
        """Answered with the whole message; under a key with the one that is kept for when the request comes again."""
        show = await self._wire(caller.workspace_id)
        shown: list[shapes.Message] = []

        def render(message: Message) -> bytes:
            shown.append(waba_wire.message(message, show, self._deps.clock.now()))
            return encode(shown[-1])

        if once:
            outgoing = replace(outgoing, once=replace(once, render=render))
        uid = await self._submit(caller, outgoing, load)
        if shown:
            return shown[-1]
        async with self._deps.db.read(caller.workspace_id) as tx:
            return waba_wire.message(await messages.get(tx, uid), show, self._deps.clock.now())

    async def _submit(self, caller: Caller, outgoing: Outgoing, load: Load | None) -> MessageUid:
        actor = caller.actor
        try:
            if load:
                return await self._deps.carrier.submit(caller.workspace_id, actor, outgoing, load)
            return await self._deps.sends.submit(caller.workspace_id, actor, outgoing)
        except FileNotFound:
            if outgoing.file_uid is None:
                raise
            raise problems.file_missing(outgoing.file_uid) from None
        except TemplateNotFound:
            raise problems.missing("Attachment template id #", outgoing.template_id) from None
        except AccountNotFound:
            raise problems.missing("WABA account id #", outgoing.sender.number_id) from None

    async def _send_own(self, caller: Caller, once: Once | None, outgoing: Outgoing) -> shapes.MessageRef:
        """Only what the caller may send with their own view of the workspace."""
        async with self._deps.db.read(caller.workspace_id) as tx:
            me = await workspaces.get_teammate(tx, caller.teammate_id)
            outgoing = await messages.within_view(tx, outgoing, me)
        return await self._send(caller, once, outgoing)

    async def _wire(self, workspace_id: WorkspaceId) -> Wire:
        """The workspace's zone hardly ever changes, so it is looked up every few seconds only."""
        now = time.monotonic()
        until, known = self._wires.get(workspace_id, (0.0, None))
        if known is not None and now < until:
            return known
        async with self._deps.db.read(workspace_id) as tx:
            zone = (await workspaces.get_workspace(tx)).tz
        if known is None or known.time.zone != zone:
            known = Wire(workspace_id, zone, self._addresses)
        if len(self._wires) >= WIRES_KEPT:
            self._wires.clear()
        self._wires[workspace_id] = (now + ZONE_SECONDS, known)
        return known


def _named(message: Message) -> bytes:
    return encode(shapes.MessageRef(str(message.uid)))
