"""Secret keys, and what is made from them."""

from argparse import Namespace

from tideline.features import business, numbers, partners, webhooks, workspaces
from tideline.surfaces.cli.tools import Desk, Toolbox


async def rotate(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk:
        done = await desk.keyring.rotate(lambda: _reencrypt(desk))
        print(f"{'New' if done.is_new else 'First'} key {done.key_id}; {done.reencrypted} secrets encrypted with it.")
        if options.retire_old:
            desk.keyring.retire_old_keys()
            print("The older keys are forgotten.")
        if not done.is_new:
            print("The keys come from TIDELINE_SECRET_KEY: older ones may be taken out there now.")


async def _reencrypt(desk: Desk) -> int:
    tokens = await workspaces.reencrypt_tokens(desk.db, desk.access)
    secrets = await webhooks.reencrypt_secrets(desk.db, desk.keyring)
    accounts = await business.reencrypt_accounts(desk.db, desk.keyring)
    links = await numbers.reencrypt_qr_links(desk.db, desk.keyring)
    of_partners = await partners.reencrypt_partners(desk.db, desk.keyring)
    return tokens + secrets + accounts + links + of_partners + await desk.access.outbox.reencrypt(desk.db)


async def simulator_token(tools: Toolbox, _: Namespace) -> None:
    async with tools.desk() as desk:
        print(desk.simulator_token)
