"""The names of uploaded files, made safe."""

from __future__ import annotations

import pytest

from app.server.names import LONGEST, safe_name


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\windows\\system.ini.txt", "system.ini.txt"),
        ("/etc/shadow", "shadow"),
        ("C:\\Users\\a\\b.pdf", "b.pdf"),
        ("..", "document"),
        ("", "document"),
        (".pdf", "pdf"),
        ("a\x00b\n\r\tc\x1b[31m.pdf", "abc_31m.pdf"),
        ("CON.txt", "_CON.txt"),
        ("aux", "_aux"),
        ("report\u202efdp.exe.pdf", "reportfdp.exe.pdf"),
        ("Bilanz für 2025 (Entwurf).xlsx", "Bilanz für 2025 (Entwurf).xlsx"),
        ("<script>alert(1)</script>.htm", "script_.htm"),
        ("a;rm -rf ~|x`y$z.txt", "a_rm -rf ~_x_y_z.txt"),
        ("..hidden", "hidden"),
        ("trailing. . .", "trailing"),
    ],
)
def test_names_are_made_safe(given: str, made: str) -> None:
    assert safe_name(given) == made


def test_a_long_name_keeps_its_suffix() -> None:
    for stem in ("x" * 5000, "é" * 5000, "." * 5000 + "x"):
        made = safe_name(f"{stem}.pdf")
        assert made.endswith(".pdf")
        assert len(made.encode()) <= LONGEST
