"""`/v1/figures`: the figures of the ledger, each with the place where it is printed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request

from app.server.ask import check_document
from app.server.documents import companies, is_of, ready
from app.server.errors import ApiError
from app.server.models import FigureMade
from app.server.services import Services
from app.server.site import Here

if TYPE_CHECKING:
    from ingest.schema import Figure

router = APIRouter(tags=["figures"])
MOST = 1000
_AT_ONCE = 16  # documents that are searched before it is seen whether that is enough
_WRITTEN = r"^[^\x00-\x1f]*$"
Text = Annotated[str | None, Query(max_length=200, pattern=_WRITTEN)]


@router.get("/v1/figures", response_model=list[FigureMade])
async def list_figures(
    here: Here,
    request: Request,
    document: Text = None,
    concept: Annotated[Text, Query(description="A concept's name, such as Revenues.")] = None,
    item: Annotated[Text, Query(description="A line item, or words of its label.")] = None,
    period: Annotated[Text, Query(description="FY2025, Q3 2025, or a date, 2025-12-31.")] = None,
    company: Text = None,
    page: Annotated[int | None, Query(ge=1)] = None,
    library: Text = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Any:
    """Figures that meet every condition, in the order of their documents; at least one condition is named."""
    if not any((document, concept, item, period, company)):
        raise ApiError(400, "expected a document, concept, item, period or company; all figures are too many")

    def found() -> list[dict[str, Any]]:
        check_document(here.services, document, library)
        figures = _found(here.services, library, document, concept, item, period, company, page, limit)
        names = companies(here.services, library)
        return [record(figure, names) for figure in figures]

    return await here.reading.run(request, lambda stop: found())


@router.get("/v1/figures/{figure_id}", response_model=FigureMade)
async def show_figure(figure_id: str, here: Here, request: Request, library: Text = None) -> Any:
    """One figure by its id, as citations name it."""

    def shown() -> dict[str, Any]:
        figure = here.services.library(library).ledger.figure(figure_id)
        if figure is None:
            raise ApiError(404, f"there is no figure {figure_id[:80]!r}; ids are those of citations")
        return record(figure, companies(here.services, library))

    return await here.reading.run(request, lambda stop: shown())


def _found(
    services: Services,
    library: str | None,
    document: str | None,
    concept: str | None,
    item: str | None,
    period: str | None,
    company: str | None,
    page: int | None,
    limit: int,
) -> list[Figure]:
    from chains.measures.vocabulary import default_names

    opened = services.library(library)
    names = [document] if document else None
    if company:
        of_it = {one.document.name for one in ready(opened) if is_of(one, company)}
        names = sorted(of_it & set(names) if names else of_it)
        if not names:
            raise ApiError(404, f"there is no document of {company[:80]!r}; GET /v1/documents lists the companies")
    if not (concept or item) and names is None:
        raise ApiError(400, "expected a document, company, concept or item besides the period")
    wanted = _period(period) if period else None
    searched = names or [one.document.name for one in ready(opened)]

    def looked(**conditions: Any) -> Iterator[Figure]:
        for at in range(0, len(searched), _AT_ONCE):
            figures = opened.ledger.figures(searched[at : at + _AT_ONCE], page=page, **conditions)
            yield from (figure for figure in figures if wanted is None or _fits(figure, wanted))

    meant = default_names().concept(item) if item and concept is None else None
    # The line item by its meaning comes first: "revenue" is printed as "Total net sales".
    several = [looked(concept=meant[0])] if meant else []
    several.append(looked(concept=concept, label_contains=item))
    found: dict[str, Figure] = {}
    for figure in chain.from_iterable(several):
        found[figure.id] = figure
        if len(found) == limit:
            break
    return list(found.values())


def _period(text: str) -> tuple[int | None, int | None, str | None]:
    """The year and the quarter that a text names, or a date. Raises ApiError where it names none."""
    from datetime import date

    from chains.questions.periods import find_periods

    try:
        return None, None, date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        mentions = [m for m in find_periods(text).mentions if m.year]
    if not mentions:
        raise ApiError(400, f"{text[:60]!r} names no period; expected FY2025, Q3 2025 or a date, 2025-12-31")
    return mentions[0].year, mentions[0].quarter, None


def _fits(figure: Figure, wanted: tuple[int | None, int | None, str | None]) -> bool:
    year, quarter, end = wanted
    if end is not None:
        return figure.period is not None and figure.period.end.isoformat() == end
    return figure.fiscal_year == year and (figure.fiscal_quarter or None) == quarter


def record(figure: Figure, names: dict[str, str]) -> dict[str, Any]:
    """A figure, ready for JSON; `names` are the companies by document."""
    f = figure
    return {
        "id": f.id,
        "value": f"{f.value:f}",
        "printed": f.printed,
        "label": f.label,
        "path": list(f.path),
        "headers": [h for h in f.headers if h],
        "concept": f.concept,
        "unit": f.unit,
        "scale": f.scale,
        "currency": f.currency,
        "period": _span(f),
        "fiscal_year": f.fiscal_year,
        "fiscal_quarter": f.fiscal_quarter,
        "document": f.document,
        "company": names.get(f.document, ""),
        "page": f.page,
        "box": box(f),
        "statement": f.statement.value,
        "table": f.table,
        "caption": f.caption,
        "segment": f.segment,
        "source": f.source.value,
        "check": f.check.value,
    }


def box(figure: Figure) -> list[float] | None:
    """x0, y0, x1, y1 in points from the top left corner of the page; None where the document has no places."""
    b = figure.box
    return None if b is None else [round(v, 2) for v in (b.x0, b.top, b.x1, b.bottom)]


def _span(figure: Figure) -> str | None:
    """An ISO date, or two with a slash."""
    p = figure.period
    return None if p is None else p.end.isoformat() if p.start is None else f"{p.start.isoformat()}/{p.end.isoformat()}"
