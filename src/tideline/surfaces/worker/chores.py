"""What happens by the clock: each chore calls one action of a feature."""

import time as stopwatch
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import time, timedelta
from functools import partial

import structlog

from tideline.features import audit, business, chats, files, messages, numbers, partners, webhooks
from tideline.features.files import Files
from tideline.features.numbers import Pairing, PairingClosed, linking
from tideline.features.workspaces import SignIn
from tideline.platform import lanes, once
from tideline.platform.db import Database, SystemTx, Tx
from tideline.platform.timers import Daily, Every, Timer

log = structlog.get_logger(__name__)

LOOK_FOR_DOUBT = timedelta(seconds=20)
READ_OLDER = Every(timedelta(seconds=15))
READ_SECONDS = 5.0  # other timers wait meanwhile
QUIET_HOUR = time(2, 40)


Behind = Callable[[SystemTx], Awaitable[Sequence[int]]]
Step = Callable[[Tx], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Chores:
    """All chores of the features. After `unknown_after` without an echo nobody will tell any more whether WhatsApp
    took a message; the log of webhooks is kept for `log_kept`, the audit log for `audit_kept`."""

    db: Database
    store: Files
    sign_in: SignIn
    unknown_after: timedelta
    log_kept: timedelta
    audit_kept: timedelta

    def timers(self) -> Sequence[Timer]:
        return [
            Timer("unknown outcomes", Every(min(LOOK_FOR_DOUBT, self.unknown_after / 2)), self.settle_unknown),
            Timer("older messages for the search", READ_OLDER, self.read_older_messages),
            Timer("older messages for the figures", READ_OLDER, self.count_older_messages),
            Timer("pictures of chats", Every(timedelta(minutes=2)), self.renew_photos),
            Timer("files", Every(timedelta(minutes=10)), self.sweep_files, at_most=timedelta(hours=1)),
            Timer("orphaned objects", Daily(QUIET_HOUR), self.sweep_orphans, at_most=timedelta(hours=6)),
            Timer("expired links", Every(timedelta(hours=1)), self.forget_links),
            Timer("idempotency keys", Every(timedelta(minutes=10)), self.forget_keys),
            Timer(
                "deleted workspaces",
                Every(timedelta(hours=1)),
                self.remove_deleted_workspaces,
                at_most=timedelta(hours=1),
            ),
            Timer("webhook log", Every(timedelta(hours=6)), self.keep_webhook_log),
            Timer("audit log", Every(timedelta(hours=6)), self.forget_audit, at_most=timedelta(hours=1)),
            Timer("templates of business numbers", Every(timedelta(minutes=1)), self.ask_for_templates),
            Timer("old figures of business numbers", Every(timedelta(hours=6)), self.forget_analytics),
            Timer("idle lanes", Every(timedelta(hours=1)), self.sweep_lanes),
        ]

    async def settle_unknown(self) -> None:
        async with self.db.system_read() as tx:
            in_doubt = await messages.workspaces_in_doubt(tx, self.unknown_after)
        for workspace_id in in_doubt:
            settled = await self.db.run(workspace_id, lambda tx: messages.settle_unknown(tx, self.unknown_after))
            log.warning("messages.outcome_unknown", workspace=workspace_id, messages=settled)

    async def renew_photos(self) -> None:
        async with self.db.system_read() as tx:
            due = await chats.workspaces_with_old_photos(tx)
        for workspace_id in due:
            await self.db.run(workspace_id, chats.renew_photos)

    async def sweep_files(self) -> None:
        swept = await files.sweep(self.db, self.store)
        if swept != files.Swept():
            log.info("files.swept", given_up=swept.given_up, finished=swept.finished, removed=swept.removed)

    async def sweep_orphans(self) -> None:
        if removed := await files.sweep_orphans(self.db, self.store):
            log.info("files.orphans_removed", objects=removed)

    async def read_older_messages(self) -> None:
        await self._catch_up(messages.workspaces_to_read, messages.read_older)

    async def count_older_messages(self) -> None:
        await self._catch_up(messages.workspaces_to_count, messages.count_older)

    async def _catch_up(self, behind: Behind, step: Step) -> None:
        """Some seconds of it, so that the other chores come to their turn."""
        until = stopwatch.perf_counter() + READ_SECONDS
        async with self.db.system_read() as tx:
            due = await behind(tx)
        for workspace_id in due:
            while stopwatch.perf_counter() < until and await self.db.run(workspace_id, step):
                pass

    async def forget_links(self) -> None:
        async with self.db.system() as tx:
            await numbers.delete_expired_pairing_links(tx)
            await numbers.delete_old_qr_links(tx)
            begun = await numbers.list_open_pairings(tx, list(numbers.NumberKind))
        await self.sign_in.sweep()
        # A gateway ends those of its kinds; this is for the ones that no gateway speaks.
        for pairing in begun:
            if linking.is_overdue(pairing, self.db.clock.now()):
                await _expire(self.db, pairing)

    async def forget_keys(self) -> None:
        forgotten = 1
        while forgotten:
            async with self.db.system() as tx:
                forgotten = await once.forget(tx)

    async def sweep_lanes(self) -> None:
        swept = 1
        while swept:
            async with self.db.system() as tx:
                swept = await lanes.sweep(tx)

    async def keep_webhook_log(self) -> None:
        async with self.db.system() as tx:
            await webhooks.keep_log(tx, self.log_kept)

    async def forget_audit(self) -> None:
        if removed := await audit.forget(self.db, self.audit_kept):
            log.info("audit.forgotten", entries=removed)

    async def ask_for_templates(self) -> None:
        async with self.db.system_read() as tx:
            due = await business.accounts_due(tx)
        for workspace_id, number_id in due:
            await self.db.run(workspace_id, partial(business.ask_for_templates, number_id=number_id))

    async def forget_analytics(self) -> None:
        async with self.db.system() as tx:
            await business.forget_analytics(tx)

    async def remove_deleted_workspaces(self) -> None:
        if removed := await partners.remove_deleted(self.db):
            log.info("workspaces.removed", workspaces=removed)


async def _expire(db: Database, pairing: Pairing) -> None:
    with suppress(PairingClosed):
        await db.run(pairing.workspace_id, lambda tx: numbers.advance(tx, pairing.id, linking.expired(db.clock.now())))
