"""Notice another package that took the place of our `adapters` before it does harm.

The package `adapters` on PyPI installs an import package of the same name: installed after finagent it
overwrites our files, installed beside an editable finagent it is found first. Either way finagent would run
code that is not its own. Looking at the folder that the import would come from finds both, in about a millisecond.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from app.errors import CallError

MARKER = "bases.py"
INTRUDERS = ("adapters", "adapter_transformers")


def check_adapters() -> None:
    """Raise CallError if `import adapters` would not import finagent's own package."""
    spec = find_spec("adapters")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    intruder = _intruder(folder) if folder else "another program"
    if intruder:
        raise CallError(
            f"the package {intruder} has replaced finagent's own `adapters`; they cannot share an environment: "
            "run `pip uninstall -y adapters adapter-transformers && pip install --force-reinstall --no-deps finagent`"
        )


def _intruder(folder: Path) -> str | None:
    """Whose package lies in `folder`: None for ours alone."""
    if not (folder / MARKER).is_file():
        return f"in {folder}"
    for name in INTRUDERS:
        if next(folder.parent.glob(f"{name}-[0-9]*.dist-info"), None):
            return f"`{name.replace('_', '-')}` from PyPI"
    return None
