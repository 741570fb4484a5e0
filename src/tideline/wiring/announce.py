"""What `tideline serve` tells the person who started it, on standard output; the log goes its own way."""

import sys
from collections.abc import Mapping
from pathlib import Path

from tideline.features import workspaces
from tideline.wiring.parts import Parts


def demo(facts: Mapping[str, str], path: Path, outbox_key: str | None) -> None:
    """How to get into the demo."""
    base = facts["base_url"]
    mails = f"\n  mails        {base}/outbox/{outbox_key}" if outbox_key else ""
    _say(
        f"""
Tideline is ready, with a demo workspace and simulated phones.

  sign in      {base}/   as {facts["owner_email"]}   password {facts["owner_password"]}
  phones       {base}/simulator#token={facts["simulator_token"]}
  Public API   {base}/integrations/api   token {facts["api_token"]}
  Partner API  {base}/partner/api/v1   partner {facts["partner_id"]}   secret in the file below
  reference    {base}/docs/api{mails}

Webhooks and uploads by URL may call this machine (127.0.0.1), because this is a demo.
The same for programs is in {path}. Ctrl-C ends it.
"""
    )


async def ready(parts: Parts, *, has_simulator: bool) -> None:
    """Where it answers, and the first step when there is no workspace yet."""
    base = parts.settings.base_url
    lines = [f"Tideline is ready on {base}"]
    if has_simulator:
        lines.append(f"Simulated phones: {base}/simulator#token={parts.simulator_token}")
    async with parts.db.system_read() as tx:
        if not await workspaces.list_workspaces(tx):
            if parts.settings.is_loopback:
                lines.append("Make the first workspace: open this address on this machine, or say")
                lines.append("  tideline workspace create --owner-email you@example.com --timezone Europe/Berlin")
            else:
                lines.append(
                    "Make a workspace: tideline workspace create --owner-email you@example.com --timezone Europe/Berlin"
                )
    _say("\n".join(lines) + "\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
