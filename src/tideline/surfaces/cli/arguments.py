"""The commands and their arguments. The texts here are product text: people read them with `--help`."""

import argparse
from collections.abc import Callable, Coroutine
from importlib import import_module
from pathlib import Path
from typing import Any

from tideline import __version__

# Options that are settings too; `Toolbox.use` takes them under these names.
OPTIONS = ("data_dir", "host", "port", "demo", "demo_anyway", "simulator", "test_clock")

PARTNER_EVENTS = (
    "workspace:seats_full",
    "workspace:quota_near_full:messaging",
    "workspace:quota_full:messaging",
    "workspace:quota_full:transactions",
    "workspace:quota_full:api_calls",
    "whatsapp_account:connected",
    "whatsapp_account:disconnected",
    "api_token:rotated",
)

AUDIT_AREAS = (
    "sign_in",
    "people",
    "numbers",
    "chats",
    "templates",
    "files",
    "webhooks",
    "tokens",
    "settings",
)

Command = Callable[[Any, argparse.Namespace], Coroutine[Any, Any, int | None] | int | None]


def _later(module: str, function: str) -> Command:
    """The command itself is imported when it is run, so that `tideline --help` and `serve` start quickly."""

    def call(tools: Any, options: argparse.Namespace) -> Any:
        return getattr(import_module(f"tideline.surfaces.cli.{module}"), function)(tools, options)

    return call


class _Commands:
    """One level of sub-commands."""

    def __init__(self, parent: argparse.ArgumentParser, what: str) -> None:
        self._rows = parent.add_subparsers(metavar=what, required=True)

    def add(self, name: str, about: str, does: Command) -> argparse.ArgumentParser:
        command = self._rows.add_parser(name, help=about, description=about)
        command.add_argument("--data-dir", metavar="FOLDER", help="the data folder (TIDELINE_DATA_DIR)")
        command.set_defaults(command=does)
        return command

    def group(self, name: str, about: str) -> "_Commands":
        return _Commands(self._rows.add_parser(name, help=about, description=about), "COMMAND")


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="tideline", description="A self-hosted WhatsApp team inbox and API platform.", allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"tideline {__version__}")
    commands = _Commands(top, "COMMAND")
    _serving(commands)
    _storage(commands)
    _people(commands)
    _team(commands)
    _mail(commands)
    _numbers(commands)
    _partners(commands)
    _operators(commands)
    _looking(commands)
    return top


def _serving(commands: _Commands) -> None:
    serve = commands.add("serve", "Run everything in one process.", _later("serving", "serve"))
    serve.add_argument("--demo", action="store_true", default=None, help="seed a demo workspace, with the simulator")
    serve.add_argument("--demo-anyway", action="store_true", default=None, help="even on a host that is not loopback")
    serve.add_argument("--test-clock", action="store_true", default=None, help="let the simulator API move the clock")
    for role, about in (
        ("web", "Run only the APIs and pages."),
        ("worker", "Run only the dispatcher, the timers and background work."),
        ("gateway", "Run only the live sessions of linked numbers."),
    ):
        _listening(commands.add(role, about, _later("serving", role)))
    _listening(serve)


