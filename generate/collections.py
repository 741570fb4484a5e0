"""The collections of requests for Postman and Bruno."""

from dataclasses import dataclass, field

from generate import bruno, postman
from generate.requests import folders, requests
from generate.signing_script import BRUNO_SCRIPT, POSTMAN_SCRIPT
from tideline.platform.contract.document import Contract
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.partner.contract import partner_api

FOLDER = "collections"
LOCAL = "http://127.0.0.1:8080"


@dataclass(frozen=True)
class Collection:
    """What a collection is beyond its requests."""

    name: str
    slug: str
    description: str
    contract: Contract
    variables: dict[str, str]
    """Set by whoever uses it; secrets are empty here."""
    secrets: tuple[str, ...]
    token: str
    """The variable that is sent as bearer token."""
    headers: dict[str, str] = field(default_factory=dict)
    postman_script: str = ""
    bruno_script: str = ""


COLLECTIONS = (
    Collection(
        name="Tideline Public API",
        slug="public-api",
        description="Chats, messages, files and webhooks of one workspace. Set `baseUrl` and `token`.",
        contract=public_api(),
        variables={"baseUrl": LOCAL, "token": ""},
        secrets=("token",),
        token="token",
    ),
    Collection(
        name="Tideline Partner API",
        slug="partner-api",
        description="Workspaces, users and numbers of a partner's customers. Set `baseUrl`, `partnerId` and "
        "`partnerSecret`; each request is signed before it is sent.",
        contract=partner_api(),
        variables={"baseUrl": LOCAL, "partnerId": "", "partnerSecret": "", "partnerToken": ""},
        secrets=("partnerSecret", "partnerToken"),
        token="partnerToken",
        headers={"X-TL-Partner-Id": "{{partnerId}}"},
        postman_script=POSTMAN_SCRIPT,
        bruno_script=BRUNO_SCRIPT,
    ),
)


def files() -> dict[str, str]:
    made = {}
    for one in COLLECTIONS:
        found, places = list(requests(one.contract)), folders(one.contract)
        prefix = one.contract.document["servers"][0]["url"]
        made[f"{FOLDER}/postman/tideline-{one.slug}.json"] = postman.collection(one, prefix, places, found)
        for name, text in bruno.collection(one, prefix, places, found).items():
            made[f"{FOLDER}/bruno/{one.slug}/{name}"] = text
    return made
