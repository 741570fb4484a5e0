"""What a partner may change about itself."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from tideline.features import partners
from tideline.features.partners import Partner
from tideline.features.webhooks import Terms
from tideline.platform.contract.body import Body
from tideline.platform.db import SystemTx
from tideline.surfaces.partner import shapes, wire
from tideline.surfaces.partner.registry import operation

Origin = Annotated[str, Meta(max_length=300)]


class PartnerSettingsUpdate(Body):
    webhook_url: Annotated[str, Meta(max_length=4096)] | UnsetType | None = UNSET
    origins: Annotated[list[Origin], Meta(max_length=100)] | UnsetType = UNSET


@operation("getPartnerSettings")
async def get_partner_settings(system: SystemTx, partner: Partner) -> shapes.PartnerSettings:
    return wire.settings(await partners.get(system, partner.id))


@operation("updatePartnerSettings")
async def update_partner_settings(
    system: SystemTx, partner: Partner, terms: Terms, body: PartnerSettingsUpdate
) -> shapes.PartnerSettings:
    if body.webhook_url is not UNSET:
        await partners.set_webhook(system, terms, partner.id, body.webhook_url)
    if body.origins is not UNSET:
        await partners.set_origins(system, partner.id, body.origins)
    return wire.settings(await partners.get(system, partner.id))
