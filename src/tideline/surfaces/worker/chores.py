"""What happens by the clock: each chore calls one action of a feature."""

import time as stopwatch
from collections.abc import Sequence
from contextlib import suppress
from datetime import time, timedelta
from functools import partial

import structlog

from tideline.features import audit, business, chats, files, messages, numbers, partners, webhooks
from tideline.features.files import Files
from tideline.features.numbers import Pairing, PairingClosed, linking
from tideline.features.workspaces import SignIn
from tideline.platform import lanes, once
from tideline.platform.db import Database
from tideline.platform.timers import Daily, Every, Timer

log = structlog.get_logger(__name__)

LOOK_FOR_DOUBT = timedelta(seconds=20)
READ_OLDER = Every(timedelta(seconds=15))
READ_SECONDS = 5.0  # other timers wait meanwhile
QUIET_HOUR = time(2, 40)


def chores(
    db: Database, store: Files, sign_in: SignIn, *, unknown_after: timedelta, log_kept: timedelta, audit_kept: timedelta
) -> Sequence[Timer]:
    """All chores of the features. After `unknown_after` without an echo nobody will tell any more whether WhatsApp
    took a message; the log of webhooks is kept for `log_kept`, the audit log for `audit_kept`."""

    async def settle_unknown() -> None:
        async with db.system_read() as tx:
            in_doubt = await messages.workspaces_in_doubt(tx, unknown_after)
        for workspace_id in in_doubt:
            settled = await db.run(workspace_id, lambda tx: messages.settle_unknown(tx, unknown_after))
            log.warning("messages.outcome_unknown", workspace=workspace_id, messages=settled)

    async def renew_photos() -> None:
        async with db.system_read() as tx:
            due = await chats.workspaces_with_old_photos(tx)
        for workspace_id in due:
            await db.run(workspace_id, chats.renew_photos)

    async def sweep_files() -> None:
        swept = await files.sweep(db, store)
        if swept != files.Swept():
            log.info("files.swept", given_up=swept.given_up, finished=swept.finished, removed=swept.removed)

    async def sweep_orphans() -> None:
        if removed := await files.sweep_orphans(db, store):
            log.info("files.orphans_removed", objects=removed)

    async def read_older_messages() -> None:
        until = stopwatch.perf_counter() + READ_SECONDS
        async with db.system_read() as tx:
            behind = await messages.workspaces_to_read(tx)
        for workspace_id in behind:
            while stopwatch.perf_counter() < until and await db.run(workspace_id, messages.read_older):
                pass

    async def count_older_messages() -> None:
        until = stopwatch.perf_counter() + READ_SECONDS
        async with db.system_read() as tx:
            behind = await messages.workspaces_to_count(tx)
        for workspace_id in behind:
            while stopwatch.perf_counter() < until and await db.run(workspace_id, messages.count_older):
                pass

    async def forget_links() -> None:
        async with db.system() as tx:
            await numbers.delete_expired_pairing_links(tx)
            await numbers.delete_old_qr_links(tx)
            begun = await numbers.list_open_pairings(tx, list(numbers.NumberKind))
        await sign_in.sweep()
        # A gateway ends those of its kinds; this is for the ones that no gateway speaks.
        for pairing in begun:
            if linking.is_overdue(pairing, db.clock.now()):
                await _expire(db, pairing)

    async def forget_keys() -> None:
        forgotten = 1
        while forgotten:
            async with db.system() as tx:
                forgotten = await once.forget(tx)

    async def sweep_lanes() -> None:
        swept = 1
        while swept:
            async with db.system() as tx:
                swept = await lanes.sweep(tx)

    async def keep_webhook_log() -> None:
        async with db.system() as tx:
            await webhooks.keep_log(tx, log_kept)

    async def forget_audit() -> None:
        if removed := await audit.forget(db, audit_kept):
            log.info("audit.forgotten", entries=removed)

    async def ask_for_templates() -> None:
        async with db.system_read() as tx:
            due = await business.accounts_due(tx)
        for workspace_id, number_id in due:
            await db.run(workspace_id, partial(business.ask_for_templates, number_id=number_id))

    async def forget_analytics() -> None:
        async with db.system() as tx:
            await business.forget_analytics(tx)

    async def remove_deleted_workspaces() -> None:
        if removed := await partners.remove_deleted(db):
            log.info("workspaces.removed", workspaces=removed)

    return [
        Timer("unknown outcomes", Every(min(LOOK_FOR_DOUBT, unknown_after / 2)), settle_unknown),
        Timer("older messages for the search", READ_OLDER, read_older_messages),
        Timer("older messages for the figures", READ_OLDER, count_older_messages),
        Timer("pictures of chats", Every(timedelta(minutes=2)), renew_photos),
        Timer("files", Every(timedelta(minutes=10)), sweep_files, at_most=timedelta(hours=1)),
        Timer("orphaned objects", Daily(QUIET_HOUR), sweep_orphans, at_most=timedelta(hours=6)),
        Timer("expired links", Every(timedelta(hours=1)), forget_links),
        Timer("idempotency keys", Every(timedelta(minutes=10)), forget_keys),
        Timer("deleted workspaces", Every(timedelta(hours=1)), remove_deleted_workspaces, at_most=timedelta(hours=1)),
        Timer("webhook log", Every(timedelta(hours=6)), keep_webhook_log),
        Timer("audit log", Every(timedelta(hours=6)), forget_audit, at_most=timedelta(hours=1)),
        Timer("templates of business numbers", Every(timedelta(minutes=1)), ask_for_templates),
        Timer("old figures of business numbers", Every(timedelta(hours=6)), forget_analytics),
        Timer("idle lanes", Every(timedelta(hours=1)), sweep_lanes),
    ]


async def _expire(db: Database, pairing: Pairing) -> None:
    with suppress(PairingClosed):
        await db.run(pairing.workspace_id, lambda tx: numbers.advance(tx, pairing.id, linking.expired(db.clock.now())))
