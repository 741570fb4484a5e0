"""What can go wrong when somebody searches, in the user's words."""

from tideline.platform.errors import Problem


class NothingToSearch(Problem):
    code = "nothing_to_search"
    message = "There is no word in the search."


class SearchTooLong(Problem):
    code = "search_too_long"
    message = "The search has more than 500 characters."
