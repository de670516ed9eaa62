"""End a command at once on Ctrl-C, with one line and status 130, in every phase of its life.

This module is imported first, so it imports nothing that takes time.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn, Self
else:
    import _signal as signal  # `signal` takes longer to import than everything before it

STATUS = 130  # as shells report Ctrl-C
GRACE = 4.0  # s for a command to leave the bus and to disconnect, which takes BlueZ 2 s
STDERR = 2

_exit_actions: list[Callable[[], object]] = []


def quit_now() -> NoReturn:
    """End the process at once, after the registered exit actions."""
    for act in reversed(_exit_actions):
        act()
    report()
    os._exit(STATUS)


class ExitAction:
    """While inside, :func:`quit_now`, which runs no `finally`, calls ``act`` first; it must not fail."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def __enter__(self) -> None:
        _exit_actions.append(self._act)

    def __exit__(self, *_: object) -> None:
        _exit_actions.remove(self._act)


def report() -> None:
    """Print that the command was interrupted."""
    # If Ctrl-C came within another `exec`, as of dataclasses, Python would end by the signal, without STATUS.
    exec("")
    try:
        after_echo = b"\n" if os.isatty(STDERR) else b""  # the terminal shows ^C
        os.write(STDERR, after_echo + b"dbus-xbms: interrupted\n")
    except OSError:  # standard error is closed
        return


def ended_by_ctrl_c(main: Callable[[], int]) -> int:
    """Run a script's main function and return its exit status; Ctrl-C ends it like a command."""
    try:
        return main()
    except KeyboardInterrupt:
        report()
        return STATUS


_then: Callable[[], object] = quit_now  # called on the next Ctrl-C


def install() -> None:
    """Handle Ctrl-C instead of Python, which would print a traceback."""
    signal.signal(signal.SIGINT, _struck)


def ignore() -> None:
    """Ignore Ctrl-C from now on: the command is done, and Python removes its handler while it exits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _struck(_number: int, _frame: FrameType | None) -> None:
    global _then
    then, _then = _then, quit_now  # a second Ctrl-C does not wait
    then()


class Handler:
    """While inside, Ctrl-C calls ``then`` once instead of ending the process."""

    def __init__(self, then: Callable[[], object]) -> None:
        self._own = then

    def __enter__(self) -> Self:
        global _then
        self._before, _then = _then, self._own
        return self

    def __exit__(self, *_: object) -> None:
        global _then
        if _then is self._own:  # else it was pressed
            _then = self._before


def at_once() -> Handler:
    """While inside, Ctrl-C ends the process at once: there is nothing to clean up."""
    return Handler(lambda: quit_now())


def as_exception() -> Handler:
    """While inside, Ctrl-C raises KeyboardInterrupt: for prompts, and work that has to clean up."""
    return Handler(_raise)


def _raise() -> None:
    raise KeyboardInterrupt


def end_within(seconds: float) -> None:
    """End the process if it has not ended by itself after ``seconds``."""
    signal.signal(signal.SIGALRM, lambda *_: quit_now())
    signal.setitimer(signal.ITIMER_REAL, seconds)
