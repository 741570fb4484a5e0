"""Makes the JSON that the program loads from the YAML that people edit. PyYAML is needed here only."""

import json
from pathlib import Path
from typing import Any

from tideline.surfaces.api import contract


def read_yaml(source: Path = contract.YAML) -> dict[str, Any]:
    import yaml

    document: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    return document


def as_json(document: dict[str, Any]) -> str:
    """Indented by one, so that a change of the contract is a small change of this file too."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def write() -> Path:
    contract.JSON.write_text(as_json(read_yaml()), "utf-8")
    return contract.JSON
