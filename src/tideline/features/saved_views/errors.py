"""What can go wrong with saved views, in the user's words."""

from tideline.platform.errors import Problem


class ViewNotFound(Problem):
    code = "view_not_found"
    message = "There is no such view."


class InvalidViewName(Problem):
    code = "invalid_view_name"
    message = "A view's name has 1 to 40 characters."


class ViewNameTaken(Problem):
    code = "view_name_taken"
    message = "You have a view of this name already."


class TooManyViews(Problem):
    code = "too_many_views"
    message = "There are as many views as there may be. Delete one first."
