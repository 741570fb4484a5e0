"""A folder of files that browsers load: pictures, style sheets, modules.

Under its plain address a file is asked for again each time, and sent when it has changed. Under an address that names
the version of the whole folder it never changes, so a browser that has it does not ask again.
"""

import hashlib
import re
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

YEAR: Final = 365 * 24 * 3600
VERSIONED: Final = re.compile(r"(v-[0-9a-f]{12})/(.+)")


class StaticFolder(StaticFiles):
    def __init__(self, directory: Path) -> None:
        super().__init__(directory=directory)
        self._version = version_of(directory)

    async def get_response(self, path: str, scope: Scope) -> Response:
        named = VERSIONED.fullmatch(path)
        response = await super().get_response(named[2] if named else path, scope)
        # a page of before an upgrade gets what there is now, and is not told that it stays so
        stays = named is not None and named[1] == self._version
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if stays else "no-cache"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


def version_of(folder: Path) -> str:
    """Another one as soon as anything in the folder is another."""
    seen = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        seen.update(f"{path.relative_to(folder)} {len(content)} ".encode() + content)
    return f"v-{seen.hexdigest()[:12]}"
