"""The headers of files: what a browser may do with them, which is little."""

from tideline.features.files import File, disposition, is_shown

# Nothing in a file may run, load or be framed by strangers. The viewer for PDF needs to be an object of its own page.
_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
_SHOWN = f"{_NOTHING}; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
_PDF = f"{_SHOWN}; object-src 'self'"


def of_file(file: File, seconds_left: int) -> dict[str, str]:
    return {
        **_safe(file.mimetype),
        "Content-Type": file.mimetype,
        "Content-Disposition": disposition(file.filename, file.mimetype),
        "Accept-Ranges": "bytes",
        # The link is the right to read; nobody else's cache may keep what it leads to.
        "Cache-Control": f"private, max-age={seconds_left}, immutable",
        "ETag": f'"{file.uid}"',
    }


def of_redirect() -> dict[str, str]:
    """The address it leads to is only for who was sent there, and only for now."""
    return {"Cache-Control": "no-store", **_safe("text/plain")}


def of_problem(status: int) -> dict[str, str]:
    waits = {"Retry-After": "5"} if status == 503 else {}
    return {"Cache-Control": "no-store", **_safe("text/plain"), **waits}


def _safe(mimetype: str) -> dict[str, str]:
    policy = _NOTHING + "; sandbox"
    if mimetype == "application/pdf":
        policy = _PDF
    elif is_shown(mimetype):
        policy = _SHOWN + "; sandbox"
    return {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Robots-Tag": "noindex",
    }
