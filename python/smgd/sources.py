"""Where settings are read from: the command line, SMGD_* variables and a YAML file."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import yaml

from smgd import kinds
from smgd.errors import WrongCommandLine
from smgd.settings import Settings, check, table

# Values by name, each with who said it.
Layer = dict[str, tuple[Any, str]]


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Flag over variable over config file over default. raises WrongCommandLine"""
    flags = from_flags(arguments)
    variables = from_environment(environment)
    config = flags.get("config") or variables.get("config")
    told = from_file(config[0]) if config else {}
    values: dict[str, Any] = {name: value for name, (value, _) in told.items()}
    origins = {name: origin for name, (_, origin) in told.items()}
    for layer in (variables, flags):
        for name, (value, origin) in layer.items():
            values[name], origins[name] = value, origin
    settings = Settings(**values, origins=origins)
    check(settings)
    return settings


def from_flags(arguments: Sequence[str]) -> Layer:
    """What the command line says."""
    given = vars(parser().parse_args(arguments))
    positional = given.pop("positional", None)
    if positional is not None and given.setdefault("model", [positional]) != [positional]:
        raise WrongCommandLine(
            f"the model is named twice: {positional} and --model {given['model'][0]}"
        )
    rows = {row.name: row for row in table()}
    return {
        name: (rows[name].read(words, rows[name].flag), rows[name].flag)
        for name, words in given.items()
    }


def from_environment(environment: Mapping[str, str]) -> Layer:
    """What SMGD_* variables say; an empty one is as good as absent."""
    layer: Layer = {}
    for row in table():
        text = environment.get(row.variable, "")
        if text:
            words = [word.strip() for word in text.split(",")] if row.many else [text]
            layer[row.name] = (row.read(words, row.variable), row.variable)
    return layer


def from_file(path: str) -> Layer:
    """What a YAML file says; keys are the flags' names, with - or _."""
    try:
        told = yaml.safe_load(Path(path).read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise WrongCommandLine(f"could not read the config file {path}: {error}") from None
    if not isinstance(told, dict):
        raise WrongCommandLine(f"{path} must hold settings as key: value")
    rows = {row.name: row for row in table()}
    layer: Layer = {}
    for key, value in told.items():
        name = str(key).replace("-", "_")
        if name not in rows or name == "config":
            raise WrongCommandLine(
                f'{path} has no setting "{key}" to give',
                hint="keys are the flags' names without the dashes; see smgd options",
            )
        if value is not None:
            layer[name] = (rows[name].read(words_of(value), f'"{key}" in {path}'), path)
    return layer


def words_of(value: object) -> list[str]:
    """A YAML value as the command line would have spelled it."""
    values = value if isinstance(value, list) else [value]
    return [str(word).lower() if isinstance(word, bool) else str(word) for word in values]


class Parser(argparse.ArgumentParser):
    """argparse, with our wording and our exit."""

    def error(self, message: str) -> NoReturn:
        """raises WrongCommandLine"""
        raise WrongCommandLine(message, hint="smgd serve --help lists every flag")


def parser() -> argparse.ArgumentParser:
    """The command line of `smgd serve`; values stay words until the table reads them."""
    made = Parser(
        prog="smgd serve",
        description="Serve a model over the OpenAI API.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    made.add_argument("positional", nargs="?", metavar="MODEL", help="as --model")
    for row in table():
        shown = argparse.SUPPRESS if row.hidden else row.help.replace("%", "%%")
        if row.kind is kinds.SWITCH:
            made.add_argument(
                row.flag, dest=row.name, action="store_const", const=["true"], help=shown
            )
        else:
            made.add_argument(
                row.flag,
                dest=row.name,
                nargs="+" if row.many else 1,
                # Said twice: several values add up, of single ones the last counts.
                action="extend" if row.many else "store",
                metavar=row.kind.metavar,
                help=shown,
            )
    return made
