"""Log messages for exceptions that were never retrieved."""

from __future__ import annotations

import asyncio
import gc

import pytest

from dbus_xbms.serve import unclaimed


async def abandon_future(err: Exception) -> None:
    """Abandon a failed future, as dbus-fast does with a message that it could not send."""
    asyncio.get_running_loop().set_exception_handler(unclaimed)
    asyncio.get_running_loop().create_future().set_exception(err)
    gc.collect()


@pytest.mark.parametrize("err", [BrokenPipeError(32, "Broken pipe"), EOFError()])
async def test_an_unretrieved_error_of_a_closed_connection_is_not_logged(
    err: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    await abandon_future(err)
    assert caplog.text == ""


async def test_any_other_unretrieved_exception_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    await abandon_future(ValueError("a bug"))
    assert "never retrieved" in caplog.text


async def test_a_failed_task_that_was_never_awaited_is_always_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    asyncio.get_running_loop().set_exception_handler(unclaimed)
    await asyncio.wait([asyncio.ensure_future(fail())])
    gc.collect()
    assert "never retrieved" in caplog.text
