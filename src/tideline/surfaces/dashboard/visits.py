"""Who looks at a page: from the session cookie to a teammate of one workspace, asked again at every request."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar
from zoneinfo import ZoneInfo

from starlette.requests import Request

from tideline.features import chats, workspaces
from tideline.features.chats import Chat
from tideline.features.workspaces import Session, Teammate, Workspace, WorkspaceId
from tideline.platform.db import Database, Tx
from tideline.platform.dispatcher import last_seq
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor, Way
from tideline.surfaces.dashboard import words
from tideline.surfaces.dashboard.security import Cookies, address_of
from tideline.surfaces.dashboard.words import N_

T = TypeVar("T")


class SignInNeeded(Exception):
    """Nobody is signed in, or not any more."""


class NotHere(Problem):
    code = "not_here"
    message = N_("The address is wrong, or what it leads to is not yours to see.")


@dataclass(frozen=True)
class Visitor:
    """A teammate in their workspace, and the other workspaces they may change to."""

    workspace: Workspace
    me: Teammate
    all_workspaces: Sequence[Workspace]
    seq: int = 0
    """The newest fact of the workspace before anything else was read: a page shows at least what came until then."""

    language: str | None = None
    own_zone: str | None = None
    way: Way = field(default=Way("dashboard"))
    is_operator: bool = False

    @property
    def actor(self) -> Actor:
        return Actor("teammate", self.me.id, self.way)

    @property
    def zone(self) -> ZoneInfo:
        """In which times are shown: what the person chose, else the workspace's."""
        return ZoneInfo(self.own_zone) if self.own_zone else self.workspace.tz


class Visits:
    """Sessions are read anew each time, so that whoever is removed is out at once."""

    def __init__(self, db: Database, sign_in: workspaces.SignIn, cookies: Cookies) -> None:
        self._db = db
        self._sign_in = sign_in
        self._cookies = cookies

    async def is_signed_in(self, request: Request) -> bool:
        try:
            await self._session(request)
        except SignInNeeded:
            return False
        return True

    @asynccontextmanager
    async def to_workspace(
        self, request: Request, slug: str | None, *, token: str | None = None
    ) -> AsyncIterator[tuple[Tx, Visitor]]:
        """The workspace of that name among the person's own, by default the first one."""
        session = await self._session(request, token)
        own = await self._workspaces(session)
        wanted = next((one for one in own if slug is None or one.slug == slug), None)
        if wanted is None:
            raise NotHere
        async with self._db.read(wanted.id) as tx:
            seq = await last_seq(tx)
            yield tx, self._visitor(request, session, wanted, await _member(tx, session), own, seq)

    async def act(
        self, request: Request, slug: str | None, action: Callable[[Tx, Teammate], Awaitable[T]]
    ) -> tuple[Visitor, T]:
        """Do something as whoever is signed in, in one transaction; who they are is read in it once more."""
        session = await self._session(request)
        async with self.to_workspace(request, slug) as (_, visitor):
            pass

        async def run(tx: Tx) -> T:
            return await action(tx, await _member(tx, session))

        return visitor, await self._db.run(visitor.workspace.id, run, actor=visitor.actor)

    @asynccontextmanager
    async def to_chat(self, request: Request, chat_id: int) -> AsyncIterator[tuple[Tx, Visitor, Chat]]:
        """The chat, in the one of the person's workspaces that has it, if they may see it there."""
        session = await self._session(request)
        own = await self._workspaces(session)
        for workspace in own:
            async with self._db.read(workspace.id) as tx:
                seq, me = await last_seq(tx), await _member(tx, session)
                try:
                    chat = await chats.get_visible(tx, chat_id, me)
                except chats.ChatNotFound:
                    continue
                yield tx, self._visitor(request, session, workspace, me, own, seq), chat
                return
        raise NotHere

    def _visitor(
        self,
        request: Request,
        session: Session,
        workspace: Workspace,
        me: Teammate,
        own: Sequence[Workspace],
        seq: int,
    ) -> Visitor:
        way = Way("dashboard", address_of(request), session.key or None)
        return Visitor(workspace, me, own, seq, session.language, session.zone, way, session.is_operator)

    async def _session(self, request: Request, token: str | None = None) -> Session:
        """Whose request this is; what is left of it speaks the language that they chose."""
        token = token or self._cookies.session(request)
        if token is None:
            raise SignInNeeded
        try:
            session = await self._sign_in.get_session(token)
        except workspaces.SessionEnded:
            raise SignInNeeded from None
        if not session.workspaces:
            raise SignInNeeded
        if session.language in words.LANGUAGES:
            words.use(words.Words(session.language))
        return session

    async def _workspaces(self, session: Session) -> list[Workspace]:
        return [await self._workspace(workspace_id) for workspace_id in session.workspaces]

    async def _workspace(self, workspace_id: WorkspaceId) -> Workspace:
        async with self._db.read(workspace_id) as tx:
            return await workspaces.get_workspace(tx)


async def _member(tx: Tx, session: Session) -> Teammate:
    try:
        return await workspaces.get_member(tx, session.person_id)
    except workspaces.MemberNotFound:
        raise SignInNeeded from None
