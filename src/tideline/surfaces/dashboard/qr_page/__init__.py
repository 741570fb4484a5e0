"""The page behind a QR link, on which somebody outside links a phone. Whoever has the link may see it, signed in or
not; partners show it inside pages of their own (docs/qr-embedding.md).

`QrPage(deps, cookies)` has the handlers: `show`, `begin`, `state`.
"""

from tideline.surfaces.dashboard.qr_page.page import QrPage

__all__ = ["QrPage"]
