"""The README's curl lines do what the README says, typed in one shell, as a newcomer would."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.serving import Served

ROOT = Path(__file__).resolve().parents[2]
TOUR = re.compile(r"## A tour with curl\n(.*?)\n## ", re.DOTALL)
BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)
BETWEEN = "-----8<-----"

Shell = Callable[..., list[Any]]


def blocks() -> list[str]:
    tour = TOUR.search((ROOT / "README.md").read_text())
    assert tour
    return BLOCK.findall(tour[1])


def with_curl(folder: Path) -> str:
    """A search path on which there is a curl."""
    if shutil.which("curl") is None:
        shim = folder / "curl"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/tests/support/curl.py" "$@"\n')
        shim.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.fixture(scope="module")
def served(make_data_dir: Callable[[], Path]) -> Any:
    served = Served(make_data_dir())
    yield served
    served.close()


def answers(text: str) -> list[Any]:
    """The JSON documents in what the shell printed, in order."""
    decoder, found, at = json.JSONDecoder(), [], 0
    text = text.strip()
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        found.append(document)
        at += len(text[at:]) - len(text[at:].lstrip())
    return found


def test_the_tour_works_as_it_is_written(served: Served, tmp_path: Path) -> None:
    assert served.demo
    script = "\n".join([*(f"{block}\necho '{BETWEEN}'" for block in blocks())])
    script = re.sub(r"^DEMO=.*$", f"DEMO={served.data_dir}/demo.json", script, flags=re.MULTILINE)
    # a person takes a second between two commands, a script has to wait for what the text promises
    script = re.sub(r"^(curl .*\?phone=.*)$", wait_for(r"\1", '"chats": *\\[{'), script, flags=re.MULTILINE)
    script = re.sub(r"^(curl .*/messages/\$MESSAGE\")$", wait_for(r"\1", '"Delivered"'), script, flags=re.MULTILINE)
    script = re.sub(r"^(curl .*status_history\")$", wait_for(r"\1", '"Read"'), script, flags=re.MULTILINE)
    script = re.sub(r"^(curl .*/search/messages.*)$", wait_for(r"\1", "Porto"), script, flags=re.MULTILINE)
    ran = subprocess.run(
        ["bash", "-eu", "-o", "pipefail", "-c", script],
        env={**os.environ, "PATH": with_curl(tmp_path), "no_proxy": "127.0.0.1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    parts = [answers(part) for part in ran.stdout.split(BETWEEN)]
    _, lists, customer, sent, read, linked, twice, looked_up, _ = parts
    everything, wholesale = lists
    assert len(everything["data"]["chats"]) > len(wholesale["data"]["chats"]) > 0
    assert customer[0]["phone"] == "+15550001001"
    assert customer[-1]["data"]["chats"][0]["name"].startswith("Ana")
    assert sent[-1]["data"]["status"] == "Delivered"
    assert [entry["status"] for entry in read[-1]["data"]] == ["Sent", "Delivered", "Read"]
    assert len(linked[-1]["data"]["whatsapp_accounts"]) == 2
    assert twice[0] == twice[1]
    assert twice[0]["data"]["message_uid"]
    events, found = looked_up
    assert len(events["data"]["events"]) == 5
    assert [message["text"] for message in found["data"]["messages"]] == ["Do you ship to Porto?"]


def wait_for(command: str, wanted: str) -> str:
    """Shell code that repeats a command until its answer has what is wanted, then prints it."""
    look = f"A=$({command}); echo \"$A\" | grep -q '{wanted}' && break; sleep 0.05"
    return f'for i in $(seq 400); do {look}; done; echo "$A"'
