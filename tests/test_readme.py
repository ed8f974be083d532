"""What the README shows is what the program does."""

import re
from pathlib import Path

import click

from pipeline.cli import app
from pipeline.recipe import loads

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_its_recipe_loads() -> None:
    (recipe,) = blocks("yaml")
    assert loads(recipe).mixture is not None


def test_its_commands_and_options_exist() -> None:
    lines = [line for block in blocks("sh") for line in block.replace("\\\n", " ").splitlines() if "winnow " in line]
    assert len(lines) >= 6
    for line in lines:
        words = line.partition("#")[0].partition(" -- ")[0].split()
        place = words.index(next(word for word in words if word.endswith("winnow"))) + 1
        command = app.commands[words[place]]
        if isinstance(command, click.Group):
            command = command.commands[words[place + 1]]
        options = {name for parameter in command.params for name in parameter.opts}
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, line


def test_its_scripts_are_there() -> None:
    for script in ("scripts/quickstart", "scripts/test"):
        assert script in README
        assert (Path(__file__).parents[1] / script).stat().st_mode & 0o111
