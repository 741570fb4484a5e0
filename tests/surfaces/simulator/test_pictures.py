"""Pictures that phones and groups show, over the simulator's API."""

import base64
from typing import Any

import pytest

from tests.support import media
from tests.surfaces.simulator.conftest import ANA, BO, CLEO, Api

PICTURE = {"mimetype": "image/jpeg", "base64": base64.b64encode(media.picture()).decode()}


async def shown(api: Api, path: str) -> bytes:
    response = await api.raw("GET", f"{path}/picture")
    assert response.status == 200
    assert response.headers["content-type"] == "image/jpeg"
    assert response.headers["x-content-type-options"] == "nosniff"
    return response.body


async def test_a_phone_shows_a_picture_and_takes_it_away(api: Api) -> None:
    assert (await api.ok("PUT", f"/phones/{ANA}/picture", PICTURE))["has_picture"]
    assert await shown(api, f"/phones/{ANA}") == media.picture()
    phones = {one["phone"]: one["has_picture"] for one in (await api.ok("GET", "/phones"))["phones"]}
    assert (phones[ANA], phones[BO]) == (True, False)
    assert not (await api.ok("DELETE", f"/phones/{ANA}/picture"))["has_picture"]
    assert await api.refused("GET", f"/phones/{ANA}/picture") == (404, "picture_not_found")


async def test_a_group_shows_one_too(api: Api) -> None:
    jid = (await api.ok("POST", "/groups", {"subject": "Sunday ride", "members": [ANA, BO]}))["jid"]
    assert await api.ok("PUT", f"/groups/{jid}/picture", PICTURE) == {"jid": jid, "has_picture": True}
    assert await shown(api, f"/groups/{jid}") == media.picture()
    assert await api.ok("DELETE", f"/groups/{jid}/picture") == {"jid": jid, "has_picture": False}
    assert await api.refused("GET", f"/groups/{jid}/picture") == (404, "picture_not_found")


REFUSED: dict[str, tuple[str, Any, tuple[int, str]]] = {
    "no such phone": ("/phones/+15559999999", PICTURE, (404, "phone_not_found")),
    "no phone": ("/phones/ana", PICTURE, (404, "phone_not_found")),
    "no such group": ("/groups/120363000000000999@g.us", PICTURE, (404, "group_not_found")),
    "no group": ("/groups/riders", PICTURE, (404, "group_not_found")),
    "a document": (f"/phones/{CLEO}", {**PICTURE, "mimetype": "application/pdf"}, (400, "not_a_picture")),
    "no type": (f"/phones/{CLEO}", {**PICTURE, "mimetype": "jpeg"}, (400, "invalid_request")),
    "no base64": (f"/phones/{CLEO}", {**PICTURE, "base64": "%%%"}, (400, "invalid_request")),
    "nothing": (f"/phones/{CLEO}", {**PICTURE, "base64": ""}, (400, "invalid_request")),
    "too much": (f"/phones/{CLEO}", {**PICTURE, "base64": "AAAA" * 400_000}, (413, "file_too_large")),
}


@pytest.mark.parametrize(("path", "body", "answer"), REFUSED.values(), ids=REFUSED)
async def test_what_is_no_picture_of_somebody_is_refused(
    api: Api, path: str, body: Any, answer: tuple[int, str]
) -> None:
    assert await api.refused("PUT", f"{path}/picture", body) == answer


async def test_the_desk_sees_which_picture_it_is(api: Api) -> None:
    async def seen() -> Any:
        phones = (await api.ok("GET", "/desk"))["phones"]
        return next(one["picture"] for one in phones if f"+{one['phone']}" == ANA)

    assert await seen() is None
    pictures = set()
    for _ in range(2):
        await api.ok("PUT", f"/phones/{ANA}/picture", PICTURE)
        pictures.add(await seen())
    assert len(pictures) == 2
