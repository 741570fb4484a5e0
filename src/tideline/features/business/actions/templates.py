"""Templates: reading them, asking WhatsApp for them, and taking in what it says."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tideline.features import numbers
from tideline.features.business import events
from tideline.features.business.errors import AccountNotFound, TemplateNotFound
from tideline.features.business.model import Account
from tideline.features.business.store import accounts
from tideline.features.business.store import templates as store
from tideline.features.business.templates import AS_LISTED, DELETED, NEWS, Template
from tideline.features.numbers import NumberId, Synchronise
from tideline.features.numbers.port import BusinessTemplate, TemplateChanged
from tideline.platform.db import SystemTx, Tx

PAGE: Final = 50
ASKED_EVERY: Final = timedelta(minutes=15)
LARGEST_ID: Final = 2**31 - 1
NUL: Final = "\x00"
"""No template has it, and no database takes it."""
WORDS: Final = ("name", "language", "status", "category", "parameter_format", "rejected_reason", "quality")


async def get_template(tx: Tx, template_id: int) -> Template:
    template = await store.find(tx, template_id) if 0 < template_id <= LARGEST_ID else None
    if template is None:
        raise TemplateNotFound(template_id)
    return template


async def list_templates(
    tx: Tx, page: int = 1, size: int = PAGE, *, waba_id: str | None = None, named: str = ""
) -> tuple[list[Template], bool]:
    """A page, the newest first, and whether another follows; of one account, or with a part of the name."""
    if NUL in named:
        return [], False
    found = await store.list_page(tx, offset=(page - 1) * size, limit=size + 1, waba_id=waba_id, named=named)
    return found[:size], len(found) > size


async def list_approved(
    tx: Tx, number_id: int, words: str = "", *, language: str | None = None, page: int = 1, size: int = PAGE
) -> tuple[list[Template], bool]:
    """What the number's account may send, by name, and whether more follow; with these words in name or text."""
    account = await _account(tx, number_id)
    if NUL in words or NUL in (language or ""):
        return [], False
    found = await store.list_approved(
        tx, account.waba_id, words=words.lower(), language=language, offset=(page - 1) * size, limit=size + 1
    )
    return found[:size], len(found) > size


async def list_languages(tx: Tx, number_id: int) -> list[str]:
    """The languages of what the number's account may send."""
    return await store.list_languages(tx, (await _account(tx, number_id)).waba_id)


async def get_approved(tx: Tx, number_id: int, template_id: int) -> Template:
    """One that the number's account may send. Raises TemplateNotFound for every other."""
    account, template = await _account(tx, number_id), await get_template(tx, template_id)
    if template.waba_id != account.waba_id or not template.is_approved:
        raise TemplateNotFound(template_id)
    return template


async def _account(tx: Tx, number_id: int) -> Account:
    account = await accounts.find(tx, number_id)
    if account is None:
        raise AccountNotFound
    return account


async def find_templates(tx: Tx, names: Collection[str]) -> list[Template]:
    """The templates with these names, in every language and of every account."""
    return await store.find_named(tx, names)


async def accounts_of(tx: Tx, waba_id: str) -> list[NumberId]:
    """The numbers of the workspace that a business account has."""
    return await accounts.list_of_waba(tx, waba_id)


async def ask_for_templates(tx: Tx, number_id: int) -> None:
    """Have the gateway that holds this number read the templates of its account."""
    account = await accounts.find(tx, number_id)
    if account is not None and account.secrets is not None:
        await store.set_asked(tx, account.waba_id)
        numbers.order(tx, number_id, [Synchronise(asked_at=tx.now)])


async def accounts_due(tx: SystemTx) -> list[tuple[int, int]]:
    """Workspaces and numbers to ask for the templates of their accounts."""
    return await store.list_due(tx, tx.now - ASKED_EVERY)


async def has_templates_since(tx: Tx, number_id: int, asked_at: datetime) -> bool:
    """Were the templates of the number's account read after that moment?"""
    account = await accounts.find(tx, number_id)
    came_at = await store.find_came(tx, account.waba_id) if account else None
    return came_at is not None and came_at > asked_at


async def take_templates(
    tx: Tx, number_id: int, found: Sequence[BusinessTemplate], *, as_of: datetime | None = None
) -> None:
    """All templates of the number's account as they were at that moment, or are now. What WhatsApp does not have any
    more is deleted."""
    account = await accounts.find(tx, number_id)
    if account is None:
        return
    known = await store.lock_all(tx, account.waba_id)
    is_first = await store.set_came(tx, account.waba_id, as_of or tx.now)
    by_id = {one.external_id: one for one in found}
    news = [one for one in by_id.values() if _differs(known.get(one.external_id), one)]
    changed = await store.put(tx, account.waba_id, news) if news else []
    gone = [one for name, one in known.items() if name not in by_id and one.status != DELETED]
    if gone:
        await store.set_status(tx, [one.id for one in gone], DELETED)
    after = [*changed, *(replace(one, status=DELETED) for one in gone)]
    if not is_first:  # at first everything is new to us, and nothing of it is news
        await _tell(tx, account.waba_id, [(one, _status(known.get(one.external_id))) for one in after])


async def change_template(tx: Tx, number_id: int, event: TemplateChanged) -> None:
    """WhatsApp tells of one template. One that we have not read yet is read with all the others; so is one of which we
    have heard since, because news come late and in any order."""
    account = await accounts.find(tx, number_id)
    if account is None:
        return
    known = await store.lock(tx, account.waba_id, event.external_id)
    status = AS_LISTED.get(event.status, event.status)
    if known is None or status is None or event.at < known.updated_at:
        await ask_for_templates(tx, number_id)
    elif known.status != status:
        await store.set_status(tx, [known.id], status, event.reason or "")
        await _tell(tx, account.waba_id, [(replace(known, status=status), known.status)])


async def _tell(tx: Tx, waba_id: str, changed: Sequence[tuple[Template, str | None]]) -> None:
    moved = [(one, before) for one, before in changed if one.status != before and one.status in NEWS]
    if moved:
        of_account = await accounts_of(tx, waba_id)
        for template, before in moved:
            tx.record(events.template_changed(template, of_account, before))


def _differs(known: Template | None, found: BusinessTemplate) -> bool:
    return (
        known is None
        or any(getattr(known, name) != getattr(found, name) for name in WORDS)
        or list(known.components) != [dict(one) for one in found.components]
    )


def _status(known: Template | None) -> str | None:
    return known.status if known else None
