"""The documentation: a site made of `docs/` and of the contracts, served at `/docs` or written as files."""

from pathlib import Path

from tideline.surfaces.docs.folder import Written, write
from tideline.surfaces.docs.library import Library
from tideline.surfaces.docs.reference import Volume
from tideline.surfaces.docs.routes import routes
from tideline.surfaces.docs.site import Site

__all__ = ["Library", "Site", "Volume", "Written", "routes", "source", "write"]


def source() -> Path:
    """Where the Markdown is: in the package of an installed Tideline, else beside `src` of a clone."""
    inside = Path(__file__).with_name("pages")
    return inside if inside.is_dir() else Path(__file__).parents[4] / "docs"
