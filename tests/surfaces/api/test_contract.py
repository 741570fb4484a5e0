"""The contract file: YAML and JSON are one document, the program matches it, and it is served whole."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.applications import Starlette

from tests.support.asgi import call
from tideline.features import search, templates
from tideline.surfaces.api import contract, limits, unbuilt_operations
from tideline.surfaces.api.contract import build, public_api
from tideline.surfaces.api.docs import STATIC, document_routes
from tideline.surfaces.api.mount import table
from tideline.surfaces.api.not_built import NOT_BUILT


@pytest.fixture(scope="module")
def docs() -> Starlette:
    app = Starlette(routes=document_routes())
    app.router.redirect_slashes = False
    return app


@pytest.mark.parametrize(("source", "made"), build.PAIRS, ids=lambda path: path.name)
def test_yaml_and_json_are_one_document(source: Path, made: Path) -> None:
    assert made.read_text("utf-8") == build.as_json(build.read_yaml(source)), "run `make contract`"


def test_every_operation_is_built_or_listed_as_not_built() -> None:
    paths = table()
    for operation in public_api().operations.values():
        found = paths.find(operation.path.replace("{", "").replace("}", ""))
        assert found
        assert (found[0][operation.method].function is None) == (operation.id in NOT_BUILT)


def test_the_limits_in_the_code_are_the_limits_in_the_contract() -> None:
    schemas, stated = public_api().document["components"]["schemas"], public_api().document["x-limits"]
    assert limits.TEXT == stated["text"]["max"] == schemas["MessageBody"]["properties"]["text"]["maxLength"]
    assert limits.LABEL == stated["label"]["max"] == schemas["Label"]["maxLength"]
    assert limits.CHAT_NAME == stated["chat-name"]["max"] == schemas["ChatUpdate"]["properties"]["name"]["maxLength"]
    assert limits.SEARCH == search.LONGEST_QUESTION == stated["search"]["max"]
    template = schemas["TemplateWrite"]["properties"]
    assert limits.TEMPLATE_NAME == templates.NAME_MAX == template["name"]["maxLength"]
    assert limits.TEMPLATE_TEXT == templates.TEXT_MAX == template["text"]["maxLength"]
    assert limits.URL == stated["url"]["max"] == schemas["WebhookCreate"]["properties"]["url"]["maxLength"]


def test_one_command_prints_what_is_not_built() -> None:
    command = [sys.executable, "-m", "tideline.surfaces.api.contract", "not-built"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert len(printed) == len(unbuilt_operations()) == len(NOT_BUILT) == 0


# Served ------------------------------------------------------------------------------------------------------


def unmarked(document: Any) -> Any:
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation.pop("x-not-built", None)
    return document


def marked(document: Any) -> set[str]:
    return {
        operation["operationId"]
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and operation.get("x-not-built")
    }


@pytest.mark.parametrize(
    "path",
    ["/integrations/api/openapi.json", "/integrations/api/openapi.yaml", "/docs/openapi/public_api_spec.yaml"],
)
async def test_the_served_document_is_the_contract_with_marks(docs: Starlette, path: str) -> None:
    response = await call(docs, "GET", path)
    assert response.status == 200
    document = json.loads(response.body) if path.endswith("json") else yaml.safe_load(response.body)
    assert marked(document) == NOT_BUILT
    assert unmarked(document) == build.read_yaml()
    again = await call(docs, "GET", path, headers={"If-None-Match": response.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("name", ["webhook_spec.yaml", "webhook_spec.json"])
async def test_the_events_are_served_too(docs: Starlette, name: str) -> None:
    response = await call(docs, "GET", f"/docs/openapi/{name}")
    assert response.status == 200
    assert yaml.safe_load(response.body) == build.read_yaml(contract.WEBHOOKS_YAML)
    again = await call(docs, "GET", f"/docs/openapi/{name}", headers={"If-None-Match": response.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


async def test_the_reference_page_loads_nothing_from_elsewhere(docs: Starlette) -> None:
    page = await call(docs, "GET", "/docs/api")
    assert page.status == 200
    assert "'unsafe" not in page.headers["content-security-policy"]
    text = page.body.decode()
    assert "//" not in text.replace("<!doctype html>", "")
    names = [part.split('"')[0] for part in text.split('="static/')[1:]]
    assert len(names) == 4
    for name in names:
        assert (await call(docs, "GET", f"/docs/static/{name}")).status == 200


async def test_third_party_files_have_their_licence_beside_them_and_no_source_maps() -> None:
    folders = [folder for folder in (STATIC / "vendor").iterdir() if folder.is_dir()]
    assert folders
    for folder in folders:
        assert (folder / "LICENSE").is_file()
        for file in folder.iterdir():
            assert b"sourceMappingURL" not in file.read_bytes()
            assert file.suffix != ".map"


@pytest.mark.parametrize("path", ["/docs/static/../docs.py", "/docs/static/%2e%2e/docs.py", "/docs/static/nothing.js"])
async def test_only_static_files_are_served(docs: Starlette, path: str) -> None:
    assert (await call(docs, "GET", path)).status == 404
