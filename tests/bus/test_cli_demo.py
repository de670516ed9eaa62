"""The demo: the whole program against simulated packs, started and stopped by one command."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bench.pty import on_terminal
from dbus_xbms.protocols.aiobmsble.requirement import missing
from tests.patience import PATIENCE

MARK = "XBMS_TEST_MARK"
STATES_OF_A_MOSFET = (
    "on",
    "on (commanded off)",
    "off (as commanded)",
    "off (by the BMS)",
    "on (command failed)",
    "--",  # the link is lent
)


@asynccontextmanager
async def demo(*arguments: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the demo; at the end, kill it and all processes with its mark."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "dbus_xbms", "demo", *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    try:
        async with asyncio.timeout(120):
            yield process
    finally:
        for pid in marked(environment.get(MARK, "-")):
            os.kill(pid, signal.SIGKILL)
        if process.returncode is None:
            process.kill()
        await process.wait()


def marked(mark: str) -> list[int]:
    """Processes with the mark in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
        except OSError:  # of another user, or ended
            continue
        if f"{MARK}={mark}".encode() in environment:
            found.append(int(folder.name))
    return found


async def until_gone(mark: str) -> None:
    """Wait until no process has the mark."""
    async with asyncio.timeout(PATIENCE):
        while marked(mark):  # noqa: ASYNC110 (no event for processes that are not children)
            await asyncio.sleep(0.01)


def command_line(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.fixture
def mark() -> str:
    return uuid.uuid4().hex


async def test_once_prints_every_pack_with_values_and_leaves_no_process_behind(mark: str) -> None:
    async with demo("--once", "--packs", "3", **{MARK: mark}) as process:
        out, err = await process.communicate()
        assert (process.returncode, err.decode()) == (0, "")
        assert len(re.findall(r"^now +[\d.]+% +[\d.]+V ", out.decode(), re.MULTILINE)) == 3
        first, *others = out.decode().split("\n\n")  # only the first controls
        assert re.search(r"^CVL +\d+\.\d+V  \w", first, re.MULTILINE)
        assert ["CVL" in pack for pack in others] == [False, False]
        assert all("Not controlling" in pack for pack in others)
        assert marked(mark) == []


async def test_two_packs_are_one_battery_that_controls(mark: str) -> None:
    async with demo("--once", "--bank", **{MARK: mark}) as process:
        out, err = await process.communicate()
        assert (process.returncode, err.decode()) == (0, "")
        house, *packs = out.decode().split("\n\n")
        assert house.startswith("House  bank1\n")
        assert re.search(r"^CVL +\d+\.\d+V  \w", house, re.MULTILINE)
        assert re.findall(r"^pack (\d)  (\w+) ", house, re.MULTILINE) == [("1", "Port"), ("2", "Starboard")]
        assert ["Not controlling: part of the bank House" in pack for pack in packs] == [True, True]
        assert marked(mark) == []


async def test_the_first_screen_of_a_demo_with_a_bank_is_the_bank(mark: str) -> None:
    async with on_terminal("demo", "--bank", size=(80, 24), environment={MARK: mark}) as terminal:
        first = r"1.House .* CVL \d+\.\d+V \w.* 2.Port .* 3.Starboard "
        await terminal.until(lambda lines: re.search(first, " ".join(lines)))
        terminal.type("2")
        await terminal.shows("Not controlling: part of the bank House")
        terminal.type("q")
        assert await terminal.ended() == 0


@pytest.mark.skipif(bool(missing()), reason=missing())
async def test_packs_of_four_other_makes_are_live_beside_a_jbd_that_controls(mark: str) -> None:
    async with on_terminal("demo", "--brands", size=(120, 40), environment={MARK: mark}) as terminal:
        names = ("House bank", "L-12100BNNA70", "JK_B2A8S20P", "DL-401710015C9B", "SP05B2312190075")
        await terminal.until(lambda lines: all(name in "\n".join(lines) for name in names))
        before = await terminal.until(
            lambda lines: len(re.findall(r"\d\d\.\d+ ?V", "\n".join(lines))) >= len(names)
        )
        await terminal.until(lambda lines: lines != before)  # values move
        terminal.type("q")
        assert await terminal.ended() == 0


@pytest.mark.skipif(not missing(), reason="the library is installed")
async def test_packs_of_other_makes_are_refused_without_their_library(mark: str) -> None:
    async with demo("--brands", "--once", **{MARK: mark}) as process:
        _, err = await process.communicate()
        assert (process.returncode, missing() in err.decode()) == (1, True)


async def test_replay_shows_recorded_packs_of_4_7_11_and_16_cells(mark: str) -> None:
    async with demo("--once", "--replay", **{MARK: mark}) as process:
        out, _ = await process.communicate()
        assert process.returncode == 0
        last_cells = [re.findall(r" (\d+) \d\.\d{3}", pack)[-1] for pack in out.decode().split("\n\n")]
        assert sorted(map(int, last_cells)) == [4, 7, 11, 16]


async def test_the_story_of_a_bank_runs_to_its_end(mark: str) -> None:
    async with demo("--scenario", "bank", "--quick", **{MARK: mark}) as process:
        out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    steps = re.findall(r"^\[(\d+)/(\d+)\] ", out.decode(), re.MULTILINE)
    assert [int(step) for step, _ in steps] == list(range(1, int(steps[0][1]) + 1))
    assert "CVL lowered for Port" in out.decode()
    assert "1 of 2 packs online; no contact: Starboard" in out.decode()
    assert marked(mark) == []


async def test_the_mosfet_story_runs_to_its_end_and_shows_every_state(mark: str) -> None:
    async with demo("--scenario", "mosfet", "--quick", **{MARK: mark}) as process:
        out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    mosfets = re.findall(r"^MOSFETs charge (.*)  discharge", out.decode(), re.MULTILINE)
    assert {state: mosfets.count(state) > 0 for state in STATES_OF_A_MOSFET} == dict.fromkeys(
        STATES_OF_A_MOSFET, True
    )
    steps = re.findall(r"^\[(\d+)/(\d+)\] ", out.decode(), re.MULTILINE)
    assert [int(step) for step, _ in steps] == list(range(1, int(steps[0][1]) + 1))
    assert marked(mark) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [((), "Not controlling"), (("--scenario", "mosfet"), "Start: The pack")],
    ids=["packs", "story"],
)
async def test_on_a_terminal_the_demo_is_a_screen_with_limits_and_q_ends_it(
    mark: str, arguments: tuple[str, ...], words: str
) -> None:
    async with on_terminal("demo", *arguments, size=(34, 20), environment={MARK: mark}) as terminal:
        await terminal.shows(words)
        await terminal.until(lambda lines: re.search(r"CVL \d+\.\d+V \w", " ".join(lines)))
        terminal.type("q")
        assert await terminal.ended() == 0
        assert "Traceback" not in terminal.sent
        assert marked(mark) == []


