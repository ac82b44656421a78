"""What happened to a job, in words: the events and commands of its journal as a person wants to hear them."""

from __future__ import annotations

from ddm import redact
from ddm.core import commands as c
from ddm.core import events as e
from ddm.failures import Failure, Kind
from ddm.units import size


def told(what: e.Event | c.Command) -> str | None:
    """One event or command as a line, without secrets; None for what only the machinery needs."""
    words = _name(what) or _request(what) or _part(what) or _state(what)
    return None if words is None else redact.text(words)


def _name(what: e.Event | c.Command) -> str | None:
    match what:
        case c.LookUp(host=host):
            return f"the addresses of {host} are asked for"
        case e.LookedUp(failure=Failure() as failure):
            return failure.message
        case e.LookedUp(host=host, addresses=addresses):
            return f"{host} is {', '.join(addresses)}"
        case _:
            return None


def _request(what: e.Event | c.Command) -> str | None:
    match what:
        case c.StartTransfer(transfer_id=number, request=request, expectation=expectation):
            asked = "everything" if expectation.range is None else f"bytes {expectation.range}"
            return f"request {number} asks for {asked} of {redact.url(request.url)}"
        case c.CancelTransfer(transfer_id=number):
            return f"request {number} is given up"
        case c.ShortenTransfer(transfer_id=number, stop=stop):
            return f"request {number} is to end at byte {stop}; another one asks for the rest"
        case e.HeadArrived(transfer_id=number, offer=offer):
            length = offer.representation.size_bytes
            long = "of unknown length" if length is None else f"{size(length)} long"
            kind = "sends ranges" if offer.partial else "sends all of it, no range"
            return f"request {number} is answered: the file is {long}, the server {kind}"
        case e.TransferEnded(transfer_id=number, position=position, failure=None):
            return f"request {number} ended well, at byte {position}"
        case e.TransferEnded(transfer_id=number, position=position, failure=Failure() as failure):
            if failure.kind is Kind.CANCELLED:
                return f"request {number} ended at byte {position}, given up"
            return f"request {number} ended at byte {position}: {failure.message}"
        case _:
            return None


def _part(what: e.Event | c.Command) -> str | None:
    match what:
        case c.ResetPart():
            return "it begins again with an empty part file"
        case e.PartOpened(name=name, kept=kept):
            return f"{name}.part is open, " + ("with what was fetched before" if kept else "empty")
        case e.PartFailed(failure=failure) | e.SyncFailed(failure=failure):
            return failure.message
        case e.PartClosed(failure=failure):
            return "its part file is closed" + (f": {failure.message}" if failure else "")
        case e.FileDigested(found=found):
            return f"the file has {', '.join(map(str, found))}"
        case e.FilePublished(name=name):
            return f"the file has its name, {name}"
        case _:
            return None


def _state(what: e.Event | c.Command) -> str | None:
    match what:
        case e.JobOffered(record=record):
            fetched = f", {size(record.written.total)} of it fetched before"
            return f"taken into work{fetched if record.written else ''}"
        case c.RecordState(state=state, failure=failure):
            return f"it is {state.value}" + (f": {failure.message}" if failure else "")
        case _:
            return None
