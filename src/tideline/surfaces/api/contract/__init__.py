"""The contracts of the Public API and of the events it delivers: the OpenAPI documents are the source, people edit the
YAML, programs read the JSON."""

from functools import cache
from pathlib import Path

import msgspec

from tideline.platform.contract.document import Contract, Operation, Parameter

YAML = Path(__file__).with_name("public-api.yaml")
JSON = Path(__file__).with_name("public-api.json")
WEBHOOKS_YAML = Path(__file__).with_name("webhooks.yaml")
WEBHOOKS_JSON = Path(__file__).with_name("webhooks.json")

__all__ = [
    "JSON",
    "WEBHOOKS_JSON",
    "WEBHOOKS_YAML",
    "YAML",
    "Contract",
    "Operation",
    "Parameter",
    "public_api",
    "webhooks",
]


@cache
def public_api() -> Contract:
    return Contract(msgspec.json.decode(JSON.read_bytes()))


@cache
def webhooks() -> Contract:
    """Bodies of events; its operations are those of others, who receive them."""
    return Contract(msgspec.json.decode(WEBHOOKS_JSON.read_bytes()))
