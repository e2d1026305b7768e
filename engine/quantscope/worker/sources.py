"""What the engine can be asked about sources that have to be converted."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from quantscope import api
from quantscope.convert.process import Limits
from quantscope.convert.sources import Wishes
from quantscope.documents import Document
from quantscope.live import Live
from quantscope.worker import protocol


def _describe(request: protocol.DescribeSource, live: Live) -> Document:
    return api.describe_source(request.path)


def _convert(request: protocol.Convert, live: Live) -> Document:
    wishes = Wishes(
        signatures=request.signatures,
        shapes=request.shapes,
        entry=request.entry,
        allow_code=request.allow_code,
        allow_select_ops=request.allow_select_ops,
    )
    return api.convert(request.path, request.output, wishes, Limits(request.seconds, request.memory), live)


def _install(request: protocol.InstallConverter, live: Live) -> Document:
    api.install_converter(request.converter, live, request.wheels)
    return api.converters()


HANDLERS: Final[Mapping[type, Callable[[Any, Live], Document]]] = {
    protocol.DescribeSource: _describe,
    protocol.Convert: _convert,
    protocol.InstallConverter: _install,
}
