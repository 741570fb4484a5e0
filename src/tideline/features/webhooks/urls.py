"""What a webhook's URL may look like. It is called byte for byte, so nothing about it is mended. No I/O."""

import re
from typing import Final

from tideline.features.webhooks.errors import InvalidUrl
from tideline.platform.outgoing import UrlNotValid, read_url

LONGEST: Final = 4096

UNFIT: Final = re.compile(r"[\x00-\x20\x7f\"<>\\]")
USER: Final = re.compile(r"https?://([^/?#]*)@", re.IGNORECASE)


def check(url: str) -> str:
    """The URL as it came; raises InvalidUrl when nobody could call it as it stands."""
    if not url or len(url) > LONGEST:
        raise InvalidUrl
    if not url.isascii():
        raise InvalidUrl("The URL may only have ASCII characters; write others percent-encoded or as punycode.")
    if UNFIT.search(url):
        raise InvalidUrl("The URL must not have white space, control characters, quotes, brackets < > or backslashes.")
    user = USER.match(url)
    if user and re.search("[+=@]", user[1]):
        raise InvalidUrl("User name and password in the URL must be percent-encoded.")
    try:
        read_url(url)
    except UrlNotValid as problem:
        raise InvalidUrl(str(problem.message)) from None
    return url
