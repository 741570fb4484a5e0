"""`tideline` whose linked numbers live on the small WhatsApp: the product's own command, behind a launcher of tests.

TEST_WHATSAPP holds the proxy, the key of the authority and the path of its certificate.
"""

import os
import sys

from tideline.connectors.linked import Launch
from tideline.wiring import linked, main

if __name__ == "__main__":
    proxy, key, certificate = os.environ["TEST_WHATSAPP"].split()
    linked.launch = Launch(
        (sys.executable, "-m", "tests.support.whatsapp.worker", proxy, key), {"SSL_CERT_FILE": certificate}
    )
    sys.exit(main(sys.argv[1:]))
