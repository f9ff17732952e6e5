"""Continuous batching: sequences join and leave at any step.

Knows which sequences wait and which run, asks the scheduler for a plan, has the runner compute
it, and says what each sequence got. Knows nothing of sockets and frames.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from smgd._core import Submit

from .batch import Work
from .pages import FULL, Pages
from .runner import Runner
from .sampler import Drawn
from .scheduler import Candidate, Limits, Plan, schedule
from .sequence import End, Sequence

log = logging.getLogger("smgd.worker")


@dataclass(frozen=True, slots=True)
class Advance:
    """What a step brought one sequence."""

    sequence: Sequence
    ids: list[int]
    logprobs: list[list[tuple[int, float]]]
    """One list per new id where they were asked for."""
    end: End


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that failed, alone."""

    port: int
    request: int
    message: str


@dataclass(slots=True)
class Outcome:
    """What a step, or a submission, has to tell the servers."""

    advances: list[Advance] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


@dataclass(slots=True)
class Counters:
    """Running totals, for metrics."""

    prompt_tokens: int = 0
    generated_tokens: int = 0
    num_preemptions: int = 0


class Batcher:
    """The sequences of one worker."""

    def __init__(
        self, runner: Runner, pages: Pages, *, max_model_len: int, max_tokens: int, max_seqs: int
    ) -> None:
        """Take the full group's pages, the most tokens of a step and the most sequences running."""
        self._runner, self.pages = runner, pages
        self._max_model_len, self._max_tokens, self._max_seqs = max_model_len, max_tokens, max_seqs
        self._running: dict[int, Sequence] = {}
        self._waiting: dict[int, Sequence] = {}
        self._arrivals = 0
        self.counters = Counters()

    @property
    def num_running(self) -> int:
        """Sequences that hold pages."""
        return len(self._running)

    @property
    def num_waiting(self) -> int:
        """Sequences that wait for room."""
        return len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether a step would do something."""
        return bool(self._running or self._waiting)

    def submit(self, port: int, submit: Submit) -> Outcome:
        """Take a request in. Sequences whose emitted tokens already end them end at once."""
        outcome = Outcome()
        if reason := self._refuses(submit):
            outcome.refusals.append(Refusal(port, submit.request, reason))
            return outcome
        stop_ids = frozenset(submit.stop_ids)
        for wire_id, choice, emitted in submit.rows:
            self._arrivals += 1
            tokens = [*submit.prompt_ids, *emitted]
            sequence = Sequence(self._arrivals, port, wire_id, choice, submit, tokens, stop_ids)
            if end := sequence.end(self._max_model_len):
                outcome.advances.append(Advance(sequence, [], [], end))
            else:
                self._waiting[sequence.number] = sequence
        return outcome

    def abort(self, port: int, wire_ids: list[int]) -> None:
        """Forget sequences that nobody wants any more; their pages are free at once."""
        gone = set(wire_ids)
        self._drop(lambda sequence: sequence.port == port and sequence.wire_id in gone)

    def leave(self, port: int) -> None:
        """Forget all sequences of a server that is gone."""
        self._drop(lambda sequence: sequence.port == port)

    def step(self) -> Outcome:
        """Plan and compute one step."""
        work = self._apply(self._plan())
        outcome = Outcome()
        if not work:
            return outcome
        for sequence, drawn in self._compute(work, outcome):
            self._advance(sequence, drawn, outcome)
        return outcome

    def _refuses(self, submit: Submit) -> str:
        """Why a submission cannot be served; empty when it can."""
        vocab_size = self._runner.decoder.shape.vocab_size
        ids = [*submit.prompt_ids, *(token for row in submit.rows for token in row[2])]
        if not submit.prompt_ids or not submit.rows:
            return "a request must have a prompt and at least one choice"
        if max(ids) >= vocab_size:
            return f"token id {max(ids)} is not in the vocabulary of {vocab_size}"
        if len(submit.prompt_ids) >= self._max_model_len:
            return (
                f"a prompt of {len(submit.prompt_ids)} tokens leaves no room "
                f"in a context of {self._max_model_len}"
            )
        if submit.constraint or submit.adapter or submit.attachments:
            return "constraints, adapters and attachments are not supported"
        return ""

    def _plan(self) -> Plan:
        limits = Limits(self._max_tokens, self._max_seqs, self.pages.num_free)
        running = [_candidate(sequence) for sequence in self._running.values()]
        # Those that were preempted wait before those that came after them.
        waiting = [_candidate(self._waiting[number]) for number in sorted(self._waiting)]
        return schedule(running, waiting, limits)

    def _apply(self, plan: Plan) -> list[Work]:
        """Move pages, slots and sequences as planned."""
        for number in plan.preempted:
            sequence = self._running.pop(number)
            self._release(sequence)
            self._waiting[number] = sequence
            self.counters.num_preemptions += 1
        slots = self._runner.slots
        for number in plan.admitted:
            sequence = self._waiting.pop(number)
            sequence.slot = slots.take()
            self._running[number] = sequence
        for number, count in plan.pages.items():
            sequence = self._running[number]
            pages = self.pages.take(count)
            self._runner.cache.clear(pages)
            slots.extend(sequence.slot, FULL, len(sequence.tables[FULL]), pages)
            sequence.tables[FULL].extend(pages)
        return [Work(self._running[number], count) for number, count in plan.counts.items()]

    def _compute(self, work: list[Work], outcome: Outcome) -> list[tuple[Sequence, Drawn]]:
        """Run a step; where that fails, run its sequences one by one, and fail those at fault."""
        try:
            drawn = self._runner.run(work)
        except Exception:
            log.exception("a step of %d sequences failed; trying them one by one", len(work))
            return [pair for item in work for pair in self._compute_alone(item, outcome)]
        for item in work:
            self._count(item)
        return drawn

    def _compute_alone(self, item: Work, outcome: Outcome) -> list[tuple[Sequence, Drawn]]:
        if item.sequence.number not in self._running:
            return []
        try:
            drawn = self._runner.run([item])
        except Exception as error:  # noqa: BLE001 - whatever it is, it ends this request only
            self._fail(item.sequence, f"the request could not be computed: {error}", outcome)
            return []
        self._count(item)
        return drawn

    def _count(self, item: Work) -> None:
        sequence = item.sequence
        prompt_left = len(sequence.submit.prompt_ids) - sequence.num_computed
        self.counters.prompt_tokens += max(0, min(item.count, prompt_left))
        sequence.num_computed += item.count

    def _advance(self, sequence: Sequence, drawn: Drawn, outcome: Outcome) -> None:
        """Append a drawn token, and end the sequence if that ends it."""
        if sequence.number not in self._running:
            return
        if drawn.token < 0:
            self._fail(sequence, "the model's logits are not finite", outcome)
            return
        sequence.tokens.append(drawn.token)
        self.counters.generated_tokens += 1
        end = sequence.end(self._max_model_len)
        logprobs = [drawn.logprobs] if drawn.logprobs else []
        outcome.advances.append(Advance(sequence, [drawn.token], logprobs, end))
        if end:
            self._forget(sequence)

    def _fail(self, culprit: Sequence, message: str, outcome: Outcome) -> None:
        """End all sequences of the culprit's request."""
        port, request = culprit.port, culprit.submit.request
        log.error("request %d failed: %s", request, message)
        self._drop(lambda s: s.port == port and s.submit.request == request)
        outcome.refusals.append(Refusal(port, request, message))

    def _drop(self, unwanted: Callable[[Sequence], bool]) -> None:
        for sequences in (self._running, self._waiting):
            for sequence in [s for s in sequences.values() if unwanted(s)]:
                self._forget(sequence)

    def _forget(self, sequence: Sequence) -> None:
        self._waiting.pop(sequence.number, None)
        if self._running.pop(sequence.number, None):
            self._release(sequence)
        self._runner.sampler.forget(sequence)

    def _release(self, sequence: Sequence) -> None:
        """Give a sequence's pages and slot back; all its tokens are to be computed again."""
        self.pages.free(sequence.tables[FULL])
        sequence.tables[FULL] = []
        self._runner.slots.free(sequence.slot)
        sequence.num_computed, sequence.slot = 0, -1


def _candidate(sequence: Sequence) -> Candidate:
    return Candidate(
        sequence.number, len(sequence.tokens), sequence.num_computed, len(sequence.tables[FULL])
    )
