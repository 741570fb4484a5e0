"""The promises of the port, as tests that every connector passes.

A connector's test class inherits `ConnectorContract` and brings a fixture `network`. A connector that cannot do
everything inherits those parts of the suite that speak of what it can do: business numbers `BusinessContract`, and
`BusinessPromises` for what only they have.
"""

from tests.connectors.suite.business import BusinessPromises
from tests.connectors.suite.groups import GroupPromises
from tests.connectors.suite.history import HistoryPromises
from tests.connectors.suite.linking import LinkingPromises
from tests.connectors.suite.media import MediaDetailPromises, MediaPromises
from tests.connectors.suite.pictures import PicturePromises
from tests.connectors.suite.queue import QueuePromises
from tests.connectors.suite.receiving import PhonePromises, ReceivingPromises
from tests.connectors.suite.sending import DirectoryPromises, SendingPromises
from tests.connectors.suite.states import ConnectionPromises, StatePromises

__all__ = ["BusinessContract", "BusinessPromises", "ConnectorContract"]


class BusinessContract(SendingPromises, ReceivingPromises, MediaPromises, QueuePromises, StatePromises):
    """What numbers without a phone of their own can promise."""


class ConnectorContract(
    BusinessContract,
    LinkingPromises,
    DirectoryPromises,
    PhonePromises,
    MediaDetailPromises,
    GroupPromises,
    ConnectionPromises,
    HistoryPromises,
    PicturePromises,
):
    """Everything."""
