"""Business numbers: adding one with its secrets, exchanging them, and what to enter at Meta."""

import sys
from argparse import Namespace
from getpass import getpass
from pathlib import Path

from tideline.features import business, chats
from tideline.features.business import NewAccount, Opened
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.cli import finding
from tideline.surfaces.cli.tools import Desk, Toolbox

RECEIVER = "/inbound/cloud/"
STANDARD_INPUT = "-"


class SecretsWanted(Problem):
    code = "secrets_wanted"
    message = "Give the access token and the app secret, each on a line of its own."


async def add_cloud(tools: Toolbox, options: Namespace) -> None:
    """Secrets are read before anything is opened, and from nowhere where other people of the machine see them."""
    token, app_secret = _secrets(options.secrets_file)
    new = NewAccount(
        phone=chats.clean_phone(options.phone),
        phone_number_id=options.phone_number_id,
        waba_id=options.waba_id,
        token=token,
        app_secret=app_secret,
        display_phone=options.display_phone or "",
        name=options.name or "",
    )
    async with tools.desk() as desk:

        async def action(tx: Tx) -> Opened:
            owner = await finding.teammate_or_owner(tx, options.teammate)
            return await business.add(tx, desk.keyring, new, owner_id=owner.id)

        opened = await desk.db.run(await finding.workspace_id(desk, options.workspace), action)
        _say(desk, opened)


async def change_secrets(tools: Toolbox, options: Namespace) -> None:
    token, app_secret = _secrets(options.secrets_file)
    async with tools.desk() as desk:

        async def action(tx: Tx) -> Opened:
            number = await finding.number(tx, options.number)
            return await business.change_secrets(tx, desk.keyring, number.id, token=token, app_secret=app_secret)

        _say(desk, await desk.db.run(await finding.workspace_id(desk, options.workspace), action))


def _secrets(given: Path | None) -> tuple[str, str]:
    """From a file, from standard input, or asked for at the terminal without showing what is typed."""
    if given is None and sys.stdin.isatty():
        return _both([getpass("Access token: "), getpass("App secret: ")])
    if given is None or str(given) == STANDARD_INPUT:
        return _both(sys.stdin.read().splitlines())
    try:
        return _both(given.read_text("utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as problem:
        raise SecretsWanted(f"{given} cannot be read: {problem}.") from None


def _both(lines: list[str]) -> tuple[str, str]:
    found = [line.strip() for line in lines if line.strip()]
    if len(found) != 2:
        raise SecretsWanted
    return found[0], found[1]


def _say(desk: Desk, opened: Opened) -> None:
    print(f"number        {opened.account.display_phone} (account {opened.account.number_id})")
    print(f"callback URL  {desk.public_url}{RECEIVER}{opened.secrets.path_key}")
    print(f"verify token  {opened.secrets.verify_token}")
    print("Enter both at Meta: your app, WhatsApp, Configuration, Webhook. Then subscribe to the fields messages,")
    print("message_template_status_update, account_update and phone_number_quality_update.")
