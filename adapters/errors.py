"""The errors that adapters raise. Each message is one line: what was wrong, what was expected, what to do."""

from __future__ import annotations


class AdapterError(Exception):
    """Any failure of a base, an adapter or a training run that the user can act on."""


class BaseModelError(AdapterError):
    """A base model that is not there, is not complete, or is not what it should be."""


class EngineError(AdapterError):
    """An engine that cannot be built for a base, kept in the cache or run."""


class CacheError(EngineError):
    """A cache that cannot be written, for want of space or of permission."""


class AdapterFilesError(AdapterError):
    """An adapter's directory that is broken, foreign, made for another base, or holds pickled weights."""


class UnknownAdapterError(AdapterError):
    """A name or a path that leads to no adapter."""


class DataError(AdapterError):
    """Labelled data that cannot be read, or that nothing can be learned from."""


class RecipeError(AdapterError):
    """A recipe that cannot be read, or whose fields do not fit together or the model."""


class TrainingError(AdapterError):
    """A training run that could not go on. What it had reached is kept where the message says so."""


class OutputError(TrainingError):
    """A place for an adapter that is taken, or where none can be written."""


class ExportError(AdapterError):
    """An export that does not give what the adapter gives, or that cannot be made."""


class PromotionError(AdapterError):
    """An adapter that may not take the place of the one in use."""


class NothingToChangeError(PromotionError):
    """A call that can change nothing: an adapter that is not the user's to remove, no promotion to take back."""


class GeneratorError(AdapterError):
    """A generating model that gives no reply: a server that is down, slow or answers nonsense, a model that fails."""


class PromptTooLongError(GeneratorError):
    """A question with its evidence that is longer than the model reads."""
