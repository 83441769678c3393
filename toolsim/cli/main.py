"""The command line. Commands are imported when they are called, so that `toolsim --help` stays quick."""

from __future__ import annotations

import sys
from importlib import import_module

import click

import toolsim
from toolsim.base.errors import ToolsimError

COMMANDS = {
    "check": "Check the dialogues of a run again, or those that others made.",
    "domains": "Look at, check and try the API pool.",
    "export": "Write a run in a form that trainers read.",
    "generate": "Make a run of verified dialogues.",
    "jury": "Put the dialogues of a run to a jury, and find out how well jurors judge.",
    "show": "Read dialogues of a run in the terminal.",
    "simulate": "Make a run of dialogues over your own tools, played by models.",
    "stats": "Count what a run holds and measure how varied it is.",
}
"""Each is the attribute `command` of the module `toolsim.cli.<name>`."""


class LazyGroup(click.Group):
    """A group whose commands are imported when needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"toolsim.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(COMMANDS.items()))


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(toolsim.__version__, prog_name="toolsim")
def cli() -> None:
    """A factory for tool-use dialogues whose truth comes from execution."""


def main() -> None:
    """Run the command line: exit code 2 for what the person can fix, 130 after Ctrl-C."""
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except ToolsimError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    sys.exit(code or 0)
