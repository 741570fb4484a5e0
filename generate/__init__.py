"""Makes from the contracts what is written down from them: the client's code and the collections of requests."""


def everything() -> dict[str, str]:
    """Every file, by its path in the project, with what belongs into it."""
    from generate import client, collections

    return client.files() | collections.files()
