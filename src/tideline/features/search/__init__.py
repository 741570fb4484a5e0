"""Searching messages by their words.

A message is known by an `Entry`, which messages put in with the message itself:

    put(tx, [Entry]) / remove(tx, uid)
    workspaces_behind(system_tx), take_backlog(tx), leave_backlog(tx, uid)   messages from before there was a search
    find(tx, question, Narrowing(), page=1, size=50) -> Found     uids, best first, and whether more follow

Pure rules: `read_question(typed) -> Question` (or NothingToSearch, SearchTooLong), `stored_words(text, file name) ->
Entry.words`, empty where there is nothing to find, `highlights(question, text) -> [Highlight]`.
"""

from tideline.features.search.actions import DEEPEST, find
from tideline.features.search.errors import NothingToSearch, SearchTooLong
from tideline.features.search.highlights import find as highlights
from tideline.features.search.model import Entry, Found, Highlight, Narrowing, Writers
from tideline.features.search.question import LONGEST as LONGEST_QUESTION
from tideline.features.search.question import Question
from tideline.features.search.question import read as read_question
from tideline.features.search.store import leave_backlog, put, remove, take_backlog, workspaces_behind
from tideline.features.search.words import stored as stored_words

__all__ = [
    "DEEPEST",
    "LONGEST_QUESTION",
    "Entry",
    "Found",
    "Highlight",
    "Narrowing",
    "NothingToSearch",
    "Question",
    "SearchTooLong",
    "Writers",
    "find",
    "highlights",
    "leave_backlog",
    "put",
    "read_question",
    "remove",
    "stored_words",
    "take_backlog",
    "workspaces_behind",
]
