"""The list of chats: views, filters and search, all in its address; and what is done with many of them at once.

`read_list` reads it as templates show it; `ChatList` answers for the list, `Bulk` and `SavedViewForms` for its forms.
"""

from tideline.surfaces.dashboard.chatlist.bulk import Bulk
from tideline.surfaces.dashboard.chatlist.pages import ChatList
from tideline.surfaces.dashboard.chatlist.reading import read_list
from tideline.surfaces.dashboard.chatlist.saved import SavedViewForms

__all__ = ["Bulk", "ChatList", "SavedViewForms", "read_list"]
