"""What requests hold, with their limits, and what answers hold, for the description of the API."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=200)]
LIBRARY = Field(default=None, description="The library; the server's own where it is left out.")
DOCUMENT = Field(default=None, description="Ask this document only: its name.")


class Given(BaseModel):
    """A body of ours: what it does not know is an error, so that a misspelt field is not passed over."""

    model_config = ConfigDict(extra="forbid")


class AskGiven(Given):
    """One question, without a conversation."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"question": "What was Larkmoor's revenue in FY2025?"}]}
    )
    question: Annotated[str, Field(min_length=1, description="The question, with its company and period.")]
    document: Name | None = DOCUMENT
    library: Name | None = LIBRARY
    explain: bool = Field(default=False, description="With the plan, the figures and the steps.")


class CitationMade(BaseModel):
    """Where something is printed. Pages count from 1."""

    document: str
    page: int
    quote: str
    figure: str | None = None


class AnswerMade(BaseModel):
    """The record of an answer. `value` is in `unit`; a refusal has its reason."""

    id: str
    question: str
    status: str
    answer: str
    value: int | float | None = None
    unit: str = ""
    program: str = ""
    citations: list[CitationMade] = []
    confidence: float = 0.0
    reason: str = ""
    seconds: float = 0.0
    explain: dict[str, Any] | None = None


class DocumentMade(BaseModel):
    """A document of the library. `checks` counts those that tie, and says what does not."""

    document: str
    company: str
    aliases: list[str] = []
    form: str
    fiscal_year: int | None = None
    fiscal_quarter: int | None = None
    period_end: str | None = None
    currency: str
    language: str
    pages: int
    figures: int
    passages: int
    status: str
    warnings: list[str] = []
    checks: dict[str, Any] = {}


class FigureMade(BaseModel):
    """A figure. `value` is exact, in whole units, as text; `box` is x0, y0, x1, y1 in points from the top left."""

    id: str
    value: str
    printed: str
    label: str
    path: list[str] = []
    headers: list[str] = []
    concept: str | None = None
    unit: str
    scale: int
    currency: str
    period: str | None = None
    fiscal_year: int | None = None
    fiscal_quarter: int | None = None
    document: str
    company: str = ""
    page: int
    box: list[float] | None = None
    statement: str
    table: str
    caption: str
    segment: str = ""
    source: str
    check: str


class ErrorMade(BaseModel):
    """How every error is told."""

    class _Error(BaseModel):
        message: str
        type: str
        request_id: str

    error: _Error


MOST_TEXTS = 1024
"""Texts of one request to tag; files are for `finagent tag` and for `POST /v1/news`."""
_TEXT = Annotated[str, Field(min_length=1, max_length=20_000)]


class ChatGiven(Given):
    """What a person says in a conversation."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "And in FY2024?", "thread": "larkmoor"}]}
    )
    text: Annotated[str, Field(min_length=1)]
    thread: Annotated[str, Field(min_length=1, max_length=64)] | None = Field(
        default=None, description="The conversation to go on with; a new one is named where it is left out."
    )
    document: Name | None = DOCUMENT


class DecisionGiven(Given):
    """The answer to an approval."""

    thread: Annotated[str, Field(min_length=1, max_length=64)]
    approve: bool


class RowGiven(Given):
    """A text to tag, perhaps toward an entity."""

    text: _TEXT
    entity: Name | None = None


class TagGiven(Given):
    """Texts to tag: `texts`, all toward one `entity` where it is named, or `rows` with their own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"texts": ["Larkmoor lifts its dividend."]}, {"rows": [{"text": "...", "entity": "Larkmoor"}]}]
        },
    )
    texts: list[_TEXT] | None = None
    rows: list[RowGiven] | None = None
    entity: Name | None = None


class SentimentMade(BaseModel):
    """The sentiment of a text; `confidence` is the probability of the likeliest label."""

    sentiment: str
    confidence: float
    p_negative: float
    p_neutral: float
    p_positive: float
