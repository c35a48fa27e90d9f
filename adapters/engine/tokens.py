"""Texts to token ids with the base's own tokenizer, without transformers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.errors import EngineError


def open_tokenizer(path: Path, tokens: int) -> Any:
    """The `tokenizers.Tokenizer` saved in the file `path`, which cuts at `tokens` and does not pad.

    Of two segments the longer is cut first.

    Raises:
        EngineError: the file is not there or damaged.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_buffer(path.read_bytes())
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is damaged"
        raise EngineError(
            f"the base's tokenizer {path} cannot be read ({said}); expected the tokenizer.json of a saved model"
        ) from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(tokens, strategy="longest_first")
    return tokenizer


def encode_texts(tokenizer: Any, texts: Sequence[str]) -> list[list[int]]:
    """The token ids of each text."""
    return [encoded.ids for encoded in tokenizer.encode_batch_fast(list(texts))]


def encode_segments(tokenizer: Any, pairs: Sequence[tuple[str, str | None]]) -> tuple[list[list[int]], list[int]]:
    """The token ids of each text, alone or with its second segment, and how many of them are the first segment's."""
    inputs = [text if second is None else (text, second) for text, second in pairs]
    ids: list[list[int]] = []
    firsts: list[int] = []
    for (_, second), encoded in zip(pairs, tokenizer.encode_batch_fast(inputs), strict=True):
        ids.append(encoded.ids)
        firsts.append(len(ids[-1]) - (sum(encoded.type_ids) if second is not None else 0))
    return ids, firsts
