"""Who a note speaks to: `@` and the e-mail address of a teammate. No I/O."""

import re
from typing import Final

# As `workspaces.names` takes addresses. In front of the `@` stands no part of a word, or it would be an address itself.
_MENTION: Final = re.compile(r"(?<![\w.+@-])@(?P<email>[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9]+(?:[.-][a-z0-9]+)*)")


def mentioned_emails(text: str) -> list[str]:
    """The addresses in the order of the text, in lower case, each once; what ends a sentence is no part of one."""
    return list(dict.fromkeys(found["email"] for found in _MENTION.finditer(text.lower())))
