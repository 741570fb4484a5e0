"""One chat on the screen: what is said in it, what is written into it, and what is done with it."""

from tideline.surfaces.dashboard.talk.deeds import Deeds
from tideline.surfaces.dashboard.talk.platform import PlatformTemplates
from tideline.surfaces.dashboard.talk.reading import Talk
from tideline.surfaces.dashboard.talk.writing import Writing

__all__ = ["Deeds", "PlatformTemplates", "Talk", "Writing"]
