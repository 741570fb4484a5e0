"""Lets the audit log read what has happened so far."""

from tideline.features.audit import AuditReader
from tideline.platform.db import Database
from tideline.platform.dispatcher import Dispatcher
from tideline.platform.wake import Wakes


async def write_down(db: Database) -> None:
    dispatcher = Dispatcher(db, Wakes(), [AuditReader()])
    async with db.session() as session:
        while await dispatcher.dispatch(session):
            pass
