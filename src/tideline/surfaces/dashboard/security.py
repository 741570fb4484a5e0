"""What protects the pages: cookies, the CSRF check and the headers on every answer."""

import hmac
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

SESSION_COOKIE = "tideline_session"
CSRF_COOKIE = "tideline_csrf"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def csrf_token(request: Request) -> str:
    """The token of this browser; a new one when it has none yet."""
    if not hasattr(request.state, "csrf"):
        request.state.csrf = request.cookies.get(CSRF_COOKIE) or secrets.token_urlsafe(24)
    token: str = request.state.csrf
    return token


def is_from_our_form(request: Request, form: Any) -> bool:
    """A form counts only when it carries the token of the cookie: other sites cannot read it."""
    cookie, given = request.cookies.get(CSRF_COOKIE, ""), form.get("csrf")
    return bool(cookie) and isinstance(given, str) and hmac.compare_digest(cookie.encode(), given.encode())


def remember_csrf(response: Response, request: Request, *, secure: bool) -> None:
    response.set_cookie(CSRF_COOKIE, csrf_token(request), httponly=True, samesite="lax", secure=secure)


def local_path(target: object) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    if not isinstance(target, str) or "\\" in target or not target.isprintable():
        return "/"
    return target if target.startswith("/") and not target.startswith("//") else "/"
