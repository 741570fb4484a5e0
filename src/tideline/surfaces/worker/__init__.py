"""The way in for time: the dispatcher of facts, and everything that happens by the clock.

`Worker(db, files, dispatcher, sign_in, node=...)`: `await worker.run()` until `await worker.stop()`.
"""

from tideline.surfaces.worker.worker import Worker

__all__ = ["Worker"]
