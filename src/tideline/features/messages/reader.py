"""Reads facts as the dispatcher numbers them, and keeps the figures of each day."""

from collections.abc import Sequence

from tideline.features.messages.figures import KINDS, Chat, tally
from tideline.features.messages.store import figures as store
from tideline.platform.db import SystemTx
from tideline.platform.facts import Fact


class FiguresReader:
    """A `dispatcher.Reader`: a handful of statements for a batch, however many messages are in it."""

    async def read(self, tx: SystemTx, facts: Sequence[Fact]) -> None:
        told = [fact for fact in facts if fact.kind in KINDS]
        if not told:
            return
        before = await store.find_waiting(tx, sorted({Chat.of(fact) for fact in told}))
        clocks = await store.clocks(tx, {fact.workspace_id for fact in told})
        waiting = dict(before)
        await store.add(tx, tally(told, clocks, waiting))
        if begun := {chat: since for chat, since in waiting.items() if before.get(chat) != since}:
            await store.begin_waiting(tx, begun)
        if ended := sorted(before.keys() - waiting.keys()):
            await store.end_waiting(tx, ended)
