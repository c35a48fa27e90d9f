"""A question with its evidence as an encoder reads it: chunks of tokens, and arrays of what can be pointed to.

Evidence longer than the window becomes several chunks, each behind the same question; the decoder reads them all.
Where there is more than `budget` tokens, lines that have least to do with the question stay out, and are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapters.report_qa.evidence import candidates_of
from adapters.report_qa.features import Overlap, Places, informed, lines_words, measure
from adapters.report_qa.forms import Candidate, Evidence, Source
from adapters.report_qa.lines import Line, Tokenise, lines_of, question_line
from adapters.report_qa.turns import summary
from adapters.report_qa.words import stems

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WINDOW = 256
"""Tokens of a chunk, with its question."""
LEAST_WINDOW = 64
"""Tokens that a chunk must have room for: less holds no evidence behind its question."""
_ASKED = 96
_EARLIER = 64


@dataclass(slots=True)
class Layout:
    """`chunks` of token ids, of which the first `firsts` are the question; then, per pointed-to candidate (n):

    `index` in candidates_of(evidence); `span` and `label` (n, 3): chunk, first token, token behind the last;
    `features` (n, F); `line`, `column`, `year`, `key` (n): equal numbers mean the same line, column, year, label;
    `number` (n): whether it can be calculated with. Per token of the text (m): `place` (m, 2): chunk and token;
    `characters` (m, 3): sentence, start, end. `told` (turns.COUNT,) sums up the earlier turns; `places` are the
    features of all candidates. `left_out` counts the lines that found no room.
    """

    evidence: Evidence
    candidates: tuple[Candidate, ...]
    chunks: list[list[int]]
    firsts: list[int]
    index: NDArray[np.int64]
    span: NDArray[np.int64]
    label: NDArray[np.int64]
    features: NDArray[np.float32]
    line: NDArray[np.int64]
    column: NDArray[np.int64]
    year: NDArray[np.int64]
    key: NDArray[np.int64]
    number: NDArray[np.bool_]
    place: NDArray[np.int64]
    characters: NDArray[np.int64]
    told: NDArray[np.float32]
    places: Places
    left_out: int = 0

    @property
    def tokens(self) -> int:
        """Tokens in all chunks."""
        return sum(map(len, self.chunks))

    def informed(self, evidence: Evidence) -> Layout:
        """This layout of an evidence that differs in `earlier` alone: what the encoder reads is the same."""
        features = informed(evidence, self.candidates, self.places)[self.index]
        return replace(self, evidence=evidence, features=features, told=summary(evidence))

    def settled(self) -> Layout:
        """This layout in less memory: it can no longer be `informed`."""
        return replace(self, places=replace(self.places, features=self.places.features[:0].copy()))


@dataclass(frozen=True, slots=True)
class Reader:
    """Makes layouts. `special` are the ids of [CLS] and [SEP]; `window` is LEAST_WINDOW or more.

    Of a question 96 tokens are read, of the earlier ones of its conversation the last 64.
    """

    tokenise: Tokenise
    special: tuple[int, int]
    window: int = WINDOW
    budget: int = 512

    def read(self, evidence: Evidence, keep: frozenset[tuple[Source, int]] = frozenset()) -> Layout:
        """The layout of `evidence`; the lines in `keep` (a training target's) find room before others do."""
        import numpy as np

        candidates = candidates_of(evidence)
        asked, own = self._asked(evidence, candidates)
        room = self.window - len(asked) - 2
        lines = _fitted(lines_of(evidence, candidates, self.tokenise), room)
        chosen = chosen_lines(lines, evidence, self.budget, keep)
        chunks: list[list[int]] = []
        rows: list[tuple[int, tuple[int, int, int], tuple[int, int, int], int]] = []
        places, characters = [], []
        for place, start, end in own:
            rows.append((place, (0, start, end), (0, 1, len(asked) - 1), -1))
        for number, line in enumerate(chosen):
            if not chunks or len(chunks[-1]) + len(line.ids) + 1 > self.window:
                chunks.append(list(asked))
            chunk, base = len(chunks) - 1, len(chunks[-1])
            chunks[-1] += [*line.ids, self.special[1]]
            label = (chunk, base + line.label[0], base + max(line.label[1], line.label[0] + 1))
            for place, (start, end) in line.spans.items():
                rows.append((place, (chunk, base + start, base + max(end, start + 1)), label, number))
            if line.source is Source.TEXT:
                for token, (first, last) in enumerate(line.characters):
                    if first >= 0:
                        places.append((chunk, base + token))
                        characters.append((line.number, first, last))
        if not chunks:
            chunks.append(list(asked))
        rows.sort(key=lambda row: row[0])
        index = np.array([row[0] for row in rows], dtype=np.int64)
        measured = measure(evidence, candidates)
        return Layout(
            evidence,
            candidates,
            chunks,
            [len(asked)] * len(chunks),
            index,
            np.array([row[1] for row in rows], dtype=np.int64).reshape(len(rows), 3),
            np.array([row[2] for row in rows], dtype=np.int64).reshape(len(rows), 3),
            measured.features[index],
            np.array([row[3] for row in rows], dtype=np.int64),
            np.array([candidates[one].column for one in index], dtype=np.int64),
            measured.year[index],
            measured.label[index],
            np.array([candidates[one].value is not None for one in index], dtype=np.bool_),
            np.array(places, dtype=np.int64).reshape(len(places), 2),
            np.array(characters, dtype=np.int64).reshape(len(places), 3),
            summary(evidence),
            measured,
            len(lines) - len(chosen),
        )

    def _asked(
        self, evidence: Evidence, candidates: Sequence[Candidate]
    ) -> tuple[list[int], list[tuple[int, int, int]]]:
        """The tokens of [CLS] history question [SEP], and the candidates in them (index, start, end)."""
        found = list(enumerate(candidates))
        question = question_line(
            evidence.question,
            Source.QUESTION,
            0,
            [one for one in found if one[1].source is Source.QUESTION],
            self.tokenise,
        )
        most_asked, most_earlier = min(_ASKED, self.window * 3 // 8), min(_EARLIER, self.window // 4)
        earlier: list[Line] = []
        left = most_earlier
        for number in range(len(evidence.history) - 1, -1, -1):
            own = [one for one in found if one[1].source is Source.HISTORY and one[1].line == number]
            line = question_line(evidence.history[number], Source.HISTORY, number, own, self.tokenise)
            left -= len(line.ids) + 1
            if left < 0 and earlier:
                break
            earlier.append(line)
        ids, spans = [self.special[0]], []
        for line, most in [*((line, most_earlier) for line in reversed(earlier)), (question, most_asked)]:
            base = len(ids)
            ids += line.ids[:most]
            spans += [(i, base + s, base + min(e, most)) for i, (s, e) in line.spans.items() if s < most]
            ids.append(self.special[1])
        return ids, spans


def _fitted(lines: Sequence[Line], room: int) -> list[Line]:
    """Lines that are longer than a chunk has room become several; a row's later parts begin with its label again."""
    made: list[Line] = []
    for line in lines:
        made += [line] if len(line.ids) < room else _parts(line, room - 1)
    return made


def _parts(line: Line, most: int) -> list[Line]:
    """A line in parts of at most `most` tokens, cut between candidates where it can be."""
    again = list(range(*line.label))[: most // 3] if line.source is Source.TABLE else []
    starts = {start for start, _ in line.spans.values()}
    parts: list[Line] = []
    begin = 0
    while begin < len(line.ids):
        kept = again if begin else []
        end = min(len(line.ids), begin + most - len(kept))
        if end < len(line.ids):  # a candidate is not cut in two where one begins in the last third
            end = max((one for one in starts if begin + (end - begin) * 2 // 3 < one <= end), default=end)
        taken = [*kept, *range(begin, end)]
        place = len(kept) - begin
        part = Line(line.source, line.number, [line.ids[one] for one in taken], words=line.words, head=line.head)
        part.characters = [line.characters[one] for one in taken]
        part.spans = {
            index: (first + place, min(last, end) + place)
            for index, (first, last) in line.spans.items()
            if begin <= first < end
        }
        whole = (0, len(taken)) if line.source is not Source.TABLE else (0, len(kept))
        part.label = whole if begin else (min(line.label[0], len(taken)), min(line.label[1], len(taken)))
        parts.append(part)
        begin = end
    return parts


def chosen_lines(
    lines: Sequence[Line], evidence: Evidence, budget: int, keep: frozenset[tuple[Source, int]]
) -> list[Line]:
    """The lines that fit in the budget: heads first, then by what they share with the question; in their own order."""
    if sum(len(line.ids) + 1 for line in lines) <= budget:
        return list(lines)
    overlap = Overlap(lines_words(evidence))
    asked = stems(" ".join((evidence.question, *evidence.history[-2:])))

    def rank(line: Line) -> float:
        if line.head or (line.source, line.number) in keep:
            return 9.0
        words = stems(line.words)
        score = overlap.share(asked, frozenset(words)) + 0.3 * overlap.share(words, frozenset(asked))
        score += 0.25 if line.source is Source.TABLE else 0.1 if line.spans else 0.0
        return score - 0.0005 * len(line.ids)

    order = sorted(range(len(lines)), key=lambda number: (-rank(lines[number]), number))
    taken: set[int] = set()
    for number in order:
        cost = len(lines[number].ids) + 1
        if cost <= budget:
            taken.add(number)
            budget -= cost
    return [line for number, line in enumerate(lines) if number in taken]
