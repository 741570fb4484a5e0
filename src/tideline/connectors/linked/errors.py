"""What can stand in the way of linked numbers as such."""

from tideline.features.numbers.port import ConnectorProblem


class LinkedNotInstalled(ConnectorProblem):
    code = "linked_not_installed"
    message = (
        "Phones are linked with an extra of Tideline that is not installed here: pip install 'tideline[linked]'. "
        "It also needs libmagic1 (on Debian and Ubuntu: apt install libmagic1)."
    )
    is_final = False
