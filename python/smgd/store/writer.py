"""The one thread that works on the database: jobs that wait together share one commit."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from smgd._core import Error
from smgd.store.database import Database, Need

log = logging.getLogger("smgd")

Result = TypeVar("Result")

# A commit's wait for the disk is shared by at most so many jobs.
MAX_BATCH = 256


class StoreFailed(Exception):
    """The database could not do it; nothing of it was done."""


@dataclass(slots=True)
class Job:
    """Work inside a transaction, which may be run again after a rollback.

    It raises the core's Error, a refusal, only before it has written anything.
    """

    need: Need
    work: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs jobs off the event loop, in the order they came."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self._thread.start()

    async def run(self, need: Need, work: Callable[[], Result]) -> Result:
        """The work's result, once its transaction is committed. raises StoreFailed, Error

        It is done even when the caller does not wait for its end.
        """
        if self._closed:
            raise StoreFailed("the store is closed")
        job = Job(need, work)
        self._jobs.put(job)
        done: Result = await asyncio.shield(asyncio.wrap_future(job.future))
        return done

    async def close(self) -> None:
        """Finish what was asked, then disconnect."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        more = True
        while more:
            jobs, more = self._take()
            if jobs:
                self._serve(jobs)
        self._database.close()

    def _take(self) -> tuple[list[Job], bool]:
        """All that waits, at least one; False after the last."""
        jobs: list[Job] = []
        waiting = self._jobs.get()
        with contextlib.suppress(queue.Empty):
            while waiting is not None:
                jobs.append(waiting)
                if len(jobs) == MAX_BATCH:
                    return jobs, True
                waiting = self._jobs.get_nowait()
            return jobs, False
        return jobs, True

    def _serve(self, jobs: list[Job]) -> None:
        """Do all in one transaction; where that fails, each in one of its own."""
        try:
            self._database.begin(max(job.need for job in jobs))
        except self._database.failures as error:
            self._database.rollback()
            for job in jobs:
                self._fail(job, error)
            return
        try:
            outcomes = [outcome(job) for job in jobs]
            self._database.commit()
        except Exception as error:  # noqa: BLE001 - it is the job's, and told to who waits for it
            self._database.rollback()
            if len(jobs) == 1:
                self._fail(jobs[0], error)
                return
            for job in jobs:
                self._serve([job])
        else:
            for job, (result, refusal) in zip(jobs, outcomes, strict=True):
                if refusal is None:
                    job.future.set_result(result)
                else:
                    job.future.set_exception(refusal)

    def _fail(self, job: Job, error: Exception) -> None:
        if isinstance(error, self._database.failures):
            log.error("the store failed: %s", str(error).strip())
            failed = StoreFailed(str(error).strip())
            failed.__cause__ = error
            error = failed
        job.future.set_exception(error)


def outcome(job: Job) -> tuple[Any, Error | None]:
    """What the work comes to: a result, or a refusal."""
    try:
        return job.work(), None
    except Error as refusal:
        return None, refusal
