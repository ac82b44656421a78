"""What `ddm` and `ddm.embed` give their users has types, to the last attribute: no Any, and nothing to be guessed."""

import inspect
from importlib import import_module

import pytest

from integration import typed

DOORS = ("ddm", "ddm.embed", "ddm.testing")


@pytest.mark.parametrize("door", DOORS)
def test_every_public_name_is_typed_in_full(door: str):
    if reason := typed.why_not():
        pytest.skip(reason)
    homes = tuple(_homes(door))
    symbols = [
        symbol
        for symbol in typed.completeness("ddm")["symbols"]
        if symbol["name"].startswith(homes)
    ]

    lacking = {
        symbol["name"]: [each["message"] for each in symbol["diagnostics"]]
        for symbol in symbols
        if not symbol["isTypeKnown"]
    }

    assert symbols
    assert lacking == {}


def _homes(door: str) -> set[str]:
    """Where the classes and functions that it gives are made, as pyright names them.

    Adapters are not asked: their loops may not be here.
    """
    if door == "ddm.embed":
        return {"ddm.embed."}
    module = import_module(door)
    things = [getattr(module, name) for name in module.__all__]
    return {
        f"{thing.__module__}.{thing.__qualname__}"
        for thing in things
        if inspect.isclass(thing) or inspect.isfunction(thing)
    }
