"""Mail: what is put into the outbox is sent by SMTP, or kept for the operator when there is no server.

    outbox = Outbox(keyring)
    await outbox.post(tx, Letter(kind, about, to, name, subject, text))     in the transaction of its cause
    await withdraw(tx, about)                                               what was not sent is gone

`Sender(db, wakes, outbox, server)` runs where the role `worker` does; `Server` says where mails go.
"""

from tideline.platform.mail.errors import MailNotFound, MailNotTaken, MailWasSent, NoMailServer
from tideline.platform.mail.message import From, NotAnAddress
from tideline.platform.mail.model import Letter, Mail, MailUid, State
from tideline.platform.mail.outbox import Outbox, withdraw, withdraw_all
from tideline.platform.mail.sender import Sender
from tideline.platform.mail.smtp import PORTS, Security, Server
from tideline.platform.mail.trial import try_out

__all__ = [
    "PORTS",
    "From",
    "Letter",
    "Mail",
    "MailNotFound",
    "MailNotTaken",
    "MailUid",
    "MailWasSent",
    "NoMailServer",
    "NotAnAddress",
    "Outbox",
    "Security",
    "Sender",
    "Server",
    "State",
    "try_out",
    "withdraw",
    "withdraw_all",
]
