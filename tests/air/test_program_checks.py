"""When the checks of `doctor` run, and what a child process that misbehaves leads to."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from dbus_xbms.program import checks as checks_module
from dbus_xbms.program.checks import EVERY, FIRST_AFTER, NICE, Checks
from dbus_xbms.program_report import CheckFinding
from tests.air.virtual_time import now, virtual_time
from tests.patience import PATIENCE

FOUND = {"findings": [{"verdict": "note", "topic": "packs", "words": "odd", "advice": ""}]}


def script(code: str) -> tuple[str, ...]:
    """Return the command of a child process that runs some Python."""
    return (sys.executable, "-S", "-c", code)


@asynccontextmanager
async def checked(command: tuple[str, ...]) -> AsyncIterator[Checks]:
    """Run checks once, on request, in real time."""
    changed = asyncio.Event()
    checks = Checks(changed.set, command)
    task = asyncio.create_task(checks.run())
    checks.request()
    try:
        async with asyncio.timeout(PATIENCE):
            while checks.findings is None:
                changed.clear()
                await changed.wait()
        yield checks
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_the_findings_of_a_child_process_are_shown() -> None:
    async with checked(script(f"print({json.dumps(FOUND)!r})")) as checks:
        assert checks.findings == (CheckFinding(level=1, text="packs: odd"),)
        assert not checks.running


async def test_the_child_process_has_the_lowest_priority() -> None:
    code = f"""
import os, time, json
while os.getpriority(os.PRIO_PROCESS, 0) != {NICE}: time.sleep(0.01)
print({json.dumps(FOUND)!r})
"""
    async with checked(script(code)) as checks:
        assert checks.findings == (CheckFinding(level=1, text="packs: odd"),)


@pytest.mark.parametrize(
    "command",
    [script("print('Traceback')"), script("raise SystemExit(3)"), ("/nowhere/python",)],
    ids=["odd output", "no output", "no program"],
)
async def test_checks_that_fail_are_a_finding(command: tuple[str, ...]) -> None:
    async with checked(command) as checks:
        assert checks.findings
        assert checks.findings[0].text.startswith("checks: not finished: ")


async def test_a_child_process_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_module, "TIME_LIMIT", 0.2)
    async with checked(script("import time; time.sleep(1000)")) as checks:
        assert checks.findings == (CheckFinding(level=1, text="checks: not finished: they took too long"),)


async def test_without_memory_nothing_runs_and_a_request_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks_module, "available_memory", lambda: 30.0)
    async with checked(("/nowhere/python",)) as checks:
        assert checks.findings == (
            CheckFinding(level=1, text="checks: not run: only 30 MB of memory are available"),
        )


@virtual_time
async def test_checks_run_two_minutes_after_the_start_and_every_ten_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[float] = []

    async def output(self: Checks) -> str:
        ran.append(now())
        return json.dumps(FOUND)

    monkeypatch.setattr(Checks, "_output", output)
    monkeypatch.setattr(checks_module, "available_memory", lambda: 500.0)
    began = now()
    task = asyncio.create_task(Checks(lambda: None).run())
    await asyncio.sleep(FIRST_AFTER + 2 * EVERY + 1)
    task.cancel()
    await asyncio.wait([task])
    assert ran == [began + FIRST_AFTER, began + FIRST_AFTER + EVERY, began + FIRST_AFTER + 2 * EVERY]