async def test_a_story_ends_early_after_the_given_seconds(mark: str) -> None:
    async with demo("--scenario", "mosfet", "--seconds", "1", **{MARK: mark}) as process:
        out, err = await process.communicate()
    assert (process.returncode, err.decode()) == (0, "")
    assert "[1/" in out.decode()
    assert marked(mark) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: n.name)
async def test_a_signal_ends_the_demo_and_all_its_children(mark: str, number: signal.Signals) -> None:
    async with demo(**{MARK: mark}) as process:
        assert process.stdout
        await process.stdout.readline()
        assert len(marked(mark)) == 4  # the demo, dbus-daemon, simulator, service
        process.send_signal(number)
        _, err = await process.communicate()
        assert (process.returncode, err.decode()) == (130, "dbus-xbms: interrupted\n")
        assert marked(mark) == []


async def test_a_second_ctrl_c_ends_the_demo_at_once_and_leaves_no_process_or_folder(mark: str) -> None:
    with TemporaryDirectory() as folder:  # not tmp_path, which is too long for a socket
        async with demo(**{MARK: mark, "TMPDIR": folder}) as process:
            assert process.stdout
            await process.stdout.readline()
            (service,) = [pid for pid in marked(mark) if b"\0run\0" in command_line(pid)]
            os.kill(service, signal.SIGSTOP)  # it does not end on SIGTERM, so the demo waits for it
            pressed = await pressed_until_ended(process)
            assert pressed > 1
            _, err = await process.communicate()
            assert (process.returncode, err.decode()) == (130, "dbus-xbms: interrupted\n")
            await until_gone(mark)
            assert not any(Path(folder).iterdir())  # noqa: ASYNC240 (an empty folder)


async def pressed_until_ended(process: asyncio.subprocess.Process) -> int:
    """Press Ctrl-C every second until the process ends; return how many times."""
    for pressed in count(1):
        process.send_signal(signal.SIGINT)
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await process.wait()
                return pressed
    raise AssertionError


async def test_a_child_that_dies_ends_the_demo_with_the_tail_of_its_log(mark: str) -> None:
    async with demo(**{MARK: mark}) as process:
        assert process.stdout
        await process.stdout.readline()
        (service,) = [pid for pid in marked(mark) if b"\0run\0" in command_line(pid)]
        os.kill(service, signal.SIGKILL)
        _, err = await process.communicate()
        assert process.returncode == 1
        *logs, last = err.decode().splitlines()
        assert last == (
            "dbus-xbms: `dbus-xbms run` ended with status -9; the last lines of the logs are above"
        )
        assert [line for line in logs if line.startswith("run: INFO")]
        assert "Traceback" not in err.decode()
        assert marked(mark) == []


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--replay", "atlantis"), 1, "unknown recording 'atlantis'; known: "),
        (("--replay", ""), 1, "unknown recording ''"),
        (("--packs", "0"), 2, "must be from 1 to 99 packs, not '0'"),
        (("--packs", "-1"), 2, "must be from 1 to 99 packs, not '-1'"),
        (("--packs", "many"), 2, "must be from 1 to 99 packs, not 'many'"),
    ],
    ids=str,
)
async def test_the_demo_refuses_unknown_recordings_and_wrong_numbers_of_packs(
    arguments: tuple[str, ...], status: int, words: str
) -> None:
    async with demo(*arguments) as process:
        _, err = await process.communicate()
    assert process.returncode == status
    assert words in " ".join(err.decode().split())


async def test_without_dbus_daemon_the_demo_says_what_to_install() -> None:
    async with demo("--once", PATH="/nonexistent") as process:
        _, err = await process.communicate()
        assert process.returncode == 1
        assert "apt install dbus-daemon" in err.decode()
