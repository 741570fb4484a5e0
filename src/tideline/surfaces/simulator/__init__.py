"""The way in to the simulated WhatsApp: its JSON API under `/simulator/api`.

`routes(SimulatorDeps(db, wakes, world, keyring, token, public_url, test_clock))` gives the routes for one application.
"""

from tideline.surfaces.simulator.deps import SimulatorDeps
from tideline.surfaces.simulator.routes import routes

__all__ = ["SimulatorDeps", "routes"]
