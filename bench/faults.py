"""Kill `serve` at random moments while it sends and receives, then let every phone testify.

`python -m bench.faults --kills 30 --sends 500` is `make faults`; the test suite runs a small version. Every
text is unique, so that each message can be counted on the phone and in Tideline. Every other send has an
Idempotency-Key and is repeated until it is answered. The run is bounded: it sends what it was told to send and ends.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.server import DemoServer

API = "/integrations/api"
QUIET_WITHIN = 240.0


@dataclass
class Ledger:
    """What was asked for and what was acknowledged. `maybe` got no answer: stored or not, both are right."""

    sent: dict[str, str] = field(default_factory=dict)
    maybe_sent: set[str] = field(default_factory=set)
    answered_twice: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    maybe_written: set[str] = field(default_factory=set)


@dataclass
class Verdict:
    """The result of one run; `faults` names every broken promise."""

    kills: int
    accepted: int
    received: int
    unknown: int
    used: int
    faults: list[str]
    seconds: float

    def __str__(self) -> str:
        summary = (
            f"kills {self.kills}, sends accepted {self.accepted}, messages from phones {self.received}, "
            f"of unknown outcome {self.unknown}, credits used {self.used}, {self.seconds:.0f} s"
        )
        return "\n".join([summary] + [f"FAULT {fault}" for fault in self.faults] + ["faults: " + str(len(self.faults))])


class Run:
    """One run against one server in one folder."""

    def __init__(self, folder: Path, *, kills: int, sends: int, writes: int, seed: int) -> None:
        self._kills, self._sends, self._writes = kills, sends, writes
        self._random = random.Random(seed)
        self._server = DemoServer(folder, send_gap="0.05", rate_limit="0", unknown_after="20", log_level="warning")
        self._ledger = Ledger()
        self._phones = [f"+15550009{n:03d}" for n in range(5)]
        self._started = asyncio.Event()

    async def play(self) -> Verdict:
        began = time.perf_counter()
        await self._server.start()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http:
            self._http = http
            for phone in self._phones:
                await self._simulator("POST", "/phones", {"phone": phone, "name": f"Phone {phone[-3:]}"})
            self._own = (await self._api("GET", "/whatsapp_accounts"))["whatsapp_accounts"][0]["phone"]
            self._used_before = await self._used()
            writers = asyncio.gather(self._send_all(), self._write_all())
            await self._kill_all()
            await writers
            await self._quiet()
            verdict = await self._judge(time.perf_counter() - began)
        self._server.stop()
        return verdict

    # Under fire ------------------------------------------------------------------------------------------

    async def _kill_all(self) -> None:
        await self._started.wait()
        for _ in range(self._kills):
            await asyncio.sleep(self._random.uniform(0.05, 1.5))
            self._server.kill()
            await self._server.start()

    async def _send_all(self) -> None:
        for n in range(self._sends):
            phone, text = self._random.choice(self._phones), f"out {n}"
            try:
                await self._send(text, phone, key=f"key {n}" if n % 2 else None)
            except (aiohttp.ClientError, TimeoutError):
                self._ledger.maybe_sent.add(text)
                await self._back()
            self._started.set()

    async def _send(self, text: str, phone: str, key: str | None) -> None:
        """With a key it is asked for again until there is an answer, and again after that."""
        body = {"phone": phone, "text": text}
        if key is None:
            self._ledger.sent[text] = (await self._api("POST", "/messages", body))["message_uid"]
            return
        answers: list[str] = []
        while len(answers) < 2:
            try:
                answers.append((await self._api("POST", "/messages", body, key=key))["message_uid"])
                self._ledger.sent[text] = answers[0]
            except (aiohttp.ClientError, TimeoutError):
                await self._back()
        if answers[0] != answers[1]:
            self._ledger.answered_twice.add(text)

    async def _write_all(self) -> None:
        for n in range(self._writes):
            phone, text = self._random.choice(self._phones), f"in {n}"
            try:
                await self._simulator("POST", f"/phones/{phone}/messages", {"to": self._own, "text": text})
                self._ledger.written.add(text)
                await asyncio.sleep(self._random.uniform(0, 0.2))
            except (aiohttp.ClientError, TimeoutError):
                self._ledger.maybe_written.add(text)
                await self._back()

    async def _back(self) -> None:
        until = time.perf_counter() + 60
        while time.perf_counter() < until:
            try:
                async with self._http.get(self._server.base + "/readyz") as answer:
                    if answer.status == 200:
                        return
            except (aiohttp.ClientError, TimeoutError):
                pass
            await asyncio.sleep(0.05)
        raise TimeoutError("the server did not come back")

    async def _quiet(self) -> None:
        """Wait until nothing is on its way any more."""
        until = time.perf_counter() + QUIET_WITHIN
        while time.perf_counter() < until:
            own = [m for m in await self._stored() if m["from_me"]]
            here = {m["text"] for m in await self._stored() if not m["from_me"]}
            if not any(m["status"] in ("Pending", "Sending") for m in own) and self._ledger.written <= here:
                return
            await asyncio.sleep(1)

    # The witnesses -----------------------------------------------------------------------------------------

    async def _judge(self, seconds: float) -> Verdict:
        stored = await self._stored()
        own = {m["text"]: m for m in stored if m["from_me"] and m["text"].startswith("out ")}
        faults = list(self._of_sends(own, await self._on_phones()))
        faults += self._of_receives(Counter(m["text"] for m in stored if not m["from_me"]))
        doubles = Counter(m["text"] for m in stored if m["from_me"])
        faults += [f"{text!r} is stored {count} times" for text, count in doubles.items() if count > 1]
        faults += [f"{text!r} got two answers under one key" for text in self._ledger.answered_twice]
        unknown = [text for text, m in own.items() if m["data"].get("outcome") == "unknown"]
        if len(unknown) > self._kills:
            faults.append(f"{len(unknown)} messages of unknown outcome after {self._kills} kills")
        used, owed = await self._used() - self._used_before, self._owed(own)
        if used != owed:
            faults.append(f"credits used {used}, messages to be paid {owed}")
        return Verdict(
            self._kills, len(self._ledger.sent), len(self._ledger.written), len(unknown), used, faults, seconds
        )

    def _of_sends(self, own: dict[str, Any], on_phones: Counter[str]) -> list[str]:
        faults = []
        for text, uid in self._ledger.sent.items():
            if text not in own or own[text]["uid"] != uid:
                faults.append(f"{text!r} was accepted and is not stored")
        for text, message in own.items():
            seen = on_phones[text]
            is_unknown = message["data"].get("outcome") == "unknown"
            if seen != 1 and not (is_unknown and seen == 0):
                faults.append(f"{text!r} ({message['status']}) is on its phone {seen} times")
            if message["status"] in ("Pending", "Sending"):
                faults.append(f"{text!r} is still {message['status']}")
            if message["status"] == "Failed" and not is_unknown:
                faults.append(f"{text!r} failed without a reason to")
        faults += [f"{text!r} is on a phone and not stored" for text in on_phones if text not in own]
        return faults

    def _of_receives(self, stored: Counter[str]) -> list[str]:
        faults = [f"{text!r} came in and is not stored" for text in self._ledger.written if not stored[text]]
        return faults + [
            f"{text!r} came in {count} times" for text, count in stored.items() if count > 1 and text.startswith("in ")
        ]

    def _owed(self, own: dict[str, Any]) -> int:
        return sum(m["status"] != "Failed" or m["data"].get("outcome") == "unknown" for m in own.values())

    async def _on_phones(self) -> Counter[str]:
        seen: Counter[str] = Counter()
        for phone in self._phones:
            answer = await self._simulator("GET", f"/phones/{phone}/messages")
            seen.update(m["text"] for m in answer["messages"] if (m["text"] or "").startswith("out "))
        return seen

    async def _stored(self) -> list[Any]:
        messages = []
        for phone in self._phones:
            found = await self._api("GET", f"/chats?phone=%2B{phone[1:]}")
            for chat in found["chats"]:
                page, more = 1, True
                while more:
                    answer = await self._api("GET", f"/chats/{chat['id']}/messages?page={page}")
                    messages += answer["messages"]
                    page, more = page + 1, answer["has_more_pages"]
        return messages

    async def _used(self) -> int:
        used: int = (await self._api("GET", "/workspace"))["messaging_quota"]["used"]
        return used

    # Calls -------------------------------------------------------------------------------------------------

    async def _api(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        return (await self._call(method, API + path, self._server.demo["api_token"], body, key))["data"]

    async def _simulator(self, method: str, path: str, body: Any = None) -> Any:
        return await self._call(method, "/simulator/api" + path, self._server.demo["simulator_token"], body)

    async def _call(self, method: str, path: str, token: str, body: Any, key: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", **({"Idempotency-Key": key} if key else {})}
        url = self._server.base + path
        async with self._http.request(method, _raw(url), json=body, headers=headers) as answer:
            value = await answer.json()
            if answer.status == 503:
                raise aiohttp.ClientConnectionError("shutting down")
            assert answer.status in (200, 201), f"{method} {path} answered {answer.status}: {value}"
            return value


def _raw(url: str) -> Any:
    from yarl import URL

    return URL(url, encoded=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--sends", type=int, default=500)
    parser.add_argument("--writes", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    print(f"seed {given.seed}")
    with tempfile.TemporaryDirectory(prefix="tideline-faults-") as folder:
        Path(folder).chmod(0o755)  # the embedded database of root runs as somebody else
        run = Run(Path(folder), kills=given.kills, sends=given.sends, writes=given.writes, seed=given.seed)
        verdict = asyncio.run(run.play())
    print(verdict)
    sys.exit(bool(verdict.faults))


if __name__ == "__main__":
    main()
