"""The contracts of the Partner API and of the events that partners are told: people edit the YAML, programs read the
JSON."""

from functools import cache
from pathlib import Path

import msgspec

from tideline.platform.contract.document import Contract

YAML = Path(__file__).with_name("partner-api.yaml")
JSON = Path(__file__).with_name("partner-api.json")
WEBHOOKS_YAML = Path(__file__).with_name("partner-webhooks.yaml")
WEBHOOKS_JSON = Path(__file__).with_name("partner-webhooks.json")


@cache
def partner_api() -> Contract:
    return Contract(msgspec.json.decode(JSON.read_bytes()))


@cache
def partner_webhooks() -> Contract:
    """Bodies of events; its operations are those of others, who receive them."""
    return Contract(msgspec.json.decode(WEBHOOKS_JSON.read_bytes()))
