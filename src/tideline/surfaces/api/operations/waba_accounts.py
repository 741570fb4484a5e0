"""Business numbers themselves: what there is, adding one, changing its secrets, taking it out; templates, figures."""

import re
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tideline.features import business, chats, numbers
from tideline.features.business import Asked, NewAccount
from tideline.features.numbers import Number, NumberId
from tideline.features.workspaces import Caller
from tideline.platform.crypto import Keyring
from tideline.platform.db import Tx
from tideline.surfaces.api import problems
from tideline.surfaces.api import waba_wire as wire
from tideline.surfaces.api.answers import DONE, Whole
from tideline.surfaces.api.body import Body
from tideline.surfaces.api.registry import operation
from tideline.surfaces.api.wire import Wire

HANDLE = re.compile(r"[0-9a-f]{32}", re.ASCII)
LARGEST = 2**53


@operation("listWabaAccounts")
async def list_waba_accounts(tx: Tx, show: Wire) -> wire.WabaAccounts:
    found = await numbers.list_numbers(tx, is_business=True)
    return wire.WabaAccounts([wire.account(one, show) for one in found])


@operation("getWabaAccount")
async def get_waba_account(tx: Tx, account_id: int, show: Wire) -> wire.WabaAccountDetail:
    number = await _account(tx, account_id)
    return wire.account_detail(number, await _of_profile(tx, number), show)


async def _account(tx: Tx, account_id: int) -> Number:
    """A linked number is none of these."""
    number = await _number(tx, account_id)
    if number is None or not number.is_business:
        raise problems.missing("WABA account id #", account_id)
    return number


async def _number(tx: Tx, account_id: int) -> Number | None:
    return (await numbers.get_many(tx, [account_id])).get(NumberId(account_id)) if chats.is_id(account_id) else None


async def _of_profile(tx: Tx, number: Number) -> list[NumberId]:
    return await business.accounts_of(tx, number.platform.waba_id) if number.platform else []


# Adding and removing -----------------------------------------------------------------------------------------------

Secret = Annotated[str, Meta(min_length=1, max_length=4096)]


class NewWabaAccount(Body, kw_only=True):
    phone: str
    meta_phone_id: str
    meta_waba_id: str
    access_token: Secret
    app_secret: Secret
    name: Annotated[str, Meta(max_length=256)] = ""
    display_phone_number: Annotated[str, Meta(max_length=64)] = ""


@operation("addWabaAccount")
async def add_waba_account(
    tx: Tx, caller: Caller, body: NewWabaAccount, keyring: Keyring, public_url: str, show: Wire
) -> wire.WabaAccountOpened:
    new = NewAccount(
        phone=chats.clean_phone(body.phone),
        phone_number_id=body.meta_phone_id.strip(),
        waba_id=body.meta_waba_id.strip(),
        token=body.access_token.strip(),
        app_secret=body.app_secret.strip(),
        display_phone=body.display_phone_number.strip(),
        name=body.name.strip(),
    )
    opened = await business.add(tx, keyring, new, owner_id=caller.teammate_id)
    number = await numbers.get(tx, opened.account.number_id)
    return wire.account_opened(number, await _of_profile(tx, number), opened, show, public_url)


class WabaAccountUpdate(Body):
    access_token: Secret | UnsetType = UNSET
    app_secret: Secret | UnsetType = UNSET


@operation("updateWabaAccount")
async def update_waba_account(
    tx: Tx, account_id: int, body: WabaAccountUpdate, keyring: Keyring, public_url: str, show: Wire
) -> wire.WabaAccountOpened:
    number = await _account(tx, account_id)
    opened = await business.change_secrets(
        tx,
        keyring,
        account_id,
        token=None if body.access_token is UNSET else body.access_token.strip(),
        app_secret=None if body.app_secret is UNSET else body.app_secret.strip(),
    )
    return wire.account_opened(number, await _of_profile(tx, number), opened, show, public_url)


@operation("removeWabaAccount")
async def remove_waba_account(tx: Tx, account_id: int) -> Whole:
    await _account(tx, account_id)
    await business.remove(tx, account_id)
    return DONE


# Figures -----------------------------------------------------------------------------------------------------------


class WabaAnalyticsRequest(Body, kw_only=True, forbid_unknown_fields=True):
    start: int
    end: int
    dimensions: str = ""


@operation("requestWabaAnalytics")
async def request_waba_analytics(tx: Tx, account_id: int, body: WabaAnalyticsRequest) -> wire.WabaAnalytics:
    await _account(tx, account_id)
    if not (abs(body.start) <= LARGEST and abs(body.end) <= LARGEST):
        raise problems.refused("start and end are Unix seconds")
    asked = Asked(body.start, body.end, business.parse_dimensions(body.dimensions))
    return wire.analytics(await business.ask_analytics(tx, account_id, asked))


@operation("pollWabaAnalytics")
async def poll_waba_analytics(
    tx: Tx,
    account_id: int,  # noqa: ARG001 - the contract has it in the path, and does not look at it
    handle_id: str,
) -> wire.WabaAnalytics:
    if not HANDLE.fullmatch(handle_id):
        raise problems.missing("Analytics handle #", handle_id)
    return wire.analytics(await business.get_analytics(tx, UUID(handle_id)))


# Templates ---------------------------------------------------------------------------------------------------------


class TemplateQuery(msgspec.Struct):
    page: int = 1


@operation("listWabaTemplates")
async def list_waba_templates(tx: Tx, query: TemplateQuery) -> wire.WabaTemplatePage:
    found, has_more = await business.list_templates(tx, query.page)
    return wire.WabaTemplatePage(has_more, [wire.template(one) for one in found])


@operation("getWabaTemplate")
async def get_waba_template(tx: Tx, template_id: int) -> wire.WabaTemplateDetail:
    template = await business.get_template(tx, template_id)
    return wire.template_detail(template, await business.accounts_of(tx, template.waba_id))
