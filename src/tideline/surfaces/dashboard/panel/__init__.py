"""What is known of a chat beside its conversation: who it is with, whose it is, its labels, its files."""

from tideline.surfaces.dashboard.panel.faces import Faces

__all__ = ["Faces"]
