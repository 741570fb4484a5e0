"""Sending a file together with its message: what cannot be sent is not kept."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

from tideline.features import files
from tideline.features.files import File, FileNotFound
from tideline.features.messages.actions.send import ensure_open
from tideline.features.messages.model import MessageUid, Outgoing
from tideline.features.messages.queue import SendQueue
from tideline.platform.db import Database
from tideline.platform.errors import Problem
from tideline.platform.facts import Actor
from tideline.platform.once import AnsweredBefore

Load = Callable[[int, Actor], Awaitable[File]]
"""Makes the file of a message and stores it, in a workspace, for whoever sends."""


class Carrier:
    def __init__(self, db: Database, sends: SendQueue) -> None:
        self._db = db
        self._sends = sends

    async def submit(self, workspace_id: int, actor: Actor, outgoing: Outgoing, load: Load) -> MessageUid:
        """Queue a message with the file that `load` makes, or raise the Problem that kept it from being queued. Where
        nothing can be sent to, nothing is made."""
        async with self._db.read(workspace_id, actor) as tx:
            await ensure_open(tx, outgoing)
        file = await load(workspace_id, actor)
        # Who goes away now does not know whether the message is being stored, and its file must not go under it.
        return await asyncio.shield(self._send(workspace_id, actor, replace(outgoing, file_uid=file.uid), file))

    async def _send(self, workspace_id: int, actor: Actor, outgoing: Outgoing, file: File) -> MessageUid:
        """The file is forgotten when it is certain that there is no message, and not when the database is gone."""
        try:
            return await self._sends.submit(workspace_id, actor, outgoing)
        except (Problem, AnsweredBefore):
            await self._forget(workspace_id, actor, file)
            raise

    async def _forget(self, workspace_id: int, actor: Actor, file: File) -> None:
        with suppress(FileNotFound):
            await self._db.run(workspace_id, lambda tx: files.delete_upload(tx, file.uid), actor=actor)
