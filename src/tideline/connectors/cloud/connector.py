"""The connector to WhatsApp's Business Platform: what the gateway holds of business numbers.

The platform keeps no session, so one of ours is the right to read a number's mailbox and to send for it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Final

import structlog

from tideline.connectors.cloud import bodies, catalogue, encode, state, store
from tideline.connectors.cloud.client import Graph
from tideline.connectors.cloud.decode import Listener, events_in
from tideline.connectors.cloud.inbox import TOPIC
from tideline.connectors.cloud.store import Notice, Reading, Stray
from tideline.connectors.cloud.without_phone import WithoutPhone
from tideline.features.numbers.port import (
    TOKEN_NOT_ACCEPTED,
    Accepted,
    AccountEvent,
    AccountRef,
    AccountState,
    AnalyticsQuestion,
    BusinessProfile,
    BusinessTemplate,
    Capability,
    ConnectorProblem,
    Content,
    Credentials,
    Envelope,
    Media,
    MediaRef,
    MediaRejected,
    MessageKey,
    NotLinked,
    Offline,
    Peer,
    StateChanged,
    UnknownOutcome,
    Unsupported,
    Vault,
)
from tideline.platform.db import Database, Row
from tideline.platform.wake import Wakes

log = structlog.get_logger(__name__)

BATCH: Final = 200
SMALL: Final = 64 * 1024
"""Larger bodies are read beside the event loop."""
LOOK_AGAIN: Final = 5.0
EVENTS_OF_A_NOTICE: Final = 1 << 20
"""An envelope's id is its notice's and the place within: more events than fit in a body of the largest size."""


TOKEN_REFUSED: Final = 190
TOKEN_LOST: Final = StateChanged(AccountState.RESTRICTED, TOKEN_NOT_ACCEPTED)
"""Nothing can be sent, while customers go on writing: the platform signs with the app's secret."""


@dataclass(slots=True)
class _Session:
    """A number that was started here: what opens it, and how far its mailbox was handed out."""

    account: AccountRef
    epoch: int
    listener: Listener
    read_up_to: int = 0
    sizes: dict[int, int] = field(default_factory=dict)

    @property
    def reading(self) -> Reading:
        return Reading(self.account.workspace_id, self.account.number_id, self.epoch, self.read_up_to)


@dataclass(slots=True)
class _Look:
    """What one look at a number's mailbox found: events, how far it went, how many events each notice has, and the
    notices that have none."""

    session: _Session
    envelopes: list[Envelope] = field(default_factory=list)
    sizes: dict[int, int] = field(default_factory=dict)
    empty: list[int] = field(default_factory=list)
    up_to: int = 0


