"""Which address leads to which page around the inbox."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tideline.surfaces.dashboard import shell
from tideline.surfaces.dashboard.addresses import Address
from tideline.surfaces.dashboard.office.api import ApiPage
from tideline.surfaces.dashboard.office.audit import AuditPage
from tideline.surfaces.dashboard.office.business_templates import BusinessTemplatesPage
from tideline.surfaces.dashboard.office.hooks import HooksPage
from tideline.surfaces.dashboard.office.numbers import NumbersPage
from tideline.surfaces.dashboard.office.office import Office
from tideline.surfaces.dashboard.office.partner_workspace import PartnerWorkspacePage
from tideline.surfaces.dashboard.office.partners import PartnersPage
from tideline.surfaces.dashboard.office.profile import ProfilePage, SettingsPage
from tideline.surfaces.dashboard.office.team import TeamPage
from tideline.surfaces.dashboard.office.templates import TemplatesPage
from tideline.surfaces.dashboard.office.usage import UsagePage
from tideline.surfaces.dashboard.security import local_path
from tideline.surfaces.dashboard.talk.answers import in_words

YEAR = 365 * 24 * 3600


def office_routes(office: Office) -> list[BaseRoute]:
    api, settings, usage = ApiPage(office), SettingsPage(office), UsagePage(office)
    audit = AuditPage(office)
    return [
        Route("/theme", Address(POST=Appearance(office).choose)),
        *_numbers(NumbersPage(office)),
        *_templates(TemplatesPage(office), BusinessTemplatesPage(office)),
        *_team(TeamPage(office)),
        Route("/usage", Address(GET=usage.show)),
        Route("/usage.csv", Address(GET=usage.download)),
        *_hooks(HooksPage(office)),
        Route("/api", Address(GET=api.show, POST=api.renew)),
        Route("/audit", Address(GET=audit.show)),
        Route("/audit/export", Address(POST=audit.export)),
        Route("/settings", Address(GET=settings.show, POST=settings.save)),
        *_profile(ProfilePage(office)),
        *_partners(PartnersPage(office), PartnerWorkspacePage(office)),
    ]


def _numbers(page: NumbersPage) -> list[BaseRoute]:
    return [
        Route("/numbers", Address(GET=page.show)),
        Route("/numbers/link", Address(GET=page.choose, POST=page.begin)),
        Route("/numbers/link/send", Address(POST=page.send_link)),
        Route("/numbers/link/{token}", Address(GET=page.follow)),
        Route("/numbers/business", Address(GET=page.add_business, POST=page.keep_business)),
        Route("/numbers/{id}", Address(POST=page.turn)),
        Route("/numbers/{id}/business", Address(GET=page.show_business)),
    ]


def _templates(page: TemplatesPage, of_business: BusinessTemplatesPage) -> list[BaseRoute]:
    return [
        Route("/templates", Address(GET=page.show)),
        Route("/templates/new", Address(GET=page.begin, POST=page.create)),
        Route("/templates/preview", Address(POST=in_words(page.preview))),
        Route("/templates/file", Address(POST=in_words(page.attach))),
        Route("/templates/business", Address(GET=of_business.show, POST=of_business.refresh)),
        Route("/templates/business/{id}", Address(GET=of_business.show_one)),
        Route("/templates/{id}", Address(GET=page.show_one, POST=page.change)),
    ]


def _team(page: TeamPage) -> list[BaseRoute]:
    return [
        Route("/team", Address(GET=page.show, POST=page.invite)),
        Route("/team/teams", Address(POST=page.add_team)),
        Route("/team/teams/{id}", Address(POST=page.change_team)),
        Route("/team/{id}", Address(GET=page.show_one, POST=page.change)),
    ]


def _hooks(page: HooksPage) -> list[BaseRoute]:
    return [
        Route("/webhooks", Address(GET=page.show, POST=page.create)),
        Route("/webhooks/{id}", Address(GET=page.show_one, POST=page.turn)),
        Route("/webhooks/{id}/deliveries/{uid}", Address(GET=page.show_delivery, POST=page.replay)),
    ]


def _partners(page: PartnersPage, workspace: PartnerWorkspacePage) -> list[BaseRoute]:
    return [
        Route("/partners", Address(GET=page.show, POST=page.create)),
        Route("/partners/{id}", Address(GET=page.show_one, POST=page.change)),
        Route("/partners/{id}/usage.csv", Address(GET=page.take_usage)),
        Route("/partners/{id}/workspaces/{slug}", Address(GET=workspace.show, POST=workspace.turn)),
    ]


def _profile(page: ProfilePage) -> list[BaseRoute]:
    return [
        Route("/profile", Address(GET=page.show, POST=page.rename)),
        Route("/profile/reading", Address(POST=page.choose)),
        Route("/profile/password", Address(POST=page.change_password)),
        Route("/profile/sessions", Address(POST=page.sign_out_everywhere)),
    ]


class Appearance:
    """Light, dark, or like the system: kept in the browser, because it is the screen that one looks at."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def choose(self, request: Request) -> Response:
        form = await self._office.form(request)
        answer = self._office.redirect(local_path(form.get("back")))
        wanted = form.get("theme")
        if wanted in ("light", "dark"):
            is_https = self._office.deps.is_https
            answer.set_cookie(shell.THEME_COOKIE, wanted, max_age=YEAR, secure=is_https, httponly=True, samesite="lax")
        else:
            answer.delete_cookie(shell.THEME_COOKIE)
        return answer
