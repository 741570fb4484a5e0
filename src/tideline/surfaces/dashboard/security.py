"""What protects the pages: headers on every answer, cookies, and forms that only our own pages can send."""

import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tideline.features.workspaces import NewSession
from tideline.platform.errors import Problem

# The last two keep scripts from ever making markup of text, ours included. The one policy there may be gives the
# address of the worker that holds the stream, and nothing else (static/js/live-stream.js).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types tideline"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
LARGEST_FORM = 16 * 1024
MOST_FIELDS = 20
LONGEST_AGENT = 200
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf"
LOCAL_PATH = re.compile(r"/(?![/\\])[\w\-./~%?=&+:@]*", re.ASCII)

Form = Mapping[str, str]


class BadForm(Problem):
    code = "bad_form"
    message = "The form did not arrive as it was sent. Go back and try again."


class StaleForm(Problem):
    code = "stale_form"
    message = (
        "The page was open for too long, or the form came from elsewhere. Go back, load it again and try once more."
    )


class Cookies:
    """The two cookies of a browser. Over https their names say that nobody else can have set them."""

    def __init__(self, *, is_https: bool) -> None:
        self._is_https = is_https
        prefix = "__Host-" if is_https else ""
        self._session = f"{prefix}tideline_session"
        self._csrf = f"{prefix}tideline_csrf"

    def session(self, request: Request) -> str | None:
        return request.cookies.get(self._session) or None

    def begin_session(self, response: Response, session: NewSession) -> None:
        """Whoever signs in gets a new token for forms too."""
        self._set(response, self._session, session.token, expires=session.expires_at)
        self._set(response, self._csrf, _new_token())

    def end_session(self, response: Response) -> None:
        for name in (self._session, self._csrf):
            response.delete_cookie(name, secure=self._is_https, httponly=True, samesite="lax")

    def csrf(self, request: Request) -> str:
        """This browser's token for forms, made for this answer when it has none yet."""
        if not hasattr(request.state, "csrf"):
            request.state.csrf = request.cookies.get(self._csrf) or _new_token()
        token: str = request.state.csrf
        return token

    def remember_csrf(self, request: Request, response: Response) -> None:
        if request.cookies.get(self._csrf) != self.csrf(request):
            self._set(response, self._csrf, self.csrf(request))

    def has_csrf(self, request: Request) -> bool:
        """Did the browser keep what an earlier page gave it?"""
        return bool(request.cookies.get(self._csrf))

    def is_from_our_form(self, request: Request, form: Form) -> bool:
        """The form carries the token of the cookie, which other sites cannot read; and the browser, where it says
        where a form came from, does not name another site."""
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return False
        cookie = request.cookies.get(self._csrf, "")
        return bool(cookie) and hmac.compare_digest(cookie.encode(), form.get(CSRF_FIELD, "").encode())

    def is_from_our_script(self, request: Request) -> bool:
        """The same for a body that is no form, with the token in a header, which other sites cannot send."""
        return self.is_from_our_form(request, {CSRF_FIELD: request.headers.get(CSRF_HEADER, "")})

    def _set(self, response: Response, name: str, value: str, expires: datetime | None = None) -> None:
        response.set_cookie(name, value, expires=expires, secure=self._is_https, httponly=True, samesite="lax")


def _new_token() -> str:
    return secrets.token_urlsafe(24)


async def read_form(request: Request, *, largest: int = LARGEST_FORM) -> Form:
    """The fields of one of our forms; none of them is ever large, and none is a file."""
    return dict(await read_fields(request, largest=largest))


async def read_fields(
    request: Request, *, largest: int = LARGEST_FORM, most: int = MOST_FIELDS
) -> Sequence[tuple[str, str]]:
    """The same where a name may come more than once."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise BadForm
    try:
        body = await _receive(request, largest)
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=most)
    except (ClientDisconnect, ValueError):
        raise BadForm from None
    if any("\x00" in text for field in fields for text in field):
        raise BadForm  # no database keeps it, and nobody types it
    return fields


async def _receive(request: Request, largest: int) -> bytes:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > largest:
            raise BadForm
    return body


def address_of(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def agent_of(request: Request) -> str:
    """What the browser calls itself, for its own person to recognise it."""
    text = request.headers.get("user-agent", "")[:LONGEST_AGENT]
    return "".join(char for char in text if char.isprintable())


def asked_path(request: Request) -> str:
    """What was asked for, from the request line alone: the Host header could be anything."""
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return local_path(f"{path}?{query}" if query else path)


def local_path(target: str | None) -> str:
    """Where to go after signing in: a path of ours, never another site."""
    return target if target and LOCAL_PATH.fullmatch(target) else "/"
