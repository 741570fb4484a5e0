"""The code of `tideline.client` that follows from the contracts."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from generate.methods import Method, methods
from generate.shapes import Shapes
from generate.writing import as_python, docstring, pascal, sentence
from tideline.platform.contract.document import Contract
from tideline.surfaces.api.contract import public_api, webhooks
from tideline.surfaces.partner.contract import partner_api, partner_webhooks

FOLDER = "src/tideline/client"
MADE = "Made from the contract by `python -m generate`."
MODEL_IMPORTS = (
    "from __future__ import annotations\n\nfrom collections.abc import Mapping\nfrom dataclasses import dataclass\n"
    "from datetime import datetime\nfrom typing import Any, Literal, TypeAlias\n\n"
)


def files() -> dict[str, str]:
    made = {
        "models.py": _models(Shapes(public_api()), "What the Public API answers with."),
        "partner_models.py": _models(Shapes(partner_api()), "What the Partner API answers with."),
        "events.py": _events(webhooks(), "The events that webhooks bring.", "Event"),
        "partner_events.py": _events(partner_webhooks(), "The events that partners are told.", "PartnerEvent"),
        "refusals.py": _refusals(),
        "operations/__init__.py": '"""The operations of both APIs as methods, made from the contracts."""\n',
        **_operations("public", public_api(), "models", "PublicApi"),
        **_operations("partner", partner_api(), "partner_models", "PartnerApi"),
    }
    return {f"{FOLDER}/{name}": as_python(f"{FOLDER}/{name}", text) for name, text in made.items()}


def _models(shapes: Shapes, about: str) -> str:
    for method in methods(shapes):
        _ = method.returns, method.parameters  # asking is what makes the models
    return f'"""{about} {MADE}"""\n\n{MODEL_IMPORTS}\n{_choices(shapes.contract)}\n\n{shapes.code()}\n'


def _choices(contract: Contract) -> str:
    """Texts out of a list, for what is sent. In answers they are texts: a newer server may have more of them."""
    schemas: dict[str, dict[str, Any]] = contract.document["components"]["schemas"]
    shapes = Shapes(contract)
    used = {hint for method in methods(shapes) for one in method.parameters for hint in one.hint.split(" | ")}
    lines = [
        f"{name}: TypeAlias = Literal[{', '.join(map(repr, schema['enum']))}]"
        for name, schema in schemas.items()
        if name in used and "enum" in schema
    ]
    return "\n".join(lines)


def _events(contract: Contract, about: str, union: str) -> str:
    shapes = Shapes(contract)
    bodies = {name: _body_of(item["post"]) for name, item in contract.document["webhooks"].items()}
    uses = Counter(body["$ref"] for body in bodies.values())
    classes, kinds = [], {name: event_class(name) for name in bodies}
    for name, body in bodies.items():
        told = _told(name, contract.document["webhooks"][name]["post"])
        if uses[body["$ref"]] == 1:
            shapes.hint({**contract.resolve(body), "description": told}, kinds[name])
        else:
            base = shapes.hint(body, "")
            said = docstring(*told.split("\n\n"), indent=4)
            classes.append(f"class {kinds[name]}({base}):\n{said}\n\n    __slots__ = ()")
    listed = "".join(f'    "{name}": {kind},\n' for name, kind in kinds.items())
    return (
        f'"""{about} {MADE}"""\n\n{MODEL_IMPORTS}\n' + "\n\n\n".join([shapes.code(), *classes]) + "\n\n\n"
        f"{union}: TypeAlias = {' | '.join(kinds.values())}\n\n"
        f"KINDS: Mapping[str, type[{union}]] = {{\n{listed}}}\n"
    )


def _body_of(raw: Any) -> dict[str, Any]:
    found: dict[str, Any] = raw["requestBody"]["content"]["application/json"]["schema"]
    return found


def _told(name: str, raw: Any) -> str:
    """What is said of an event, in paragraphs."""
    said = [sentence(raw.get("summary", "")), sentence(raw.get("description", "")), f"`{name}`"]
    return "\n\n".join(one for one in said if one)


def event_class(name: str) -> str:
    """`message:received:new` is `MessageReceived`: where something is new is no news when the rest says it."""
    parts = name.split(":")
    return pascal(":".join(parts[:-1] if len(parts) > 2 and parts[-1] == "new" else parts))


def _refusals() -> str:
    classes = [
        f"class {pascal(code)}(Refused):\n{docstring(told, indent=4)}\n\n    known_as = {code!r}"
        for code, told in _codes().items()
    ]
    listed = "".join(f"    {code!r}: {pascal(code)},\n" for code in _codes())
    about = "Answers other than success, a class for each code of both APIs."
    return (
        f'"""{about} {MADE}"""\n\nfrom collections.abc import Mapping\n\n'
        "from tideline.client.errors import Refused\n\n\n"
        + "\n\n\n".join(classes)
        + f"\n\n\nBY_CODE: Mapping[str, type[Refused]] = {{\n{listed}}}\n"
    )


def _codes() -> dict[str, str]:
    """Every code with the sentence that its class has."""
    public = public_api().document["components"]["schemas"]["Error"]
    partner = partner_api().document["components"]["schemas"]["PartnerErrorCode"]
    found: dict[str, list[str]] = {}
    for code in public["properties"]["error_code"]["enum"]:
        found.setdefault(code, []).append(f"{public['x-code-status'][code]} of the Public API")
    for code in partner["enum"]:
        found.setdefault(code, []).append(f"{partner['x-enum-detail'][code]['status']} of the Partner API")
    return {code: f"`{code}`: {', '.join(places)}." for code, places in found.items()}


def _operations(name: str, contract: Contract, models: str, kind: str) -> dict[str, str]:
    shapes = Shapes(contract)
    found = list(methods(shapes))
    prefix = contract.document["servers"][0]["url"]
    return {
        f"operations/{name}.py": _api(found, kind, models, prefix, awaits=False),
        f"operations/{name}_async.py": _api(found, f"Async{kind}", models, prefix, awaits=True),
    }


def _api(found: list[Method], kind: str, models: str, prefix: str, *, awaits: bool) -> str:
    base, module = ("AsyncConnection", "async_connection") if awaits else ("Connection", "connection")
    suffix, iterator = ("_async", "AsyncIterator") if awaits else ("", "Iterator")
    bodies = [code for one in found for code in (one.code(awaits=awaits), one.iterating_code(awaits=awaits)) if code]
    spoken = sorted(found[0].shapes.models) + sorted(_names(found[0].shapes.contract))
    return (
        f'"""The operations as methods{" to await" if awaits else ""}. {MADE}"""\n\n'
        f"from collections.abc import {iterator}, Mapping\nfrom datetime import datetime\n"
        f"from typing import Any, Literal\n\n"
        f"from tideline.client.{module} import {base}\n"
        "from tideline.client.calls import UNSET, Call, Unset, given, json_text, key_or_new, segment\n"
        f"from tideline.client.{models} import {', '.join(spoken)}\n"
        f"from tideline.client.paging import by_cursor{suffix}, by_number{suffix}\n"
        "from tideline.client.uploads import Upload\n\n"
        f'PREFIX = "{prefix}"\n\n\n'
        f"class {kind}({base}):\n{docstring('Every operation of the contract.', indent=4)}\n\n" + "\n\n".join(bodies)
    )


def _names(contract: Contract) -> Iterator[str]:
    for line in _choices(contract).splitlines():
        yield line.partition(":")[0]
