"""The documentation site, joined from the contracts of both APIs and the look of the pages."""

from pathlib import Path

from tideline.surfaces import dashboard, docs
from tideline.surfaces.api import contract as public
from tideline.surfaces.api import mount as public_api
from tideline.surfaces.partner import contract as partner
from tideline.surfaces.partner import mount as partner_api


def site(public_url: str = "", *, as_files: bool = False) -> docs.Site:
    library = docs.Library(
        source=docs.source(),
        public=docs.Volume("public-api", public_api.BASE, public.public_api(), public.webhooks()),
        partner=docs.Volume(
            "partner-api", partner_api.BASE, partner.partner_api(), partner.partner_webhooks(), is_partner=True
        ),
    )
    return docs.Site(library, dashboard.TOKENS, public_url, as_files=as_files)


def write_site(folder: Path) -> docs.Written:
    published = {
        "public_api_spec.yaml": public.YAML,
        "public_api_spec.json": public.JSON,
        "webhook_spec.yaml": public.WEBHOOKS_YAML,
        "webhook_spec.json": public.WEBHOOKS_JSON,
        "partner_api_spec.yaml": partner.YAML,
        "partner_api_spec.json": partner.JSON,
        "partner_api_webhook_spec.yaml": partner.WEBHOOKS_YAML,
        "partner_api_webhook_spec.json": partner.WEBHOOKS_JSON,
    }
    return docs.write(site(as_files=True), folder, published)
