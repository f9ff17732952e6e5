"""What the next step computes: a pure function from state and limits to a plan. Needs no torch.

Decodes first, one token each; then prompts already running, in chunks; then admissions, first
come first served. A sequence gets the pages for all it knows when it is admitted, and one more
whenever decoding fills its last. When pages run out, the sequence that is cheapest to compute
again leaves. The dearest one stays until it ends, and one alone always fits, so every step brings
some sequence closer to its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .pages import pages_for


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the scheduler knows of a sequence."""

    number: int
    """Order of arrival; unique."""
    num_tokens: int
    """Known tokens, prompt and emitted."""
    num_computed: int
    """Of these, how many are in the cache; always fewer than num_tokens."""
    num_pages: int
    """Pages it holds."""

    @property
    def remaining(self) -> int:
        """Tokens to compute before the next one can be drawn."""
        return self.num_tokens - self.num_computed


@dataclass(frozen=True, slots=True)
class Limits:
    """What a step may use."""

    max_tokens: int
    max_seqs: int
    """At most max_tokens, so that every decode fits in a step."""
    free_pages: int


@dataclass(slots=True)
class Plan:
    """One step, as plain data. The order of its parts is the order to apply them in."""

    preempted: list[int] = field(default_factory=list)
    """Sequences that give all their pages back and wait again."""
    admitted: list[int] = field(default_factory=list)
    """Waiting sequences that start to run."""
    pages: dict[int, int] = field(default_factory=dict)
    """Pages to take, by sequence."""
    counts: dict[int, int] = field(default_factory=dict)
    """Tokens to compute, by sequence: decodes first."""


def schedule(running: Sequence[Candidate], waiting: Sequence[Candidate], limits: Limits) -> Plan:
    """Plan one step.

    running  in order of admission
    waiting  in order of arrival, holding no pages
    """
    plan = Plan()
    free = _decodes(plan, running, limits.free_pages)
    left = limits.max_tokens - len(plan.counts)
    stayed = [candidate for candidate in running if candidate.number not in plan.preempted]
    prompts = [candidate for candidate in stayed if candidate.number not in plan.counts]
    for prompt in prompts:
        left = _give_half(plan, prompt, left)
    # A step that had to preempt admits nobody: the pages it won are for those who run.
    if not plan.preempted:
        room = limits.max_seqs - len(stayed)
        prompts += _admissions(plan, waiting[:room], left, free, len(stayed))
    for prompt in prompts:
        left = limits.max_tokens - sum(plan.counts.values())
        more = min(prompt.remaining - plan.counts.get(prompt.number, 0), left)
        if more > 0:
            plan.counts[prompt.number] = plan.counts.get(prompt.number, 0) + more
    return plan


def _decodes(plan: Plan, running: Sequence[Candidate], free: int) -> int:
    """Give each decode its token and the page it may need; returns the pages still free."""
    staying = {candidate.number: candidate for candidate in running}
    for candidate in running:
        if candidate.remaining != 1:
            continue
        needed = pages_for(candidate.num_tokens) - candidate.num_pages
        while needed > free and candidate.number in staying:
            victim = min(staying.values(), key=lambda c: (c.num_computed, -c.number))
            del staying[victim.number]
            plan.preempted.append(victim.number)
            plan.counts.pop(victim.number, None)
            free += victim.num_pages + plan.pages.pop(victim.number, 0)
        if candidate.number in staying:
            plan.counts[candidate.number] = 1
            if needed:
                plan.pages[candidate.number] = needed
                free -= needed
    return free


def _give_half(plan: Plan, prompt: Candidate, left: int) -> int:
    """Give a prompt up to half of what is left of the step; returns what is left then.

    So a short prompt behind a long one need not wait. What nobody takes goes to the oldest.
    """
    count = min(prompt.remaining, (left + 1) // 2)
    if count:
        plan.counts[prompt.number] = count
    return left - count


def _admissions(
    plan: Plan, waiting: Sequence[Candidate], left: int, free: int, num_running: int
) -> list[Candidate]:
    """Admit in order of arrival while there are tokens in the step, and pages enough.

    Enough is what holds all that a sequence knows, and one more for each that runs already.
    """
    admitted: list[Candidate] = []
    for candidate in waiting:
        needed = pages_for(candidate.num_tokens)
        if left == 0 or needed + num_running + len(admitted) > free:
            break
        admitted.append(candidate)
        plan.admitted.append(candidate.number)
        plan.pages[candidate.number] = needed
        free -= needed
        left = _give_half(plan, candidate, left)
    return admitted
