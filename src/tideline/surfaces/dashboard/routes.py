"""Which address leads to which page, and with which methods."""

from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount, Route

from tideline.platform.static import StaticFolder
from tideline.surfaces.dashboard import problems, rendering
from tideline.surfaces.dashboard.addresses import Address
from tideline.surfaces.dashboard.chatlist import Bulk, ChatList, SavedViewForms
from tideline.surfaces.dashboard.deps import DashboardDeps
from tideline.surfaces.dashboard.doors import Doors
from tideline.surfaces.dashboard.first_page import SetUpPage
from tideline.surfaces.dashboard.inbox import Inbox
from tideline.surfaces.dashboard.live import Hub, Presence, StreamPage
from tideline.surfaces.dashboard.lost_password import LostPassword
from tideline.surfaces.dashboard.office import office_routes
from tideline.surfaces.dashboard.office.office import Office
from tideline.surfaces.dashboard.outbox import OutboxPage
from tideline.surfaces.dashboard.pages import Pages
from tideline.surfaces.dashboard.panel import panel_routes
from tideline.surfaces.dashboard.qr_page import QrPage
from tideline.surfaces.dashboard.security import Cookies
from tideline.surfaces.dashboard.starting import starting_routes
from tideline.surfaces.dashboard.talk import Deeds, PlatformTemplates, Talk, Writing
from tideline.surfaces.dashboard.talk.answers import in_words
from tideline.surfaces.dashboard.visits import Visits

# For the application that the routes are put into: what no route takes, or what fails, gets a page.
EXCEPTION_HANDLERS: Mapping[Any, Any] = {HTTPException: problems.unknown_address, Exception: problems.crash}


def routes(deps: DashboardDeps) -> list[BaseRoute]:
    cookies = Cookies(is_https=deps.is_https)
    pages, visits = Pages(deps, cookies), Visits(deps.db, deps.sign_in, cookies)
    doors = Doors(pages, cookies, visits, deps.sign_in, deps.public_url)
    lost = LostPassword(pages, cookies, deps.sign_in, has_mail=deps.has_mail)
    hub = Hub(deps.db, deps.wakes, deps.sign_in, deps.until_the_end)
    stream, talk = StreamPage(hub, visits, cookies), Talk(pages, visits)
    inbox, qr = Inbox(deps, pages, visits), QrPage(deps, cookies)
    set_up = SetUpPage(pages, cookies, deps.sign_in, deps.public_url, deps.first_run)
    return [
        *_list(pages, visits, cookies, set_up),
        *_talk(deps, pages, visits, cookies, hub, inbox, talk),
        Route("/chat/{chat_id}/files/{message_uid}", Address(GET=inbox.open_file)),
        Route("/chat/{chat_id}/files/{message_uid}/thumbnail", Address(GET=inbox.open_thumbnail)),
        *panel_routes(deps, pages, visits, cookies),
        *starting_routes(deps, pages, visits, cookies),
        *(Route(f"/chat/{{chat_id}}{rest}", Address(GET=inbox.to_chat)) for rest in ("", "/", "/messages")),
        Route("/sign-in", Address(GET=set_up.instead_of(doors.show_sign_in), POST=doors.sign_in)),
        Route("/set-up", Address(POST=set_up.begin)),
        Route("/lost-password", Address(GET=lost.show, POST=lost.ask)),
        *_outbox(deps, pages),
        *office_routes(Office(deps, pages, visits, cookies)),
        Route("/sign-out", Address(POST=doors.sign_out)),
        Route("/link/{token}", Address(GET=doors.show_link, POST=doors.use_link)),
        Route("/qr/{token}", Address(GET=qr.show, POST=qr.begin)),
        Route("/qr/{token}/state", Address(GET=qr.state)),
        Route("/stream", Address(GET=stream.open)),
        Mount("/static", StaticFolder(rendering.STATIC)),
    ]


def _list(pages: Pages, visits: Visits, cookies: Cookies, set_up: SetUpPage) -> list[BaseRoute]:
    """The list of chats, what is done with many of them, and one's own views of it."""
    chats, bulk = ChatList(pages, visits), Bulk(pages, visits, cookies)
    views = SavedViewForms(pages, visits, cookies)
    return [
        Route("/", Address(GET=set_up.before(chats.show_page))),
        Route("/chats", Address(GET=in_words(chats.show_list))),
        Route("/chats/rows", Address(GET=in_words(chats.show_rows))),
        Route("/chats/do", Address(POST=in_words(bulk.change))),
        Route("/views", Address(POST=in_words(views.keep))),
        Route("/views/{id}", Address(POST=in_words(views.turn))),
    ]


def _talk(
    deps: DashboardDeps, pages: Pages, visits: Visits, cookies: Cookies, hub: Hub, inbox: Inbox, talk: Talk
) -> list[BaseRoute]:
    """One chat: its page, the parts of it that are fetched again, and what is written and done there."""
    writing, platform = Writing(deps, pages, visits, cookies, talk), PlatformTemplates(pages, visits)
    deeds = Deeds(deps, pages, visits, cookies, Presence(hub, deps.db.clock, deps.wakes))
    chat = "/chat/{chat_id}"
    return [
        Route(f"{chat}/messages/", Address(GET=inbox.show_chat, POST=in_words(writing.write))),
        Route(f"{chat}/parts", Address(GET=in_words(talk.show_parts))),
        Route(f"{chat}/people", Address(GET=in_words(talk.show_people))),
        Route(f"{chat}/templates", Address(GET=in_words(talk.show_templates))),
        Route(f"{chat}/business-templates", Address(GET=in_words(platform.find))),
        Route(
            f"{chat}/business-templates/{{template_id}}",
            Address(GET=in_words(platform.show), POST=in_words(writing.fill)),
        ),
        Route(f"{chat}/files", Address(POST=in_words(writing.attach))),
        Route(f"{chat}/presence", Address(POST=in_words(deeds.be_there))),
        Route(f"{chat}/messages/{{message_uid}}/reaction", Address(POST=in_words(deeds.react))),
        Route(f"{chat}/messages/{{message_uid}}/again", Address(POST=in_words(writing.try_again))),
        Route(f"{chat}/do/{{deed}}", Address(POST=in_words(deeds.do))),
    ]


def _outbox(deps: DashboardDeps, pages: Pages) -> list[BaseRoute]:
    if deps.outbox is None:
        return []
    outbox = OutboxPage(deps.db, pages, deps.outbox, key=deps.outbox_key, public_url=deps.public_url)
    return [Route("/outbox/{key}", Address(GET=outbox.show))]
