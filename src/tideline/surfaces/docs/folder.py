"""The whole site as files, for any web server: pages link to each other by name, so it may lie anywhere."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tideline.platform.errors import Problem
from tideline.surfaces.docs.site import STATIC, Site


class FolderNotEmpty(Problem):
    code = "folder_not_empty"
    message = "The folder has files in it that are not of a site made before."


@dataclass(frozen=True)
class Written:
    pages: int
    files: int


MARK = "search.json"


def write(site: Site, folder: Path, contracts: Mapping[str, Path]) -> Written:
    """Everything into an empty folder, or into one that this has filled before. `contracts` are copied under their
    published names."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file():
            raise FolderNotEmpty
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(STATIC, folder / "assets")
    shutil.copytree(site.library.source / "screenshots", folder / "screenshots")
    shutil.copyfile(site.tokens, folder / "assets" / "tokens.css")
    (folder / "openapi").mkdir()
    for name, source in contracts.items():
        shutil.copyfile(source, folder / "openapi" / name)
    for name, body in _files(site):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    return Written(len(site.library.pages), sum(path.is_file() for path in folder.rglob("*")))


def _files(site: Site) -> Iterator[tuple[str, bytes]]:
    for page in site.library.pages.values():
        yield f"{page.slug}.html", site.html(page)
        yield page.file, page.markdown.encode()
    yield "404.html", site.missing()
    yield "llms.txt", site.llms()
    yield "llms-full.txt", site.llms_full()
    yield MARK, site.search()
