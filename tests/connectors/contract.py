"""The promises of the port, as tests that every connector passes.

A connector's test class inherits `ConnectorContract` and brings a fixture `network`. A connector that cannot do
everything inherits those parts of the suite that speak of what it can do.
"""

from tests.connectors.suite.groups import GroupPromises
from tests.connectors.suite.history import HistoryPromises
from tests.connectors.suite.linking import LinkingPromises
from tests.connectors.suite.media import MediaPromises
from tests.connectors.suite.queue import QueuePromises
from tests.connectors.suite.receiving import ReceivingPromises
from tests.connectors.suite.sending import SendingPromises
from tests.connectors.suite.states import StatePromises


class ConnectorContract(
    LinkingPromises,
    SendingPromises,
    ReceivingPromises,
    MediaPromises,
    QueuePromises,
    GroupPromises,
    StatePromises,
    HistoryPromises,
):
    """Everything."""
