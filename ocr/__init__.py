"""From page to fields: arrays and form definitions in, readings out."""

import os
import sys

# Both libraries leave an identifier of this machine in the home folder when they are
# imported, to report to their makers with: each must be told before that.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
