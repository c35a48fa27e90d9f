"""Nothing leaves the machine: a whole ingest and ask, watched from the inside, opens no connection."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Python runs `sitecustomize` at the start of every process, of those that read the documents too.
WATCH = """
import sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        print("CONNECTION", event, arguments, file=sys.stderr, flush=True)

sys.addaudithook(watch)
"""


def run(home: Path, watch: Path, *arguments: str) -> str:
    (watch / "sitecustomize.py").write_text(WATCH)
    environment = {**os.environ, "FINAGENT_HOME": str(home), "PYTHONPATH": f"{watch}{os.pathsep}{Path.cwd()}"}
    command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_ingest_and_ask_open_no_connection(tmp_path: Path) -> None:
    report = tmp_path / "report.txt"
    report.write_text(
        "EXAMPLE WIDGETS INC.\nFORM 10-K\nFor the fiscal year ended December 31, 2022\n\nItem 1. Business\n\n"
        "We sell widgets to the makers of larger widgets in the north and in the south of the country.\n"
    )
    said = run(tmp_path / "home", tmp_path, "ingest", str(report))
    said += run(tmp_path / "home", tmp_path, "ask", "To whom does Example Widgets sell widgets?", "--json")
    assert "CONNECTION" not in said


def test_the_watch_sees_a_connection_of_a_child(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    child = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", parent], capture_output=True, text=True, env=environment, timeout=60)
    assert "CONNECTION socket.connect" in done.stderr
