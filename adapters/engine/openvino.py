"""OpenVINO without its telemetry.

`import openvino` starts a process that reports the import to a web analytics service unless its telemetry package
is missing. Nothing may leave the machine, so to OpenVINO it always is missing.
"""

from __future__ import annotations

import sys
from types import ModuleType


def import_openvino() -> ModuleType:
    """The `openvino` package, imported so that it makes no connection."""
    if "openvino" not in sys.modules:
        # None makes an import of that name fail; OpenVINO then falls back on a stub of its own.
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino  # type: ignore[no-any-return,unused-ignore]