def _listening(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", help="address to listen on, 127.0.0.1 if not said (TIDELINE_HOST)")
    command.add_argument("--port", help="port to listen on, 8080 if not said (TIDELINE_PORT)")
    command.add_argument("--simulator", action="store_true", default=None, help="with the WhatsApp simulator")


def _storage(commands: _Commands) -> None:
    migrate = commands.add("migrate", "Bring the database to this version.", _later("storage", "bring_up_to_date"))
    migrate.add_argument("--status", action="store_true", help="only show which migrations are applied")
    backup = commands.add("backup", "Save database, files and linked sessions.", _later("storage", "backup"))
    backup.add_argument("to", type=_file, metavar="FILE", help="the archive to write; it must not exist yet")
    backup.add_argument("--with-key", action="store_true", help="put the secret keys in too: guard the archive well")
    restore = commands.add("restore", "Fill an empty data folder from a backup.", _later("storage", "restore"))
    restore.add_argument("source", type=_file, metavar="FILE", help="an archive made by `tideline backup`")
    release = commands.add("release", "After a restore: send and deliver again.", _later("storage", "release"))
    release.add_argument("--drop-pending", action="store_true", help="what waited in the backup fails and is not sent")
    files = commands.group("files", "Uploads and media.")
    copy = files.add(
        "copy", "Bring files from another place to where they are kept now.", _later("storage", "copy_files")
    )
    copy.add_argument("source", metavar="FROM", help="a folder, or a bucket such as s3://bucket/path")
    key = commands.group("key", "Secret keys.")
    rotate = key.add("rotate", "Add a new secret key and encrypt everything with it.", _later("keys", "rotate"))
    rotate.add_argument("--retire-old", action="store_true", help="also forget the older keys: links and sessions end")
    simulator = commands.group("simulator", "The WhatsApp simulator.")
    simulator.add("token", "Print the token that drives the simulated phones.", _later("keys", "simulator_token"))
    demo = commands.group("demo", "The demo workspace.")
    demo.add("remove", "Remove the demo workspace and its simulated phones.", _later("storage", "remove_demo"))


def _people(commands: _Commands) -> None:
    workspace = commands.group("workspace", "Workspaces.")
    create = workspace.add("create", "Make a workspace; prints its owner's sign-in link.", _later("people", "create"))
    create.add_argument("--owner-email", required=True, metavar="EMAIL")
    create.add_argument("--timezone", required=True, metavar="ZONE", help="such as Europe/Berlin")
    create.add_argument("--name", help="the display name; the owner's mail domain if not said")
    create.add_argument("--slug", help="the workspace id on the wire; made from the name if not said")
    workspace.add("list", "List all workspaces.", _later("people", "list_all"))

    token = commands.group("token", "API tokens. Without --teammate they are the owner's.")
    for name, about in (
        ("create", "Make a teammate's token and print it."),
        ("show", "Print a teammate's token."),
        ("rotate", "Replace a teammate's token: the old one ends at once."),
    ):
        one = token.add(name, about, _later("people", f"{name}_token"))
        _of_workspace(one)
        one.add_argument("--teammate", metavar="EMAIL")


def _team(commands: _Commands) -> None:
    roles = ("admin", "team_supervisor", "teammate", "agent", "collaborator")
    teammate = commands.group("teammate", "People of a workspace.")
    _of_workspace(teammate.add("list", "List everybody with role, team and status.", _later("team", "list_people")))
    invite = _of_person(
        teammate.add("invite", "Invite somebody; prints the link to send them.", _later("team", "invite"))
    )
    invite.add_argument("--role", choices=roles, help="what they may see and do; teammate if not said")
    invite.add_argument("--team", help="title of the team; the default team if not said")
    invite.add_argument("--name", default="", help="how the teammate is shown")
    change = _of_person(teammate.add("change", "Give somebody another role or team.", _later("team", "change")))
    change.add_argument("--role", choices=roles)
    change.add_argument("--team", help="title of the team")
    _of_person(teammate.add("suspend", "Close the workspace to somebody.", _later("team", "suspend")))
    _of_person(teammate.add("restore", "Open the workspace to somebody again.", _later("team", "restore")))
    _of_person(teammate.add("remove", "Remove somebody, or take an invitation back.", _later("team", "remove")))
    _of_person(teammate.add("reset-link", "Print a link that sets a new password.", _later("team", "reset_link")))

    team = commands.group("team", "Teams of a workspace.")
    _of_workspace(team.add("list", "List the teams.", _later("team", "list_teams")))
    for name, about in (
        ("create", "Make a team."),
        ("rename", "Give a team another title."),
        ("remove", "Remove an empty team."),
    ):
        one = team.add(name, about, _later("team", f"{name}_team"))
        _of_workspace(one)
        one.add_argument("--title", required=True)
        if name == "rename":
            one.add_argument("--to", required=True, metavar="TITLE", help="the new title")


def _numbers(commands: _Commands) -> None:
    number = commands.group("number", "WhatsApp numbers.")
    _of_workspace(number.add("list", "List the numbers of a workspace.", _later("numbers", "list_all")))
    link = number.add("link", "Link a phone: shows a QR code to scan.", _later("numbers", "link"))
    _of_workspace(link)
    link.add_argument("--teammate", required=True, metavar="EMAIL", help="whose number it will be")
    link.add_argument("--simulator", action="store_true", default=None, help="link a simulated phone")
    link.add_argument("--code", metavar="PHONE", help="show a code to type on this phone instead")
    qr_link = number.add(
        "qr-link", "Print a link with which somebody elsewhere links a phone.", _later("numbers", "qr_link")
    )
    _of_workspace(qr_link)
    qr_link.add_argument("--teammate", required=True, metavar="EMAIL", help="whose number it will be")
    qr_link.add_argument("--hours", type=_hours, default=24, metavar="HOURS", help="how long it works, 24 if not said")
    _business_numbers(number)
    for name, about in (
        ("pause", "Stop receiving and sending on a number; it stays linked."),
        ("resume", "Connect a paused number again."),
        ("unlink", "End the link of a number; its chats stay."),
    ):
        one = number.add(name, about, _later("numbers", name))
        _of_workspace(one)
        one.add_argument("--number", required=True, metavar="PHONE", help="such as +15550001001")


def _business_numbers(number: _Commands) -> None:
    add = number.add("add-cloud", "Add a number of WhatsApp's Business Platform.", _later("business", "add_cloud"))
    _of_workspace(add)
    add.add_argument("--phone", required=True, help="the number with its country code")
    add.add_argument("--phone-number-id", required=True, metavar="ID", help="as WhatsApp Manager shows it")
    add.add_argument("--waba-id", required=True, metavar="ID", help="of the WhatsApp business account it is in")
    add.add_argument("--teammate", metavar="EMAIL", help="whose number it will be; the owner's if not said")
    add.add_argument("--name", help="how the number is called")
    add.add_argument("--display-phone", metavar="TEXT", help="how the number is shown")
    _with_secrets(add)
    change = number.add(
        "change-secrets", "Exchange the secrets of a business number.", _later("business", "change_secrets")
    )
    _of_workspace(change)
    change.add_argument("--number", required=True, metavar="PHONE", help="such as +15550100077")
    _with_secrets(change)


def _partners(commands: _Commands) -> None:
    partner = commands.group("partner", "Partners, who make workspaces through the Partner API.")
    create = partner.add("create", "Register a partner; prints its secret.", _later("partners", "create"))
    create.add_argument("--name", required=True)
    create.add_argument("--id", help="its id on the wire; made from the name if not said")
    create.add_argument("--plan", default="Partner", help="plan of its workspaces, Partner if not said")
    create.add_argument("--plan-id", type=int, default=1, metavar="NUMBER", help="the plan on the wire, 1 if not said")
    _amounts(create, 1500, 100_000, 10_000)
    partner.add("list", "List the partners.", _later("partners", "list_all"))
    rotate = partner.add("rotate-secret", "Replace a partner's secret.", _later("partners", "rotate_secret"))
    _of_partner(rotate)
    webhook = _of_partner(
        partner.add("set-webhook", "Say where a partner's events go.", _later("partners", "set_webhook"))
    )
    webhook.add_argument("--url", help="an https address")
    webhook.add_argument("--off", action="store_true", help="nowhere")
    webhook.add_argument(
        "--sign-bodies",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="put jti and body_sha256 into the signature",
    )
    origins = _of_partner(
        partner.add("set-origins", "Say which pages may embed the QR page.", _later("partners", "set_origins"))
    )
    origins.add_argument("origins", nargs="*", metavar="ORIGIN", help="such as https://app.example.com; none: nobody")
    quota = _of_partner(
        partner.add("set-quota", "Set quotas of a workspace, or of those to come.", _later("partners", "set_quota"))
    )
    quota.add_argument("--workspace", metavar="ID", help="one that is there; else those that are made from now on")
    _amounts(quota, None, None, None)
    quota.add_argument("--top-up", type=int, metavar="CREDITS", help="add messages that do not expire")
    _of_partner(partner.add("activate", "Let a partner in again.", _later("partners", "activate")))
    _of_partner(partner.add("deactivate", "Refuse a partner, and tell it nothing.", _later("partners", "deactivate")))
    direct = _of_workspace(
        partner.add("bill-directly", "Close a workspace to its partner.", _later("partners", "bill_directly"))
    )
    direct.add_argument("--undo", action="store_true", help="open it to its partner again")
    usage = _of_partner(partner.add("usage", "Print connected numbers by day of a month.", _later("partners", "usage")))
    usage.add_argument("--month", metavar="MONTH", help="such as 2026-03; this month if not said")
    usage.add_argument("--format", choices=("csv", "json"), default="csv", help="csv if not said")
    events = partner.add("events", "List what became of a partner's events.", _later("partners", "events"))
    _of_workspace(_of_partner(events))
    events.add_argument("--outcome", choices=("delivered", "retrying", "failed"), help="only these")
    events.add_argument("--limit", type=int, default=50, metavar="COUNT", help="how many, 50 if not said")
    again = _of_partner(partner.add("redeliver", "Deliver failed events again.", _later("partners", "redeliver")))
    again.add_argument("--since", required=True, metavar="TIME", help="such as 2026-03-02T09:15:00Z")
    test = partner.add("test", "Deliver an event that never happened.", _later("partners", "test"))
    _of_workspace(_of_partner(test))
    test.add_argument(
        "--event",
        default="whatsapp_account:connected",
        choices=PARTNER_EVENTS,
        metavar="TYPE",
        help="its type, whatsapp_account:connected if not said",
    )


def _amounts(command: argparse.ArgumentParser, messages: int | None, calls: int | None, actions: int | None) -> None:
    for name, amount, about in (
        ("--messages", messages, "messages a month"),
        ("--api-calls", calls, "API calls a month"),
        ("--transactions", actions, "automated actions a month"),
    ):
        shown = about if amount is None else f"{about}, {amount} if not said"
        command.add_argument(name, type=int, default=amount, metavar="COUNT", help=shown)


def _of_partner(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--partner", required=True, metavar="ID", help="its id: see `tideline partner list`")
    return command


def _with_secrets(command: argparse.ArgumentParser) -> None:
    """Secrets are never arguments: other people of the machine could read those."""
    command.add_argument(
        "--secrets-file",
        type=_file_or_input,
        metavar="FILE",
        help="two lines: access token and app secret; - reads them from standard input. Asked for if not said",
    )


def _mail(commands: _Commands) -> None:
    mail = commands.group("mail", "Mails: what was sent, what could not be, what is kept.")
    listed = mail.add("list", "List the newest mails.", _later("mail", "list_newest"))
    listed.add_argument("--state", choices=("pending", "sent", "failed", "kept"), help="only these")
    listed.add_argument("--limit", type=int, default=50, metavar="COUNT", help="how many, 50 if not said")
    for name, about in (
        ("show", "Print a mail that was not sent, with its link."),
        ("send", "Try to send a mail again."),
    ):
        mail.add(name, about, _later("mail", name)).add_argument(
            "mail", metavar="MAIL", help="its id: see `tideline mail list`"
        )
    test = mail.add("test", "Send a mail to see whether it arrives.", _later("mail", "test"))
    test.add_argument("--to", required=True, metavar="EMAIL")


def _file_or_input(text: str) -> Path:
    return Path(text) if text == "-" else _file(text)


def _file(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _hours(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 168):
        raise argparse.ArgumentTypeError("a whole number of hours from 1 to 168")
    return int(text)


def _of_workspace(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    command.add_argument("--workspace", required=True, metavar="ID", help="its id: see `tideline workspace list`")
    return command


def _of_person(command: argparse.ArgumentParser) -> argparse.ArgumentParser:
    _of_workspace(command).add_argument("--email", required=True)
    return command


def _operators(commands: _Commands) -> None:
    operators = commands.group("operator", "People who look after this installation and see its partners.")
    add = operators.add("add", "Let somebody who can sign in see the partners.", _later("operators", "add"))
    remove = operators.add("remove", "Let them see the partners no longer.", _later("operators", "remove"))
    operators.add("list", "List those who see the partners.", _later("operators", "list_all"))
    for command in (add, remove):
        command.add_argument("email", metavar="EMAIL", help="their e-mail address")


def _looking(commands: _Commands) -> None:
    commands.add("settings", "List every setting with its default.", _later("looking", "settings"))
    operations = commands.add("operations", "Operations of the Public API.", _later("looking", "operations"))
    operations.add_argument("--not-built", action="store_true", required=True, help="those that are not built yet")
    log = commands.add("audit", "Who did what in a workspace, the newest first.", _later("auditing", "show"))
    log.add_argument("workspace", metavar="WORKSPACE", help="its id")
    log.add_argument("--person", metavar="EMAIL", help="what one teammate did")
    log.add_argument("--area", choices=AUDIT_AREAS, help="one part of the work")
    log.add_argument("--limit", type=int, default=50, metavar="COUNT", help="how many, 50 if not said")
    commands.add("doctor", "Check the set-up and say what to do.", _later("doctor", "doctor"))
    docs = commands.group("docs", "The documentation.")
    build = docs.add("build", "Write the documentation site as files.", _later("looking", "build_docs"))
    build.add_argument("folder", type=_file, metavar="FOLDER", help="an empty folder, or one written this way before")
