"""What every handler is wrapped in: nothing but pyfuse3's own error leaves it.

An exception of ours becomes its errno (errnos.py); anything else is logged with its traceback and
answered EIO, for an exception that escapes from a handler would end the whole mount.
"""

import errno
import functools
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyfuse3

from photofs.fuse.errnos import answer_for
from photofs.fuse.refusals import Refusals
from photofs.fuse.whereabouts import whereabouts
from photofs.model.errors import PhotofsError, Refused

log = logging.getLogger(__name__)

_refusals = Refusals()

P = ParamSpec("P")
R = TypeVar("R")
Side = TypeVar("Side")
Handler = Callable[Concatenate[Side, P], Coroutine[Any, Any, R]]
AtOnce = Callable[Concatenate[Side, P], R]


def answered(handler: Handler[Side, P, R]) -> Handler[Side, P, R]:
    """Wrap a handler so that nothing but FUSEError leaves it."""

    async def wrapper(self: Side, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await handler(self, *args, **kwargs)
        except Exception as error:
            where = whereabouts(self, handler.__name__, args)
            raise answer(handler.__name__, error, where) from error

    functools.update_wrapper(wrapper, handler)
    return wrapper


def at_once(handler: AtOnce[Side, P, R]) -> Handler[Side, P, R]:
    """Have what never waits be such a handler, too.

    Where small reads pass, handlers that may wait are not wrapped but call `answer` themselves:
    each coroutine more is a tenth of such a read.
    """

    async def wrapper(self: Side, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return handler(self, *args, **kwargs)
        except Exception as error:
            where = whereabouts(self, handler.__name__, args)
            raise answer(handler.__name__, error, where) from error

    functools.update_wrapper(wrapper, handler)
    return wrapper


def answer(verb: str, error: Exception, where: Callable[[], str] = lambda: "") -> pyfuse3.FUSEError:
    """What the kernel is told of an exception; the log hears of it, too, and `where` it was."""
    if isinstance(error, pyfuse3.FUSEError):
        return pyfuse3.FUSEError(error.errno)
    if isinstance(error, PhotofsError):
        told = answer_for(error)
        if isinstance(error, Refused) and told.level == logging.WARNING:
            _refusals.tell(verb, str(error), where)
        else:
            log.log(told.level, "%s: %s", verb, error)
        return pyfuse3.FUSEError(told.errno)
    log.error("%s met what nobody foresaw; the mount lives on", verb, exc_info=error)
    return pyfuse3.FUSEError(errno.EIO)


def refused(name: str, number: int = errno.EROFS) -> Callable[..., Coroutine[Any, Any, Any]]:
    """A handler that always answers the same errno."""

    async def handler(*_args: object, **_kwargs: object) -> None:
        raise pyfuse3.FUSEError(number)

    handler.__name__ = name
    return handler
