"""Linked numbers: what twenty processes hold and burn while idle, and how many messages a second go through one.

    python -m bench.linked [numbers]

They live on the small WhatsApp of the tests, with fresh accounts: real ones, with large histories, hold more.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from tests.connectors.gateway import Gateway, Linked
from tests.connectors.linked_network import LinkedNetwork, Street
from tideline.connectors.linked import Care, LinkedConnector
from tideline.features.numbers.port import MessageReceived, Peer, Text

NUMBERS, IDLE_SECONDS, MESSAGES, RATE = 20, 30.0, 500, 50.0


def held_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def burnt(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def main(count: int) -> None:
    async with Street.running(count + 1) as street:
        network = LinkedNetwork(street, Care())
        connector = await network.new_connector()
        assert isinstance(connector, LinkedConnector)
        gateway = Gateway(connector, network)
        async with gateway.running():
            began = time.perf_counter()
            linked = [await gateway.link(f"Shop {n}", number_id=n + 1) for n in range(count)]
            print(f"{count} numbers linked and online after {time.perf_counter() - began:.0f} s")
            pids = [pid for one in linked if (pid := connector._running[one.account.number_id].pid)]
            await idle(pids)
            await busy(gateway, network, linked[0])
        await network.close()


async def idle(pids: list[int]) -> None:
    await asyncio.sleep(5)
    print(f"memory (PSS) of {len(pids)} processes: {sum(map(held_kb, pids)) / 1024:.0f} MB")
    before = sum(map(burnt, pids))
    await asyncio.sleep(IDLE_SECONDS)
    print(f"idle: {100 * (sum(map(burnt, pids)) - before) / IDLE_SECONDS:.2f} % of a core, all together")


async def busy(gateway: Gateway, network: LinkedNetwork, shop: Linked) -> None:
    ana = await network.phone("Ana")
    began = time.perf_counter()
    for n in range(MESSAGES):
        await gateway.connector.send(shop.account, Peer(phone=ana), Text(f"Out {n}"), client_ref=f"m-{n}")
        await asyncio.sleep(max(0.0, began + (n + 1) / RATE - time.perf_counter()))
    took = time.perf_counter() - began
    shown = {message.text for message in await network.screen(ana)}
    print(f"sent {MESSAGES} at {MESSAGES / took:.0f}/s, arrived {len(shown)}")
    began = time.perf_counter()
    await network.write_all(ana, shop.phone, [f"In {n}" for n in range(MESSAGES)])
    await gateway.next(MessageReceived, lambda event: event.text == f"In {MESSAGES - 1}")
    took = time.perf_counter() - began
    events = [envelope.event for envelope in gateway.envelopes]
    heard = [one.text for one in events if isinstance(one, MessageReceived) and (one.text or "").startswith("In ")]
    in_order = heard == [f"In {n}" for n in range(MESSAGES)]
    print(f"received {len(set(heard))} of {MESSAGES} at {MESSAGES / took:.0f}/s, in order: {in_order}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBERS))
