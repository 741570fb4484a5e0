"""The collections for Postman and Bruno: well-formed, alike, and each of their requests is one that Tideline knows."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import playwright
import pytest

from tests.support.collected import (
    COLLECTIONS,
    Sent,
    bruno,
    bruno_requests,
    operation_of,
    postman,
    postman_requests,
    rendered,
)
from tideline.platform import jwt
from tideline.surfaces.api.contract import public_api
from tideline.surfaces.partner.contract import partner_api

CONTRACTS = {"public-api": public_api(), "partner-api": partner_api()}
SLUGS = pytest.mark.parametrize("slug", CONTRACTS)


@SLUGS
def test_a_postman_collection_has_the_shape_of_version_2_1(slug: str) -> None:
    made = postman(slug)
    assert made["info"]["schema"].endswith("/v2.1.0/collection.json")
    assert set(made) <= {"info", "auth", "variable", "event", "item"}
    assert {one["key"] for one in made["variable"]} >= {"baseUrl", made["auth"]["bearer"][0]["value"].strip("{}")}
    for folder in made["item"]:
        for item in folder["item"]:
            assert set(item) == {"name", "request", "response"}
            assert set(item["request"]) <= {"method", "header", "body", "url", "description"}
            assert item["request"]["url"]["raw"].startswith("{{baseUrl}}/")
            [answer] = item["response"]
            assert isinstance(json.loads(answer["body"]), dict)
            assert {200, 201, 202} >= {answer["code"]}


@SLUGS
def test_bruno_files_are_read_as_they_were_written(slug: str) -> None:
    for path, blocks in bruno(slug).items():
        written = (COLLECTIONS / "bruno" / slug / path).read_text("utf-8")
        assert re.sub(r"\n\nvars:secret", "\nvars:secret", rendered(blocks)) == written, path


@SLUGS
def test_both_tools_send_the_same(slug: str) -> None:
    def told(requests: Iterator[Sent]) -> list[str]:
        return sorted(repr(one) for one in requests)

    assert told(postman_requests(slug)) == told(bruno_requests(slug))


@SLUGS
def test_every_operation_is_in_the_collection(slug: str) -> None:
    found = {operation_of(CONTRACTS[slug], one).id for one in postman_requests(slug)}
    assert found == set(CONTRACTS[slug].operations)


# The scripts that sign ------------------------------------------------------------------------------------------

NODE = Path(playwright.__file__).parent / "driver" / "node"
STAND_INS = """
const crypto = require("node:crypto");
const CryptoJS = {
  enc: { Base64: { stringify: (words) => words.toString("base64") }, Utf8: { parse: (text) => Buffer.from(text) } },
  HmacSHA256: (text, key) => crypto.createHmac("sha256", key).update(text).digest(),
};
const box = { partnerId: "harbor", partnerSecret: "a-secret ü" };
const pm = { variables: { get: (name) => box[name], set: (name, value) => { box[name] = value; } } };
const bru = { getEnvVar: (name) => box[name], setVar: (name, value) => { box[name] = value; } };
new Function("pm", "bru", "require", process.argv[1])(pm, bru, () => CryptoJS);
process.stdout.write(box.partnerToken);
"""


def scripts() -> dict[str, str]:
    [event] = postman("partner-api")["event"]
    bru = bruno("partner-api")[Path("collection.bru")]["script:pre-request"]
    return {"Postman": "\n".join(event["script"]["exec"]), "Bruno": bru}


@pytest.mark.parametrize("tool", ["Postman", "Bruno"])
def test_a_partners_requests_are_signed(tool: str) -> None:
    ran = subprocess.run(
        [NODE, "-e", STAND_INS, scripts()[tool]], capture_output=True, text=True, timeout=30, check=True
    )
    token = jwt.read(ran.stdout)
    assert token.is_signed_with("a-secret ü")
    assert token.claims["partner_id"] == "harbor"
    assert token.claims["nbf"] < time.time() < token.claims["exp"]
