"""The templates that a business chat can be written with: found, filled in, shown as the customer will see them."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tideline.features import business
from tideline.features.business import Template, WantedTemplate
from tideline.features.chats import Chat
from tideline.surfaces.dashboard import ids, previews
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.security import Form
from tideline.surfaces.dashboard.visits import NotHere, Visits

LONGEST_SEARCH: Final = 200
LONGEST_VALUE: Final = 1024


class PlatformTemplates:
    """Parts of a conversation of a business number. In any other chat there is nothing of this."""

    def __init__(self, pages: Pages, visits: Visits) -> None:
        self._pages = pages
        self._visits = visits

    async def find(self, request: Request) -> Response:
        """What the account of the chat's number may send, with some words, in a language."""
        words = request.query_params.get("q", "")[:LONGEST_SEARCH].strip()
        language = request.query_params.get("language") or None
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            number_id = number_of(chat)
            found, has_more = await business.list_approved(tx, number_id, words, language=language)
            languages = await business.list_languages(tx, number_id)
        return self._pages.fragment(
            request,
            "_business_templates.html",
            visitor,
            found=[(one, business.is_fillable(one)) for one in found],
            has_more=has_more,
            words=words,
            languages=languages,
        )

    async def show(self, request: Request) -> Response:
        """One of them, with what the address says its places stand for."""
        async with self._visits.to_chat(request, ids.chat_id(request)) as (tx, visitor, chat):
            template = await business.get_approved(tx, number_of(chat), template_id(request))
        values = given(template, request.query_params)
        return self._pages.fragment(
            request,
            "_business_template.html",
            visitor,
            chat=chat,
            one=template,
            preview=previews.of_business(template, values),
            gaps=business.places(template),
            values=values,
            longest=LONGEST_VALUE,
            media=previews.MEDIA,
        )


def number_of(chat: Chat) -> int:
    if not chat.is_business:
        raise NotHere
    return chat.number_id


def template_id(request: Request) -> int:
    return ids.parse(request.path_params["template_id"])


def wanted(template: Template, form: Form) -> WantedTemplate:
    values = given(template, form)
    return WantedTemplate(template.name, template.language, values["header"], values["body"])


def given(template: Template, form: Form) -> dict[str, dict[str, str]]:
    """The values of its places by part and name, as a form has them."""
    return {
        part: {name: form.get(f"{part}.{name}", "")[:LONGEST_VALUE].strip() for name in names}
        for part, names in business.places(template).items()
    }
