"""A simulated JBD with its module: requests, faults of its replies, and the login. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbus_xbms.protocols import ProtocolError
from dbus_xbms.protocols.jbd.frames import DD, Command, module_reply, parse_request, reply
from dbus_xbms.protocols.jbd.login import (
    APP_KEY,
    APP_KEY_TEXT,
    RANDOM,
    ROOT_PASSWORD,
    ROOT_PASSWORD_TEXT,
    USER_PASSWORD,
    LoginVerdict,
    scramble,
)
from dbus_xbms.simulator.battery import Battery
from dbus_xbms.simulator.board import BatteryBoard, Board
from dbus_xbms.simulator.device import Clock, Device, WireSpec
from dbus_xbms.simulator.frame_faults import FaultKind
from dbus_xbms.simulator.writes import OK, UNKNOWN

READ_BACK = 3.0  # s after a write during which reads count as reading back


class JbdDevice(Device):
    """A JBD, which :class:`Board` answers for, behind its module."""

    def __init__(self, address: str, board: Board, spec: WireSpec, clock: Clock, seed: int = 1) -> None:
        super().__init__(address, spec, clock, seed)
        self.board = board
        self._asleep = False
        self._accepted: set[int] = set()  # login steps of this connection
        self._random_byte = 0

    @property
    def battery(self) -> Battery | None:
        """The simulated battery; ``None`` if the BMS replays a recording."""
        return self.board.battery if isinstance(self.board, BatteryBoard) else None

    def truth(self) -> dict[str, Any]:
        """Return the true state of the pack."""
        return self.board.truth(self._clock.time())

    def connect(self, notify: Callable[[bytes], None]) -> None:
        """Connect a central; ``notify`` is called with each notification."""
        super().connect(notify)
        self._asleep = self.spec.lose_first
        self._accepted = set()

    def write(self, encoded: bytes) -> None:
        """Handle what a central wrote to the write characteristic."""
        try:
            command = parse_request(encoded)
        except ProtocolError:
            self.counters.garbled += 1
            return
        self.counters.requests[_label(command)] += 1
        now = self._clock.time()
        if command.write and command.key.kind == DD:
            self.counters.writes.append((now, command.key.number, command.payload.hex()))
        if self.spec.passkey is not None and not self.paired:
            self._send(encoded)
        elif command.key.kind != DD:
            self._login(command)
        elif self._locked or self._wakes_up() or self.faults.hits(FaultKind.LOSE, now):
            return
        elif not self.faults.muted(now):
            frame = self._reply(command, now)
            if not self._reply_lost(command, now):
                self._answer(encoded, frame, now)

    @property
    def _locked(self) -> bool:
        if self.spec.password is None:
            return False
        last = ROOT_PASSWORD if self.spec.needs_root else USER_PASSWORD
        return (last if self.spec.password else APP_KEY) not in self._accepted

    def _wakes_up(self) -> bool:
        asleep, self._asleep = self._asleep, False
        return asleep

    def _reply(self, command: Command, now: float) -> bytes:
        register = command.key.number
        if (fault := self.faults.hits(FaultKind.REFUSE, now)) is not None:
            return reply(register, status=int(fault.amount) or UNKNOWN)
        if command.write:
            ignored = self.faults.hits(FaultKind.IGNORED_WRITE, now)
            return reply(register, status=OK if ignored else self.board.write(register, command.payload, now))
        answer = self.board.read(register, now)
        return reply(register, answer) if isinstance(answer, bytes) else reply(register, status=answer)

    def _reply_lost(self, command: Command, now: float) -> bool:
        """Return whether the reply is lost although the request was carried out."""
        if command.write:
            return self.faults.hits(FaultKind.LOST_ACKNOWLEDGE, now) is not None
        writes = self.counters.writes
        reads_back = bool(writes) and now - writes[-1][0] <= READ_BACK
        return reads_back and self.faults.hits(FaultKind.LOST_READ_BACK, now) is not None

    def _login(self, command: Command) -> None:
        password = self.spec.password
        if password is None:
            return  # passed on to the BMS, which ignores it
        step, secret = command.key.number, command.payload
        if step == RANDOM:
            self._random_byte = self._random.randrange(256)
            self._send(module_reply(RANDOM, bytes((self._random_byte,))))
            return
        good = {
            APP_KEY: APP_KEY_TEXT,
            USER_PASSWORD: scramble(self.address, password.encode(), self._random_byte),
            ROOT_PASSWORD: scramble(self.address, ROOT_PASSWORD_TEXT, self._random_byte),
        }
        if step not in good:
            return
        verdict = LoginVerdict.ACCEPTED if secret == good[step] else LoginVerdict.REJECTED
        if verdict is LoginVerdict.ACCEPTED:
            self._accepted.add(step)
            self._asleep = step != APP_KEY  # the first request after a login is lost too
            verdict = LoginVerdict.NO_PASSWORD if step == APP_KEY and not password else verdict
        self._send(module_reply(step, bytes((verdict,))))


def _label(command: Command) -> str:
    kind = "m" if command.key.kind != DD else "w" if command.write else ""
    return f"{kind}{command.key.number:02x}"
