"""Before a number writes to somebody it never talked with: may it, and is there anybody?

Writing to people who are not there is what WhatsApp restricts numbers for. So it is asked once, outside of any
transaction, and what it says is believed for some days.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from tideline.features import chats, numbers
from tideline.features.messages.outcomes import NotNow, Refused, later, outcome_of, refused
from tideline.features.messages.store.outbox import Outbound
from tideline.features.numbers import Number
from tideline.features.numbers.port import (
    Capability,
    ColdContactBlocked,
    Connector,
    ConnectorProblem,
    NumberInfo,
    RecipientNotOnWhatsApp,
    UnknownOutcome,
    Unsupported,
)
from tideline.platform.db import Database, Tx

log = structlog.get_logger(__name__)

FOUND_FOR: Final = timedelta(days=7)
ABSENT_FOR: Final = timedelta(days=1)
TRIES: Final = 3
"""So often a question that goes wrong without a reason is asked before the message is sent without an answer."""


def verdict(number: Number, outbound: Outbound, now: datetime) -> Refused | None:
    """What is known without asking."""
    if not outbound.is_first:
        return None
    if number.no_new_chats_until and number.no_new_chats_until > now:
        return refused(ColdContactBlocked)
    checked = outbound.checked
    is_absent = checked and not checked.is_on_whatsapp and checked.at + ABSENT_FOR > now
    return refused(RecipientNotOnWhatsApp) if is_absent else None


class Strangers:
    def __init__(self, db: Database, connector: Connector) -> None:
        self._db = db
        self._connector = connector

    def has_to_ask(self, outbound: Outbound, now: datetime) -> bool:
        if not outbound.is_first or Capability.NUMBER_CHECK not in self._connector.capabilities:
            return False
        checked = outbound.checked
        return checked is None or checked.at + (FOUND_FOR if checked.is_on_whatsapp else ABSENT_FOR) <= now

    async def ask(self, number: Number, outbound: Outbound, attempt: int) -> Refused | NotNow | None:
        """Ask WhatsApp, and keep what it says; None when the message may go."""
        phone = outbound.to.phone
        assert phone is not None
        try:
            [told] = await self._connector.check_numbers(number.account, [phone])
        except Unsupported:
            return None
        except UnknownOutcome:
            return later(attempt)
        except ConnectorProblem as problem:
            return outcome_of(problem, attempt)
        except Exception:
            log.exception("message.check_raised", number=number.id)
            return later(attempt) if attempt < TRIES else None
        # WhatsApp may know the phone by other digits; what we asked about is what we write to.
        about = replace(told, phone=phone)
        await self._db.run(number.workspace_id, lambda tx: _keep(tx, number, about))
        return None if told.is_on_whatsapp else refused(RecipientNotOnWhatsApp)


async def _keep(tx: Tx, number: Number, told: NumberInfo) -> None:
    await numbers.keep_check(tx, number.id, told)
    if told.is_on_whatsapp and told.lid:
        await chats.link_identity(tx, number, phone=told.phone, lid=told.lid)
