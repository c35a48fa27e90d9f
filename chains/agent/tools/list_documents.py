"""The tool that lists the documents of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chains.agent.tools.holdings import Holdings, title_of
from chains.tool_making import Called, artifact_of, make_tool

if TYPE_CHECKING:
    from langchain_core.tools import BaseTool

NAME = "list_documents"
_MOST = 50  # documents that the content names; the artifact has all


def documents_tool(holdings: Holdings) -> BaseTool:
    """`list_documents`: the documents of a company, or all, the newest first. `documents` of its artifact has them."""
    from pydantic import BaseModel, Field

    class ListDocuments(BaseModel):
        """The arguments."""

        company: str | None = Field(
            default=None, description="The company whose documents are wanted; leave it out for all."
        )

    def call(company: str | None = None) -> Called:
        found = holdings.documents(company)
        rows = [
            {
                "document": d.name,
                "company": d.company,
                "form": d.form,
                "fiscal_year": d.fiscal_year,
                "fiscal_quarter": d.fiscal_quarter,
                "period_end": d.period_end.isoformat() if d.period_end else None,
                "pages": d.pages,
            }
            for d in found
        ]
        whose = f" of {holdings.company(company).short}" if company else ""
        lines = [f"{len(found)} document{'s' * (len(found) != 1)}{whose}, the newest first:" if found else "none"]
        lines += [f"{d.name}: {title_of(d)}" for d in found[:_MOST]]
        lines += [f"and {len(found) - _MOST} more"] if len(found) > _MOST else []
        return "\n".join(lines), artifact_of(NAME, documents=rows)

    return make_tool(
        call,
        name=NAME,
        description="Lists the reports in the library, the newest first, with company, form and period; of one company "
        "where it is named. It says what is there, not what the reports say.",
        arguments=ListDocuments,
        expected="nothing, or a company by name",
    )
