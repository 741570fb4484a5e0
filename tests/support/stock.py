"""One thing of each kind in a workspace, under the names that requests have for them."""

from typing import Any

from tests.support import business
from tests.support.api_world import Place
from tests.support.full_house import bring_bytes, given_up
from tests.support.samples import Stock
from tideline.features import chats, files, templates, webhooks, workspaces
from tideline.features.files import NewFile, Purpose
from tideline.features.numbers import Number
from tideline.features.templates import NewTemplate
from tideline.features.webhooks import EventType, Terms
from tideline.platform.db import Tx


async def stock(place: Place, mark: str, number: Number | None = None) -> Stock:
    """Fill a workspace. Whatever has a name has the mark in it, so that it can be told from things elsewhere."""
    number = number or await place.link(name=f"{mark} coffee")
    heard = await place.hear(number, f"Hello {mark}", name=f"Mira {mark}")
    group = await place.group(number, f"Wholesale {mark}")
    invited = await place.teammate(f"ines@{mark}.example", display_name=f"Ines {mark}")
    await place.run(chats.add_labels, heard.chat_id, [f"vip {mark}"])
    found: dict[str, Any] = {
        "chat_id": heard.chat_id,
        "chat_name": f"Mira {mark}",
        "message_uid": str(heard.uid),
        "jid": group.group_jid,
        "whatsapp_account_id": number.jid,
        "whatsapp_account_phone": f"+{number.phone}",
        "user_id": invited.id,
        "responsible": place.owner_email,
        "download_url": await place.world.elsewhere(),
        "label": f"vip {mark}",
        **await place.run(_belongings, place, mark),
    }
    found["waba"] = await business.stock(place, mark, "15550100088" if mark == "harbour" else "15550100089")
    return found | dict.fromkeys(("reply_to", "after_message", "before_message"), str(heard.uid))


async def _belongings(tx: Tx, place: Place, mark: str) -> dict[str, Any]:
    owner = await workspaces.get_owner(tx)
    [file] = await files.expect(tx, [NewFile(f"prices {mark}.pdf", "application/pdf", Purpose.UPLOAD, 10)])
    await bring_bytes(tx)
    template = await templates.create(tx, NewTemplate(f"Prices {mark}", "Hello", file_uid=file.uid), owner)
    terms = Terms(place.world.keyring)
    webhook = await webhooks.create(tx, terms, EventType("message:new"), f"https://{mark}.example.com/hook")
    delivery = await given_up(tx, webhook)
    team = await workspaces.create_team(tx, f"Sales {mark}")
    return {
        "file_uid": str(file.uid),
        "template_id": template.id,
        "attachment_template_id": template.id,
        "webhook_id": webhook.id,
        "delivery_uid": str(delivery),
        "team_title": team.title,
        "team_id": (await workspaces.create_team(tx, f"Nobody {mark}")).id,
    }
