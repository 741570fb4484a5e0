"""Makes the JSON that programs load from the YAML that people edit. PyYAML is needed here only."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read_yaml(source: Path) -> dict[str, Any]:
    import yaml

    document: dict[str, Any] = yaml.safe_load(source.read_text("utf-8"))
    return document


def as_json(document: dict[str, Any]) -> str:
    """Indented by one, so that a change of the contract is a small change of this file too."""
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def write(sources: Iterable[Path]) -> list[Path]:
    """The JSON beside each of the YAML files."""
    made = [source.with_suffix(".json") for source in sources]
    for source, one in zip(sources, made, strict=True):
        one.write_text(as_json(read_yaml(source)), "utf-8")
    return made
