"""Business numbers: making one, and being WhatsApp towards its templates."""

from typing import Any

from tideline.connectors.simulator import NewTemplate, Phone, Template
from tideline.connectors.simulator.errors import TemplateNotFound
from tideline.features import business, numbers, workspaces
from tideline.features.business import NewAccount
from tideline.features.numbers import NumberKind
from tideline.platform.db import Tx
from tideline.surfaces.simulator import wire
from tideline.surfaces.simulator.endpoints import Call
from tideline.surfaces.simulator.links import person_of, workspace_of
from tideline.surfaces.simulator.phones import phone_in

SECRET = "simulated"  # nobody asks for it


async def add(call: Call) -> dict[str, Any]:
    """A business number for that teammate, as if its account had been added; the same again changes nothing."""
    body: wire.NewBusiness = call.body
    deps, phone = call.deps, wire.digits(body.phone, "phone")
    name = wire.text_of(body.name, "name", wire.NAME)
    waba_id = None if body.waba_id is None else wire.platform_id(body.waba_id, "waba_id")
    teammate_id, workspace_id = person_of(body.user_id), await workspace_of(deps, str(body.workspace_id))
    async with deps.db.read(workspace_id) as tx:
        await workspaces.get_teammate(tx, workspaces.TeammateId(teammate_id))
    await deps.world.add_phone(phone, name)
    opened = await deps.world.open_business(phone, waba_id)

    async def account(tx: Tx) -> int:
        known = await numbers.find_by_phone(tx, phone)
        if known and known.is_business and not known.is_gone:
            return known.id
        added = await business.add(tx, deps.keyring, _account(opened), owner_id=teammate_id, kind=NumberKind.SIMULATOR)
        return added.account.number_id

    number_id = await deps.db.run(workspace_id, account)
    await deps.world.link_business(phone, workspace_id, number_id)
    return {**_number(opened), "account_id": number_id}


def _account(phone: Phone) -> NewAccount:
    assert phone.business
    return NewAccount(
        phone=phone.phone,
        phone_number_id=phone.business.phone_number_id,
        waba_id=phone.business.waba_id,
        token=SECRET,
        app_secret=SECRET,
        display_phone=f"+{phone.phone}",
        name=phone.name,
    )


async def list_all(call: Call) -> dict[str, Any]:
    return {"numbers": [_number(one) for one in await call.deps.world.phones() if one.business]}


async def add_template(call: Call) -> dict[str, Any]:
    """A template for the number's account; WhatsApp looks at it unless the call says how that ended."""
    body: wire.TemplateText = call.body
    new = NewTemplate(
        name=wire.word_of(body.name, "name"),
        language=wire.word_of(body.language, "language"),
        body=wire.text_of(body.body, "body", wire.TEMPLATE),
        header=None if body.header is None else wire.text_of(body.header, "header", wire.NAME),
        footer=None if body.footer is None else wire.text_of(body.footer, "footer", wire.NAME),
        category=body.category,
        status=body.status,
    )
    return template(await call.deps.world.add_template(phone_in(call), new))


async def list_templates(call: Call) -> dict[str, Any]:
    phone = await call.deps.world.business(phone_in(call))
    assert phone.business
    return {"templates": [template(one) for one in await call.deps.world.templates(phone.business.waba_id)]}


async def review(call: Call) -> dict[str, Any]:
    """WhatsApp approves a template, rejects it, or switches it off."""
    body: wire.Review = call.body
    name = call.request.path_params["name"]
    if not wire.WORD.fullmatch(name):
        raise TemplateNotFound
    language = None if body.language is None else wire.word_of(body.language, "language")
    reviewed = await call.deps.world.review_template(
        phone_in(call), name, body.status, language=language, reason=body.reason
    )
    return template(reviewed)


def _number(phone: Phone) -> dict[str, Any]:
    assert phone.business
    return {
        "phone": f"+{phone.phone}",
        "name": phone.name,
        "phone_number_id": phone.business.phone_number_id,
        "waba_id": phone.business.waba_id,
    }


def template(one: Template) -> dict[str, Any]:
    return {
        "id": one.external_id,
        "name": one.name,
        "language": one.language,
        "status": one.status,
        "category": one.category,
        "parameter_format": one.parameter_format,
        "components": one.components,
    }
