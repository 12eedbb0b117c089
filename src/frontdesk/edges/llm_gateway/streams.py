"""Streams of events to clients: opened late where the model thinks, and kept alive meanwhile."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any

import msgspec
from litestar.response import Stream

from frontdesk.interfaces import FrontdeskError
from frontdesk.llm.chat import ChatOutcome, ChatStream

EVENTS = "text/event-stream"
KEEP_ALIVE = b": keep-alive\n\n"
KEEP_ALIVE_SECONDS = 10.0
# nginx would hold pieces back.
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def streamed(
    opening: Coroutine[Any, Any, ChatStream],
    events: Callable[[ChatStream], AsyncGenerator[bytes]],
    told: Callable[[Exception], bytes],
    request_id: str,
    seconds: float = KEEP_ALIVE_SECONDS,
) -> Stream:
    """The answer as server-sent events. What fails before anything was said is raised, unless that takes long: then it
    is an event, made by `told`. `request_id` names the header with the question's id.
    """
    task = asyncio.ensure_future(opening)
    try:
        await asyncio.wait({task}, timeout=seconds)
    except BaseException:  # the client has gone: nobody waits for the model any more
        task.cancel()
        raise
    headers = dict(HEADERS)
    if task.done():
        stream = task.result()
        headers |= {request_id: stream.question.run_id} | service_headers(stream)
    return Stream(kept_alive(_opened(task, events, told), seconds), media_type=EVENTS, headers=headers)


def service_headers(answer: ChatOutcome | ChatStream) -> dict[str, str]:
    """Who answered, and within which limit where the question set none."""
    limit = answer.question.limit
    return {"x-frontdesk-service": answer.service} | ({"x-frontdesk-max-tokens": str(limit)} if limit else {})


async def _opened(
    task: asyncio.Task[ChatStream],
    events: Callable[[ChatStream], AsyncGenerator[bytes]],
    told: Callable[[Exception], bytes],
) -> AsyncGenerator[bytes]:
    """Closed early, it stops the model and books what was spent."""
    try:
        stream = await task
        async with aclosing(stream.events), aclosing(events(stream)) as pieces:
            async for piece in pieces:
                yield piece
    except FrontdeskError as error:
        yield told(error)


async def kept_alive(pieces: AsyncGenerator[bytes], seconds: float) -> AsyncGenerator[bytes]:
    """The pieces, with a comment whenever none comes for so long: proxies would take it for dead."""
    task: asyncio.Task[bytes] | None = None
    try:
        while True:
            task = task or asyncio.ensure_future(anext(pieces))
            if not (await asyncio.wait({task}, timeout=seconds))[0]:
                yield KEEP_ALIVE
                continue
            finished, task = task, None
            try:
                yield finished.result()
            except StopAsyncIteration:
                return
    finally:
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await pieces.aclose()


def data(value: Any) -> bytes:
    """One event without a name."""
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
