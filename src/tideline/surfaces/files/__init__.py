"""The way to files: signed links, open to whoever holds one, from a path of its own.

`FileRoutes(files, links, wakes).routes()` gives the Starlette routes.
"""

from tideline.surfaces.files.routes import FileRoutes

__all__ = ["FileRoutes"]
