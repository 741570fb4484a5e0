"""The way in to the simulated WhatsApp: its JSON API under `/simulator/api`.

`routes(SimulatorDeps(...))` gives the routes for one application.
"""

from tideline.surfaces.simulator.deps import SimulatorDeps
from tideline.surfaces.simulator.routes import routes

__all__ = ["SimulatorDeps", "routes"]
