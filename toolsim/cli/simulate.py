"""`toolsim simulate`: make a run of dialogues over tools of one's own, played wholly by models."""

from __future__ import annotations

from pathlib import Path

import click

from toolsim.apis.imported import language_of, read_tools_file
from toolsim.base.errors import ToolsimError
from toolsim.cli.asking import Asking, asking_options
from toolsim.cli.generate import jury_of, languages_of, tell
from toolsim.cli.panel import juror_option, panel_options
from toolsim.dataset.store import run_digest
from toolsim.pipeline.bench import Terms
from toolsim.pipeline.casting import PLANNER, WORLD, Casting
from toolsim.pipeline.config import Imported, RunConfig
from toolsim.pipeline.means import Means
from toolsim.pipeline.simulate import simulate, tools_digest
from toolsim.roleplay.prompts import prompts_digest
from toolsim.scenario.simulated import TASK
from toolsim.views.run import RunProgress

_FILE = click.Path(path_type=Path)
_BATCH = 8


@click.command("simulate")
@click.argument("tools", type=_FILE)
@click.option("--count", type=click.IntRange(1), default=100, show_default=True, help="Dialogues wanted.")
@click.option("--languages", default="", help="Languages, separated by commas.  [default: that of the descriptions]")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--out", type=_FILE, default=None, help="Run folder.  [default: outputs/TOOLS-SEED]")
@click.option("--against", type=_FILE, multiple=True, metavar="RUN", help="Earlier run not to repeat; may be given often.")
@click.option("--user", required=True, metavar="MODEL", help="Who plays the user.")
@click.option("--assistant", required=True, metavar="MODEL", help="Who plays the assistant.")
@click.option("--tool", required=True, metavar="MODEL", help="Who plays the tools.")
@click.option("--tasks", default=None, metavar="MODEL", help="Who thinks up the tasks.  [default: who plays the user]")
@click.option(
    "--mishaps", type=click.FloatRange(0, 1), default=0.0, show_default=True, help="Share of tasks in which a tool fails."
)
@click.option("--trajectories", type=click.IntRange(1, 64), default=1, show_default=True, help="Of each task.")
@juror_option("none")
@panel_options
@asking_options
@click.option("--batch", type=click.IntRange(1, 256), default=_BATCH, show_default=True, help="Dialogues written together.")
@click.option("--json", "as_json", is_flag=True, help="Write one JSON object to stdout.")
def command(
    tools: Path, count: int, languages: str, seed: int, out: Path | None, against: tuple[Path, ...], user: str, assistant: str,
    tool: str, tasks: str | None, mishaps: float, trajectories: int, specs: tuple[str, ...], terms: Terms, asking: Asking,
    batch: int, as_json: bool,
) -> None:  # fmt: skip
    """Make a run of dialogues over the tools of a file, played by models; the same command goes on with a run that was stopped.

    TOOLS is a JSON or JSON Lines file: tools in OpenAI form, bare functions, or what an MCP server lists. No world backs them,
    so that nothing is executed: a model thinks up tasks, models play user, assistant and tools, and rules hold all of them.
    """
    given = read_tools_file(tools)
    stem = tools.name.partition(".")[0] or tools.name
    jury = jury_of(specs, terms, asking, seed)
    casting = Casting(user=user, assistant=assistant, tool=tool, trajectories=trajectories, tasks=tasks or user, jury=jury)
    _refuse(casting)
    for name in casting.models:
        asking.settings.find(name)
    config = RunConfig(
        count=count,
        languages=languages_of(languages) if languages else (language_of(given),),
        shares={TASK.name: 1.0},
        packs=(f"imported/{stem}",),
        seed=seed,
        content=tools_digest(given),
        batch=batch,
        casting=casting,
        prompts=prompts_digest(),
        imported=Imported(writes=tuple(sorted(one.name for one in given if one.effect == "WRITE")), mishaps=mishaps),
        against=tuple(f"{run.name}:{run_digest(run)}" for run in against),
    )
    folder = out or Path("outputs") / f"{stem}-{seed}"
    with RunProgress(count) as progress:
        done = simulate(config, given, folder, Means(earlier=against, hiring=asking.hiring), progress.show)
    tell(done, folder, as_json)


def _refuse(casting: Casting) -> None:
    """Refuse what plays only where a world backs the tools."""
    roles = {"user": casting.user, "assistant": casting.assistant, "tool": casting.tool, "tasks": casting.tasks}
    for role, name in roles.items():
        if name in ("", PLANNER, WORLD):
            hint = "name a model for each role; over packs, `toolsim generate` needs none"
            raise ToolsimError(f"--{role} {name!r} is no model, and no world backs these tools", hint=hint)
