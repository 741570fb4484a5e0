"""From a stored mail to the bytes that go over the wire: plain text, and headers that nobody can add to."""

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from tideline.platform.mail.model import Mail

POLICY = SMTP.clone(max_line_length=78, cte_type="7bit")
BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]+")
FROM = re.compile(r"(?P<name>[^<>]*)<(?P<named>[^<>\s@]+@[^<>\s@]+)>|(?P<bare>[^<>\s@,]+@[^<>\s@,]+)")
NAME_LENGTH, SUBJECT_LENGTH = 200, 400


class NotAnAddress(ValueError):
    """What was given as an address is none that mail can be sent to."""


@dataclass(frozen=True, slots=True)
class From:
    """Who sends: an address, and the name that is shown."""

    name: str
    address: str

    @classmethod
    def read(cls, text: str) -> "From":
        """`inbox@example.com` or `Harbour Coffee <inbox@example.com>`."""
        found = FROM.fullmatch(text.strip())
        if found is None or BREAKS.search(text):
            raise NotAnAddress(text)
        sender = cls((found["name"] or "").strip().strip('"'), found["named"] or found["bare"])
        _address(sender.name, sender.address)
        return sender

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def compose(mail: Mail, text: str, sender: From) -> EmailMessage:
    """Raises `NotAnAddress` for a recipient that mail cannot name."""
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(sender.name, sender.address)
    message["To"] = _address(mail.name, mail.recipient)
    message["Subject"] = _words(mail.subject, SUBJECT_LENGTH)
    message["Date"] = format_datetime(mail.created_at)
    # the same for every attempt, so that a mail that was sent twice is one
    message["Message-ID"] = f"<{mail.uid}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.encode("utf-8", "replace").decode(), subtype="plain", charset="utf-8")
    return message


def one_line(text: str) -> str:
    """Whatever would end a header, or make a new one, becomes a space."""
    return BREAKS.sub(" ", text).strip()


def _words(text: str, longest: int) -> str:
    """For a header. What looks like an encoded word would be decoded by the reader's program."""
    return one_line(text)[:longest].replace("=?", "= ?")


def _address(name: str, address: str) -> Address:
    try:
        return Address(_words(name, NAME_LENGTH), addr_spec=address)
    except (MessageError, ValueError, IndexError):
        raise NotAnAddress(address) from None
