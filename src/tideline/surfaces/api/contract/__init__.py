"""The Public API's contract: the OpenAPI document is the source, people edit the YAML, the program reads the JSON."""

from functools import cache
from pathlib import Path

import msgspec

from tideline.surfaces.api.contract.document import Contract, Operation, Parameter

YAML = Path(__file__).with_name("public-api.yaml")
JSON = Path(__file__).with_name("public-api.json")

__all__ = ["JSON", "YAML", "Contract", "Operation", "Parameter", "public_api"]


@cache
def public_api() -> Contract:
    return Contract(msgspec.json.decode(JSON.read_bytes()))
