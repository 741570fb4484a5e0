"""Partners: companies that make workspaces through the Partner API, and what they are billed by."""

import csv
import json
import sys
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from tideline.features import partners, workspaces
from tideline.features.partners import NewPartner, Usage
from tideline.features.webhooks import LogFilter, Outcome, PartnerEvent
from tideline.platform.db import Tx
from tideline.platform.errors import Problem
from tideline.surfaces.cli import finding
from tideline.surfaces.cli.tables import table
from tideline.surfaces.cli.tools import Desk, Toolbox


class NothingToSet(Problem):
    code = "nothing_to_set"
    message = "Say what to set: see --help."


class InvalidTime(Problem):
    code = "invalid_time"
    message = "A time is written as 2026-03-02 or 2026-03-02T09:15:00Z."


async def create(tools: Toolbox, options: Namespace) -> None:
    grants = partners.Grants(options.plan_id, options.plan, options.messages, options.api_calls, options.transactions)
    async with tools.desk() as desk, desk.db.system() as tx:
        made = await partners.create(tx, desk.keyring, name=options.name, partner_id=options.id, grants=grants)
    _tell_secret(made)


async def list_all(tools: Toolbox, _: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        found = await partners.list_partners(tx)
        counts = await partners.count_workspaces(tx)
    heads = ("ID", "NAME", "STATE", "WORKSPACES", "WEBHOOK", "FAILED IN A ROW", "ORIGINS")
    rows = [
        (
            one.id,
            one.name,
            "active" if one.is_active else "off",
            counts.get(one.id, 0),
            one.webhook_url or "-",
            one.errors_counter,
            " ".join(one.origins) or "-",
        )
        for one in found
    ]
    table(heads, rows)


async def rotate_secret(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        made = await partners.rotate_secret(tx, desk.keyring, options.partner)
    _tell_secret(made)
    print("What is signed with the former secret is refused from now on.")


async def set_webhook(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        url = None if options.off else options.url
        if url is None and not options.off:
            raise NothingToSet("Give an address with --url, or --off.")
        one = await partners.set_webhook(tx, desk.terms, options.partner, url, signs_bodies=options.sign_bodies)
    print(f"{one.id}: events go to {one.webhook_url}" if one.webhook_url else f"{one.id}: events go nowhere")


async def set_origins(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        one = await partners.set_origins(tx, options.partner, options.origins)
    print(f"{one.id}: {' '.join(one.origins) or 'no page may embed the QR page'}")


async def set_quota(tools: Toolbox, options: Namespace) -> None:
    """Of one workspace, or of those that the partner makes from now on."""
    given: dict[str, Any] = {
        "messages": options.messages,
        "api_calls": options.api_calls,
        "transactions": options.transactions,
    }
    if options.workspace is None and options.top_up is not None:
        raise NothingToSet("--top-up needs a --workspace.")
    if all(amount is None for amount in given.values()) and options.top_up is None:
        raise NothingToSet
    async with tools.desk() as desk:
        if options.workspace is None:
            async with desk.db.system() as tx:
                await partners.set_grants(tx, options.partner, **given)
            print(f"{options.partner}: holds for workspaces made from now on")
            return
        workspace_id = await _owned(desk, options)

        async def change(tx: Tx) -> workspaces.Quotas:
            await workspaces.set_quotas(tx, **given)
            if options.top_up is not None:
                await workspaces.top_up(tx, options.top_up)
            return await workspaces.quotas(tx)

        _tell_quotas(await desk.db.run(workspace_id, change))


async def activate(tools: Toolbox, options: Namespace) -> None:
    await _switch(tools, options, is_active=True)


async def deactivate(tools: Toolbox, options: Namespace) -> None:
    await _switch(tools, options, is_active=False)


async def bill_directly(tools: Toolbox, options: Namespace) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        await partners.set_billed_directly(tx, options.workspace, not options.undo)
    print(f"{options.workspace}: {'managed by its partner again' if options.undo else 'closed to its partner'}")


async def usage(tools: Toolbox, options: Namespace) -> None:
    month = options.month or f"{datetime.now(UTC):%Y-%m}"
    async with tools.desk() as desk, desk.db.system() as tx:
        found = await partners.usage(tx, options.partner, month)
    _print_json(found) if options.format == "json" else _print_csv(found)


async def events(tools: Toolbox, options: Namespace) -> None:
    wanted = LogFilter(outcome=Outcome(options.outcome) if options.outcome else None)
    async with tools.desk() as desk:
        workspace_id = await finding.workspace_id(desk, options.workspace)
        async with desk.db.read(workspace_id) as tx:
            found = await partners.deliveries(tx, options.partner, wanted, size=options.limit)
    rows = [
        (
            f"{one.at:%Y-%m-%d %H:%M:%S}",
            one.delivery.event_type.value,
            one.outcome.value,
            one.number,
            one.status or one.error or "-",
            one.delivery.uid,
        )
        for one in found.items
    ]
    table(("AT", "EVENT", "OUTCOME", "ATTEMPTS", "ANSWER", "DELIVERY"), rows)


async def redeliver(tools: Toolbox, options: Namespace) -> None:
    since = _time(options.since)
    async with tools.desk() as desk:
        count = await partners.redeliver_failed(desk.db, options.partner, since)
    print(f"{count} events go out again.")


async def test(tools: Toolbox, options: Namespace) -> None:
    event = PartnerEvent(options.event)
    async with tools.desk() as desk:
        workspace_id = await finding.workspace_id(desk, options.workspace)
        sent = await desk.db.run(workspace_id, lambda tx: partners.send_test(tx, options.partner, event))
    print(f"delivery {sent.uid}: see `tideline partner events`")


async def _switch(tools: Toolbox, options: Namespace, *, is_active: bool) -> None:
    async with tools.desk() as desk, desk.db.system() as tx:
        one = await partners.set_active(tx, options.partner, is_active)
    print(f"{one.id}: {'active' if one.is_active else 'off'}")


async def _owned(desk: Desk, options: Namespace) -> int:
    async with desk.db.system() as tx:
        return await partners.find_owned(tx, await partners.get(tx, options.partner), options.workspace)


def _tell_secret(made: NewPartner) -> None:
    print(f"partner  {made.partner.id}")
    print(f"secret   {made.secret}")
    print("The secret is shown this once. It signs requests and events: keep it on servers only.")


def _tell_quotas(quotas: workspaces.Quotas) -> None:
    rows = [
        ("messages", quotas.messages.used, quotas.messages.total),
        ("api calls", quotas.api_calls.used, quotas.api_calls.total),
        ("transactions", quotas.transactions.used, quotas.transactions.total),
        ("credits that do not expire", "", quotas.balance.remaining),
    ]
    table(("QUOTA", "USED", "TOTAL"), rows)


def _print_csv(found: Usage) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("day", "workspace_id", "connected_numbers"))
    for day, counts in found.days:
        for slug, count in counts.items():
            writer.writerow((day, slug, count))


def _print_json(found: Usage) -> None:
    days = [{"day": day, "connected_numbers": sum(counts.values()), "workspaces": counts} for day, counts in found.days]
    told = {"partner_id": found.partner_id, "month": found.month, "number_days": found.number_days, "days": days}
    print(json.dumps(told, indent=2))


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidTime from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
