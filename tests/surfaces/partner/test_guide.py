"""What docs/partner-api.md tells partners to copy works as it stands."""

import re
from typing import Any
from uuid import uuid4

from tests.architecture.reference import DOCS
from tests.support.partner_client import PartnerClient
from tideline.features.webhooks import signed_headers
from tideline.surfaces.partner.contract import partner_api
from tideline.surfaces.partner.problems import STATUSES

GUIDE = (DOCS / "partner-api.md").read_text()
SNIPPETS: dict[str, Any] = {}
for block in re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL):
    exec(block, SNIPPETS)


async def test_the_token_of_the_guide_opens_the_door(partner: PartnerClient) -> None:
    token = SNIPPETS["token"](partner.partner_id, partner.secret)
    headers = {"Authorization": f"Bearer {token}", "X-TL-Partner-Id": partner.partner_id}
    assert (await partner.get("/workspaces", headers=headers)).status == 200


def test_the_guide_knows_a_genuine_event() -> None:
    body = b'{"event_type": "api_token:rotated"}'
    headers = signed_headers(uuid4(), 1_790_000_000, body, [b"the secret of a partner"])
    assert SNIPPETS["is_genuine"]("the secret of a partner", headers, body)
    assert not SNIPPETS["is_genuine"]("another secret", headers, body)
    assert not SNIPPETS["is_genuine"]("the secret of a partner", headers, body + b" ")


def test_the_guide_names_every_operation_event_and_error() -> None:
    words = set(re.findall(r"[a-z_:]+", GUIDE))
    assert {code for _, code in STATUSES.values()} <= words
    paths = {one.path.rpartition("}")[2] or one.path for one in partner_api().operations.values()}
    assert not [path for path in paths if path not in GUIDE]
