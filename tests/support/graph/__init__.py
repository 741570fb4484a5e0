"""A Graph API of our own: the part of Meta's Business Platform that Tideline uses, in memory, as an ASGI application.

    graph = Graph()
    number = graph.add_number("15550100001", "Harbour Bikes")    # with an app, a business account and a token
    ana = graph.add_customer("4915150001", "Ana")
    await ana.write(number, "Hello")                             # a webhook goes out, signed
    graph.screen(ana.phone)                                      # what her phone shows
    graph.fail_next(131056)                                      # the next message is refused like this

`Graph` is the application. Whoever drives it says how webhooks travel (`graph.post`), which lets pywa, our receiver
or a server of its own stand at the other end. Written from Meta's documents; pywa, unmodified, holds us to them
(tests/connectors/test_graph_emulator.py).
"""

from tests.support.graph.app import Graph
from tests.support.graph.customers import Customer
from tests.support.graph.model import Failure, Media, Number, Said, Template
from tests.support.graph.served import ServedGraph, served

__all__ = ["Customer", "Failure", "Graph", "Media", "Number", "Said", "ServedGraph", "Template", "served"]
