"""The process of a linked number, made to believe in the small WhatsApp: the product's own, behind a launcher of tests.

    python -m tests.support.whatsapp.worker <proxy> <key of the authority> <the arguments of a number's process>

That a process can be made to trust in somebody else is in the tests only; nothing that is shipped has a way to do it.
"""

import sys
from functools import partial

from tests.support.whatsapp.trusting import trust
from tideline.connectors.linked.worker import Surroundings, main

if __name__ == "__main__":
    proxy, key = sys.argv[1:3]
    main(sys.argv[3:], Surroundings(prepare=partial(trust, bytes.fromhex(key)), proxy=proxy))
