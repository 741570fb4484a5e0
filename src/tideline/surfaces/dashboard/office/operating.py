"""What only those see who look after the installation. To everybody else these pages are not there."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from starlette.requests import Request

from tideline.features import partners, workspaces
from tideline.platform.db import SystemTx, Tx
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor
from tideline.surfaces.dashboard.office.office import Office
from tideline.surfaces.dashboard.office.office import refusal as office_refusal
from tideline.surfaces.dashboard.security import Form
from tideline.surfaces.dashboard.visits import NotHere, Visitor
from tideline.surfaces.dashboard.words import N_, _

T = TypeVar("T")

NOT_DONE: dict[type[Problem], str] = {
    partners.PartnerExists: N_("There is already a partner with this id."),
    partners.InvalidPartner: N_(
        "A partner has a name of up to a hundred characters, and an id of up to 63 small letters, digits, dashes and "
        "underscores."
    ),
    partners.InvalidOrigin: N_("An origin is scheme, host and port only, such as https://app.example.com."),
}
NOT_THERE = (partners.PartnerNotFound, partners.WorkspaceNotOwned, workspaces.WorkspaceNotFound)


class Operating:
    def __init__(self, office: Office) -> None:
        self.office = office

    @asynccontextmanager
    async def visit(self, request: Request) -> AsyncIterator[tuple[SystemTx, Visitor]]:
        """Who looks, and a connection that reads across workspaces."""
        visitor = await self._visitor(request)
        with _not_here():
            async with self.office.deps.db.system_read() as tx:
                yield tx, visitor

    async def act(self, request: Request, action: Callable[[SystemTx], Awaitable[T]]) -> tuple[Visitor, T]:
        """In one transaction across workspaces, in which it is asked once more whether they may."""
        visitor = await self._visitor(request)
        async with self.office.deps.db.system(_actor(visitor)) as tx:
            await workspaces.ensure_operator(tx, visitor.me.person_id)
            with _not_here():
                return visitor, await action(tx)

    async def act_in(
        self, request: Request, find: Callable[[SystemTx], Awaitable[int]], action: Callable[[Tx], Awaitable[T]]
    ) -> tuple[Visitor, T]:
        """In one transaction of the workspace that `find` names."""
        visitor = await self._visitor(request)
        db = self.office.deps.db
        async with db.system() as tx:
            await workspaces.ensure_operator(tx, visitor.me.person_id)
            with _not_here():
                workspace_id = await find(tx)
        with _not_here():
            return visitor, await db.run(workspace_id, action, actor=_actor(visitor))

    async def form(self, request: Request) -> Form:
        """A form of ours, from somebody who may see these pages at all."""
        await self._visitor(request)
        return await self.office.form(request)

    async def _visitor(self, request: Request) -> Visitor:
        async with self.office.visit(request) as (_, visitor):
            if not visitor.is_operator:
                raise NotHere
            return visitor


def refusal(problem: Problem) -> Mapping[str, Any]:
    """What a page is given to say why something was not done."""
    sentence = NOT_DONE.get(type(problem))
    return {**office_refusal(problem), **({"error": _(sentence)} if sentence else {})}


@contextmanager
def _not_here() -> Iterator[None]:
    try:
        yield
    except NOT_THERE:
        raise NotHere from None


def _actor(visitor: Visitor) -> Actor:
    return Actor("operator", visitor.me.person_id, visitor.way)


def amount(form: Form, name: str) -> int | None:
    """A whole number that somebody typed; None for an empty field."""
    text = form.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise workspaces.InvalidAmount
    return int(text)
