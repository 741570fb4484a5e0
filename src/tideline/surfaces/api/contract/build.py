"""Makes the JSON of every surface's contract from its YAML: one command for all of them."""

from pathlib import Path
from typing import Any

from tideline.platform.contract import build
from tideline.platform.contract.build import as_json
from tideline.surfaces.api import contract

SURFACES = Path(__file__).parents[2]
PAIRS = tuple((source, source.with_suffix(".json")) for source in sorted(SURFACES.glob("*/contract/*.yaml")))

__all__ = ["PAIRS", "as_json", "read_yaml", "write"]


def read_yaml(source: Path = contract.YAML) -> dict[str, Any]:
    return build.read_yaml(source)


def write() -> list[Path]:
    return build.write([source for source, _ in PAIRS])
