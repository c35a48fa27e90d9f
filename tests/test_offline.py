"""Nothing leaves the machine: a whole ingest and ask, watched from the inside, opens no connection."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

WATCHED = """
import sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("CONNECTION", event, arguments, file=sys.stderr, flush=True)

sys.addaudithook(watch)
sys.argv = ["finagent", *sys.argv[1:]]
from app.cli import main
main()
"""


def run(home: Path, *arguments: str) -> str:
    import os

    environment = {**os.environ, "FINAGENT_HOME": str(home)}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_ingest_and_ask_open_no_connection(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(
        "EXAMPLE WIDGETS INC.\nFORM 10-K\nFor the fiscal year ended December 31, 2022\n\nItem 1. Business\n\n"
        "We sell widgets to the makers of larger widgets in the north and in the south of the country.\n"
    )
    said = run(tmp_path / "home", "ingest", str(report))
    said += run(tmp_path / "home", "ask", "To whom does Example Widgets sell widgets?", "--json")
    assert "CONNECTION" not in said
