"""Makes the JSON that programs load from the YAML that people edit. PyYAML is needed here only."""

import json
from pathlib import Path
from typing import Any

from tideline.surfaces.api import contract

PAIRS = ((contract.YAML, contract.JSON), (contract.WEBHOOKS_YAML, contract.WEBHOOKS_JSON))


def read_yaml(source: Path = contract.YAML) -> dict[str, Any]:
    import yaml

    document: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    return document


def as_json(document: dict[str, Any]) -> str:
    """Indented by one, so that a change of the contract is a small change of this file too."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def write() -> list[Path]:
    for source, made in PAIRS:
        made.write_text(as_json(read_yaml(source)), "utf-8")
    return [made for _, made in PAIRS]
