"""The newest commands: in words for people, and as one state for programs. Pure.

Commands that wait together are reported together until the last of them has ended; the next command starts a
new entry. A refusal meanwhile is reported beside them and does not change their state.
"""

from __future__ import annotations

from dataclasses import dataclass

from dbus_xbms.model import UNFINISHED, CommandState

MOST_COMMANDS = 8  # reported together; the oldest that have ended are dropped
MOST_SENDERS = 3  # named for one command
WORDS = {CommandState.WAITING: "waiting", CommandState.SENDING: "sending"}


@dataclass(slots=True, eq=False)
class Command:
    """One command: what was requested, by whom, and how far it has come."""

    words: str
    senders: tuple[str, ...]
    state: CommandState = CommandState.WAITING
    outcome: str = WORDS[CommandState.WAITING]

    @property
    def sender(self) -> str:
        """Who requested it, in words."""
        more = ("others",) if len(self.senders) > MOST_SENDERS else ()
        return " and ".join([*self.senders[:MOST_SENDERS], *more])

    @property
    def unfinished(self) -> bool:
        """Whether it is waiting or being sent."""
        return self.state in UNFINISHED

    def set_state(self, state: CommandState, outcome: str = "") -> None:
        """Set the state, with the outcome in words if there is one."""
        self.state, self.outcome = state, outcome or WORDS[state]


class CommandLog:
    """The commands that are reported together."""

    def __init__(self) -> None:
        self.number = 0  # counts entries since the start
        self._commands: list[Command] = []
        self._refused: Command | None = None

    @property
    def text(self) -> str:
        """All of them, in words."""
        if not self.number:
            return ""
        shown = [*self._commands, *([self._refused] if self._refused else [])]
        return "; ".join(f"{command.words}: {command.outcome}" for command in shown)

    @property
    def state(self) -> CommandState:
        """The state of all together: unfinished while one is; done only if each is."""
        if not self.number:
            return CommandState.NONE
        found = {command.state for command in self._commands}
        worst = (CommandState.SENDING, CommandState.WAITING, CommandState.FAILED, CommandState.REFUSED)
        if not found:
            return CommandState.REFUSED if self._refused else CommandState.NONE
        return next((state for state in worst if state in found), CommandState.DONE)

    def accept(self, words: str, sender: str) -> Command:
        """Add an accepted command."""
        self._begin()
        self._refused = None
        self._commands.append(command := Command(words, (sender,)))
        ended = [one for one in self._commands if not one.unfinished]
        for oldest in ended[: max(0, len(self._commands) - MOST_COMMANDS)]:
            self._commands.remove(oldest)
        return command

    def refuse(self, words: str, sender: str, why: str) -> None:
        """Add a command that was refused at once."""
        self._begin()
        self._refused = Command(words, (sender,), CommandState.REFUSED, f"refused: {why}")

    def merge(self, command: Command, words: str, sender: str, *, reverses: bool = False) -> None:
        """Merge a newer command into a waiting one; ``words`` names both.

        One that reverses the other counts as the next entry: its outcome is not that of the other.
        """
        command.words = words
        self.number += reverses
        if sender not in command.senders and len(command.senders) <= MOST_SENDERS:
            command.senders += (sender,)
        self._refused = None

    def drop_refusal(self) -> None:
        """Drop what was refused: the same was accepted since."""
        self._refused = None

    def _begin(self) -> None:
        if not any(command.unfinished for command in self._commands):
            self._commands, self._refused = [], None
            self.number += 1
