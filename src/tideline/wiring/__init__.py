"""The one place that builds real adapters and joins everything: settings in, a running Tideline out."""


def main(arguments: list[str]) -> int:
    """Run one command. What it needs is imported when it is known which command it is."""
    from tideline.surfaces import cli
    from tideline.wiring.tools import Tools

    return cli.main(arguments, Tools())
