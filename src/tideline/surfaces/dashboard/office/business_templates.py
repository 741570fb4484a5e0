"""The templates of business numbers: what Meta thinks of them, and how they read with their places filled in.

They are written at Meta; what stands here is what was read there last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import business
from tideline.features.business import Account, Template
from tideline.features.numbers import NumberId
from tideline.features.workspaces import Action, Teammate, ensure_may, may
from tideline.platform.db import Tx
from tideline.surfaces.dashboard import previews
from tideline.surfaces.dashboard.office.office import Office, id_in, page_in
from tideline.surfaces.dashboard.words import N_

SECTION: Final = "templates"
SIZE: Final = 24
LONGEST_VALUE: Final = 1024
LONGEST_SEARCH: Final = 512


@dataclass(frozen=True, slots=True)
class Review:
    """How a status of Meta's is shown: a sign, a word, and what it means."""

    sign: str
    word: str
    sentence: str


REVIEWS: Final[Mapping[str, Review]] = {
    "APPROVED": Review("ok", N_("Approved"), N_("It can be sent.")),
    "PENDING": Review("warn", N_("In review"), N_("Meta looks at it. That takes minutes mostly, and a day at most.")),
    "IN_APPEAL": Review("warn", N_("In appeal"), N_("Meta looks at it once more, because somebody objected.")),
    "REJECTED": Review(
        "bad", N_("Rejected"), N_("Meta does not allow it like this. Change it there and submit it again.")
    ),
    "PAUSED": Review(
        "warn", N_("Paused"), N_("Meta paused it, because customers did not like to get it. It goes on by itself.")
    ),
    "DISABLED": Review(
        "bad", N_("Switched off"), N_("Meta switched it off for good, because customers did not like to get it.")
    ),
    "PENDING_DELETION": Review("quiet", N_("Being deleted"), N_("It was deleted at Meta, and is gone within a month.")),
    "LIMIT_EXCEEDED": Review(
        "bad", N_("Over the limit"), N_("The business account has as many templates as it may. Delete some at Meta.")
    ),
}
REASONS: Final = {
    "ABUSIVE_CONTENT": N_("Meta finds it abusive or threatening."),
    "INCORRECT_CATEGORY": N_("It belongs to another category: what sells something is marketing."),
    "INVALID_FORMAT": N_(
        "Its places are not written as Meta wants them: no two side by side, none at an end, none left out."
    ),
    "PROMOTIONAL": N_("It sells something, and so belongs to marketing."),
    "SCAM": N_("Meta takes it for a fraud."),
    "TAG_CONTENT_MISMATCH": N_("Its language or its category is not that of its words."),
}
CATEGORIES: Final = {
    "MARKETING": N_("Marketing"),
    "UTILITY": N_("Utility"),
    "AUTHENTICATION": N_("Authentication"),
}
QUALITIES: Final = {
    "GREEN": ("ok", N_("Customers like it")),
    "YELLOW": ("warn", N_("Some customers do not like it")),
    "RED": ("bad", N_("Many customers do not like it")),
}


class BusinessTemplatesPage:
    def __init__(self, office: Office) -> None:
        self._office = office

    async def show(self, request: Request) -> Response:
        asked, number = request.query_params, page_in(request)
        words, waba_id = asked.get("q", "")[:LONGEST_SEARCH].strip(), asked.get("account", "")
        async with self._office.visit(request) as (tx, visitor):
            accounts = _accounts(await business.list_accounts(tx))
            waba_id = waba_id if waba_id in accounts else ""
            found, has_more = await business.list_templates(
                tx, number, SIZE, waba_id=waba_id or None, named=words.lower()
            )
        return self._office.page(
            request,
            "business_templates.html",
            visitor,
            section=SECTION,
            shown=[(one, previews.of_business(one)) for one in found],
            accounts=accounts,
            account=waba_id,
            words=words,
            number=number,
            has_more=has_more,
            may_refresh=may(visitor.me.role, Action.ALL_NUMBERS),
            **SHOWN,
        )

    async def refresh(self, request: Request) -> Response:
        """Ask Meta now, what is asked every quarter of an hour anyway."""
        await self._office.form(request)

        async def run(tx: Tx, me: Teammate) -> None:
            ensure_may(me.role, Action.ALL_NUMBERS)
            numbers = {
                one.waba_id: number_id for number_id, one in (await business.list_accounts(tx)).items() if one.secrets
            }
            for number_id in sorted(numbers.values()):
                await business.ask_for_templates(tx, number_id)

        visitor, _ = await self._office.act(request, run)
        return self._office.to(visitor, "/templates/business", "templates_asked")

    async def show_one(self, request: Request) -> Response:
        template_id = id_in(request)
        async with self._office.visit(request) as (tx, visitor):
            template = await business.get_template(tx, template_id)
            accounts = _accounts(await business.list_accounts(tx))
        values = _values(request, template)
        return self._office.page(
            request,
            "business_template.html",
            visitor,
            section=SECTION,
            one=template,
            accounts=accounts,
            preview=previews.of_business(template, values),
            gaps=business.places(template),
            values=values,
            longest=LONGEST_VALUE,
            **SHOWN,
        )


SHOWN: Final = {
    "reviews": REVIEWS,
    "reasons": REASONS,
    "categories": CATEGORIES,
    "qualities": QUALITIES,
    "media": previews.MEDIA,
}


def _accounts(by_number: Mapping[NumberId, Account]) -> dict[str, list[str]]:
    """The business accounts with the names of their numbers."""
    found: dict[str, list[str]] = {}
    for one in by_number.values():
        found.setdefault(one.waba_id, []).append(one.name or one.display_phone)
    return found


def _values(request: Request, template: Template) -> dict[str, dict[str, str]]:
    """What the address says its places stand for."""
    places: Mapping[str, Sequence[str]] = business.places(template)
    return {
        part: {name: request.query_params.get(f"{part}.{name}", "")[:LONGEST_VALUE].strip() for name in names}
        for part, names in places.items()
    }
