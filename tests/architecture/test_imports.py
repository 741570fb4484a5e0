"""Who may import whom: the contracts of pyproject.toml, and the two rules they cannot express."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.application import use_cases
from importlinter.configuration import configure

from tests.architecture.statements import ROOT, SOURCE

FACES = {"events", "port"}
FEATURES = sorted(path.name for path in (SOURCE / "features").iterdir() if path.is_dir() and path.name[0].isalpha())


def test_imports_point_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    configure()
    assert use_cases.lint_imports(config_filename="pyproject.toml", cache_dir=str(tmp_path), no_logo=True)


def imported(path: Path) -> Iterator[tuple[str, int]]:
    """Every module that a file imports, with `from a import b` read as `a.b`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def files_of(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize("feature", FEATURES)
def test_features_meet_only_at_their_faces(feature: str) -> None:
    for path in files_of(SOURCE / "features" / feature):
        for name, line in imported(path):
            parts = name.split(".")
            if parts[:2] != ["tideline", "features"] or len(parts) < 4 or parts[2] == feature:
                continue
            inside = SOURCE / "features" / parts[2] / parts[3]
            is_module = inside.is_dir() or inside.with_suffix(".py").exists()
            assert not is_module or parts[3] in FACES, f"{path.relative_to(ROOT)}:{line} imports {name}"


def test_a_connector_sees_nothing_of_a_feature_but_the_port() -> None:
    for path in files_of(SOURCE / "connectors"):
        for name, line in imported(path):
            if name.startswith("tideline.features"):
                is_port = name.startswith("tideline.features.numbers.port")
                assert is_port, f"{path.relative_to(ROOT)}:{line} imports {name}"


def test_media_are_opened_only_in_processes_of_their_own() -> None:
    """What decodes a stranger's file may be taken over by it, and costs memory that an idle server does not have."""
    decoders = {"av", "PIL", "pypdfium2"}
    inside = SOURCE / "platform" / "media" / "worker"
    users = {path for path in SOURCE.rglob("*.py") for name, _ in imported(path) if name.split(".")[0] in decoders}
    assert users
    assert all(inside in path.parents for path in users)
    entry = "tideline.platform.media.worker"
    others = [path for path in SOURCE.rglob("*.py") if inside not in path.parents]
    assert not [path for path in others for name, _ in imported(path) if name.startswith(entry)]
