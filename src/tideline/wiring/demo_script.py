"""What the demo plays: a small coffee roastery, its people, its customers and what they write."""

from collections.abc import Sequence
from dataclasses import dataclass

from tideline.connectors.simulator import NewTemplate

WORKSPACE = "Northquay Coffee"
PARTNER = "Demo partner"
ZONE = "Europe/Lisbon"
OWNER = ("mira@northquay.example", "Mira Solberg")
COLLEAGUE = ("kai@northquay.example", "Kai Lindholm")
MESSAGES_QUOTA = 500_000
API_CALLS_QUOTA = 5_000_000

NUMBER = "15550100001"
MAYA, TOM, INES, OSKAR, CLARA, YUSUF = (f"155501002{n:02}" for n in range(6))
PHONES = {
    NUMBER: "Northquay Coffee",
    MAYA: "Maya Feldstein",
    TOM: "Tom Whitcombe",
    INES: "Inês Carvalho",
    OSKAR: "Oskar Lind",
    CLARA: "Clara Nunes",
    YUSUF: "Yusuf Demir",
}


@dataclass(frozen=True, slots=True)
class Line:
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation with one contact, and how the team sorted it."""

    contact: str
    lines: Sequence[Line]
    labels: Sequence[str] = ()
    responsible: str | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    subject: str
    members: Sequence[str]
    lines: Sequence[Line]


TALKS = (
    Talk(
        YUSUF,
        [
            Line(YUSUF, "The last bag was perfect, thank you!"),
            Line(NUMBER, "Glad to hear that, Yusuf. See you next month."),
        ],
        labels=["regular"],
        responsible=COLLEAGUE[0],
        is_closed=True,
    ),
    Talk(
        CLARA,
        [
            Line(CLARA, "Do you grind for a moka pot?"),
            Line(NUMBER, "We do. Choose \u201cmoka\u201d when you order, or tell me here."),
            Line(CLARA, "Lovely, two bags of the house blend then."),
        ],
        labels=["new-lead"],
        responsible=OWNER[0],
    ),
    Talk(
        OSKAR,
        [Line(OSKAR, "Our grinder makes a strange noise since Monday. Can somebody have a look?")],
        labels=["machines", "wholesale"],
        responsible=COLLEAGUE[0],
    ),
    Talk(
        TOM,
        [
            Line(TOM, "Invoice 2211 says 12 kg, we got 10."),
            Line(NUMBER, "Sorry about that, Tom. I am checking with the roastery."),
        ],
        labels=["wholesale"],
    ),
    Talk(INES, [Line(INES, "Bom dia! Entregam em Gaia aos sábados?")]),
    Talk(
        MAYA,
        [
            Line(MAYA, "Hi! Is the Kenyan roast back in stock?"),
            Line(NUMBER, "It comes out of the roaster on Thursday."),
            Line(MAYA, "Great, please put 3 kg aside for us \u2615"),
        ],
        labels=["wholesale"],
        responsible=OWNER[0],
    ),
)

SERVICE = "15550100002"
SERVICE_NAME = "Northquay Coffee Service"
TEMPLATES = (
    NewTemplate(
        "order_ready",
        "en",
        "Hello {{1}}, your order {{2}} is ready to be collected.",
        footer="Northquay Coffee",
        status="APPROVED",
    ),
    NewTemplate(
        "roast_of_the_month",
        "en",
        "This month we roast {{roast}}. Shall we put a bag aside for you?",
        category="MARKETING",
        status="APPROVED",
    ),
    NewTemplate("table_reservation", "en", "Your table for {{1}} is booked. See you on {{2}}."),
    NewTemplate("free_coffee", "en", "Free coffee!!! Answer now!!!", category="MARKETING", status="REJECTED"),
)
SERVICE_TALKS = (
    Talk(
        TOM,
        [Line(TOM, "Is this where I ask about my machine?"), Line(SERVICE, "Yes, Tom. What does it do?")],
        labels=["machines"],
        responsible=COLLEAGUE[0],
    ),
    Talk(CLARA, [Line(CLARA, "Can I change the grind of order A-1027?")]),
)

GROUPS = (
    Group(
        "Porto cafés",
        [INES, CLARA, OSKAR],
        [Line(INES, "Who shares a delivery on Friday?"), Line(CLARA, "We would take half a crate.")],
    ),
)