class CloudConnector(WithoutPhone):
    """Implements `tideline.features.numbers.port.BusinessConnector` on the Graph API."""

    kind: ClassVar[str] = "cloud"
    capabilities: ClassVar[Capability] = (
        Capability.REACTIONS
        | Capability.REPLY
        | Capability.VOICE_NOTE
        | Capability.READ_MARKS
        | Capability.CALL_EVENTS
        | Capability.TEMPLATES
        | Capability.SERVICE_WINDOW
        | Capability.ANALYTICS
        | Capability.HISTORY
    )

    def __init__(self, db: Database, wakes: Wakes, graph: Graph, vault: Vault) -> None:
        self._db = db
        self._wakes = wakes
        self._graph = graph
        self._vault = vault
        self._sessions: dict[int, _Session] = {}

    # Sessions

    async def start(self, account: AccountRef, epoch: int) -> None:
        """Reads the mailbox from the beginning, and says how the platform sees the number. If the platform cannot be
        asked, what it tells can come in all the same."""
        running = self._sessions.get(account.number_id)
        if running and running.epoch == epoch:
            return
        credentials = await self._vault.credentials(account)
        if not await self._take_over(account, epoch):
            raise Offline("A younger owner holds this number.")
        try:
            seen = await self._look(credentials)
        except (Offline, UnknownOutcome) as problem:
            log.warning("cloud.not_asked", number=account.number_id, problem=problem.code)
            seen = StateChanged(AccountState.ONLINE)
        except NotLinked as problem:
            if not _is_about_token(problem):
                raise
            seen = TOKEN_LOST
        await self._tell(account, seen)
        listener = Listener(credentials.phone_number_id, credentials.waba_id)
        self._sessions[account.number_id] = _Session(account, epoch, listener)
        self._wakes.wake(TOPIC)

    async def stop(self, number_id: int) -> None:
        self._sessions.pop(number_id, None)

    async def unlink(self, account: AccountRef) -> None:
        """Nothing ends at WhatsApp: the number goes on there, and belongs to whoever has its token."""
        self._sessions.pop(account.number_id, None)
        async with self._db.system() as tx:
            await store.forget(tx, account.workspace_id, account.number_id)

    async def _take_over(self, account: AccountRef, epoch: int) -> bool:
        async with self._db.system() as tx:
            return await store.open_session(tx, account.workspace_id, account.number_id, epoch)

    async def _look(self, credentials: Credentials) -> StateChanged:
        fields = "id,status,health_status"
        return state.seen(await self._graph.get(credentials.token, f"/{credentials.phone_number_id}", fields=fields))

    async def _tell(self, account: AccountRef, changed: StateChanged) -> None:
        """A state takes its place behind what waits to be read."""
        body = state.dump(changed)
        async with self._db.system() as tx:
            await store.put(tx, [Notice(account.workspace_id, account.number_id, body, "state")])
            tx.wake(TOPIC)

    # Events

    async def events(self) -> AsyncIterator[Sequence[Envelope]]:
        """Batches of one number each. What was read counts as read when it is handed out, so that a look that fails
        in the middle is simply made again."""
        bell = self._wakes.bell(TOPIC)
        while True:
            looks = await self._look_at_mailboxes()
            for look in looks:
                if self._sessions.get(look.session.account.number_id) is look.session:
                    look.session.read_up_to = look.up_to
                    look.session.sizes |= look.sizes
                    if look.envelopes:
                        yield look.envelopes
            if not looks:
                await bell.wait(LOOK_AGAIN)

    async def _look_at_mailboxes(self) -> list[_Look]:
        """What came since the last time."""
        sessions = dict(self._sessions)
        if not sessions:
            return []
        async with self._db.system_read() as conn:
            rows = await store.read(conn, [session.reading for session in sessions.values()], BATCH)
        looks: dict[int, _Look] = {}
        for row in rows:
            look = looks.setdefault(row["number_id"], _Look(sessions[row["number_id"]]))
            await self._open_notice(look, row)
        if empty := [(look.session.reading, notice_id) for look in looks.values() for notice_id in look.empty]:
            async with self._db.system() as tx:
                await store.drop_some(tx, empty)
        return list(looks.values())

    async def _open_notice(self, look: _Look, row: Row) -> None:
        """The events of a notice that are not stored yet, each under an id that is the same whenever it is read."""
        events = await self._read(look.session, row)
        look.up_to = row["id"]
        if len(events) <= row["done"]:
            look.empty.append(row["id"])
            return
        look.sizes[row["id"]] = len(events)
        number_id, epoch, first = look.session.account.number_id, look.session.epoch, row["id"] * EVENTS_OF_A_NOTICE
        look.envelopes += [
            Envelope(first + place, number_id, epoch, event)
            for place, event in enumerate(events)
            if place >= row["done"]
        ]

    async def _read(self, session: _Session, row: Row) -> list[AccountEvent]:
        if row["kind"] == "state":
            return [state.load(row["body"])]
        try:
            listener = replace(session.listener, speaks_for_account=row["speaks_for_account"])
            read = partial(_events, row["body"], listener, row["received_at"])
            return read() if len(row["body"]) <= SMALL else await asyncio.to_thread(read)
        except Exception as problem:
            # Nothing that was taken gets lost, also if it is us who cannot read it.
            log.exception("cloud.not_read", number=session.account.number_id, notice=row["id"])
            stray = Stray(row["workspace"], row["number_id"], f"not read: {type(problem).__name__}", row["body"])
            async with self._db.system() as tx:
                await store.keep_strays(tx, [stray])
            return []

    async def ack(self, number_id: int, up_to: int) -> None:
        session = self._sessions.get(number_id)
        if session is None:
            return
        notice_id, place = divmod(up_to, EVENTS_OF_A_NOTICE)
        is_whole = place + 1 >= session.sizes.get(notice_id, 0)
        before = notice_id + 1 if is_whole else notice_id
        async with self._db.system() as tx:
            await store.drop(tx, session.reading, before, part=None if is_whole else (notice_id, place + 1))
        for known in [known for known in session.sizes if known < before]:
            del session.sizes[known]

    # Sending

    async def send(
        self, account: AccountRef, to: Peer, content: Content, *, client_ref: str, reply_to: MessageKey | None = None
    ) -> Accepted:
        credentials = await self._opened(account)
        quoted = reply_to.external_id if reply_to else None
        media_id = None
        if isinstance(content, Media):
            content = encode.ready(content)
            encode.message(
                to, content, client_ref=client_ref
            )  # refuses what cannot go before anything is brought there
            media_id = await self._graph.upload(
                credentials.token, credentials.phone_number_id, content, encode.upload_type(content)
            )
        body = encode.message(to, content, client_ref=client_ref, reply_to=quoted, media_id=media_id)
        return await self._post(account, credentials, body)

    async def react(self, account: AccountRef, key: MessageKey, emoji: str | None) -> Accepted:
        credentials = await self._opened(account)
        return await self._post(account, credentials, encode.reaction(key.chat, key.external_id, emoji))

    async def mark_read(self, account: AccountRef, keys: Sequence[MessageKey]) -> None:
        """A mark on a message counts for all before it, so the last one of each chat is enough."""
        credentials = await self._opened(account)
        newest = {key.chat: key.external_id for key in keys if not key.from_me}
        for external_id in newest.values():
            await self._graph.post(
                credentials.token, f"/{credentials.phone_number_id}/messages", encode.read_mark(external_id)
            )

    async def _post(self, account: AccountRef, credentials: Credentials, body: dict[str, Any]) -> Accepted:
        try:
            said = await self._graph.post(credentials.token, f"/{credentials.phone_number_id}/messages", body)
        except NotLinked as problem:
            if _is_about_token(problem):
                await self._tell(account, TOKEN_LOST)
            raise
        try:
            external_id = said["messages"][0]["id"]
        except (KeyError, IndexError, TypeError):
            external_id = None
        if not isinstance(external_id, str) or not external_id:
            raise UnknownOutcome("WhatsApp took the message and did not say how it calls it.")
        return Accepted(external_id, self._db.clock.now())

    # Looking things up

    async def open_media(self, account: AccountRef, media: MediaRef) -> AsyncIterator[bytes]:
        credentials = await self._opened(account)
        if not (media.ref.isascii() and media.ref.isdigit()):
            raise MediaRejected("WhatsApp does not have this file.")
        try:
            said = await self._graph.get(
                credentials.token, f"/{media.ref}", phone_number_id=credentials.phone_number_id
            )
        except Unsupported as problem:
            raise MediaRejected("WhatsApp does not have this file.", failure=problem.failure) from problem
        url = said.get("url")
        if not isinstance(url, str):
            raise MediaRejected("WhatsApp does not have this file.")
        async for chunk in self._graph.download(credentials.token, url, encode.DOCUMENTS):
            yield chunk

    async def profile(self, account: AccountRef) -> BusinessProfile:
        credentials = await self._vault.credentials(account)
        fields = "id,display_phone_number,verified_name"
        said = await self._graph.get(credentials.token, f"/{credentials.phone_number_id}", fields=fields)
        return catalogue.profile(said, account.phone)

    async def templates(self, account: AccountRef) -> Sequence[BusinessTemplate]:
        credentials = await self._vault.credentials(account)
        found: list[BusinessTemplate] = []
        query = {"limit": str(catalogue.TEMPLATES_AT_ONCE), "fields": catalogue.TEMPLATE_FIELDS}
        for _ in range(catalogue.MOST_PAGES):
            said = await self._graph.get(credentials.token, f"/{credentials.waba_id}/message_templates", **query)
            found += catalogue.templates(said)
            after = catalogue.next_page(said)
            if after is None:
                break
            query["after"] = after
        return found

    async def analytics(self, account: AccountRef, question: AnalyticsQuestion) -> Mapping[str, Any]:
        credentials = await self._vault.credentials(account)
        said = await self._graph.get(
            credentials.token, f"/{credentials.waba_id}", fields=catalogue.analytics_fields(question)
        )
        return {name: said[name] for name in ("analytics", "pricing_analytics") if name in said}

    # Whose session it is

    async def _opened(self, account: AccountRef) -> Credentials:
        """What opens the number, for its owner alone."""
        session = self._sessions.get(account.number_id)
        if session is None:
            raise Offline("The session of this number is not open here.")
        async with self._db.system_read() as conn:
            epoch = await store.epoch_of(conn, account.workspace_id, account.number_id)
        if epoch != session.epoch:
            raise Offline("A younger owner holds this number.")
        return await self._vault.credentials(account)


def _is_about_token(problem: ConnectorProblem) -> bool:
    return problem.failure is not None and problem.failure.code == TOKEN_REFUSED


def _events(body: bytes, listener: Listener, received_at: datetime) -> list[AccountEvent]:
    return events_in(bodies.read(body), listener, received_at)[:EVENTS_OF_A_NOTICE]
