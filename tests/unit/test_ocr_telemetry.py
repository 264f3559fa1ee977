"""What runs the models reports nothing to its makers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A build machine silences them by itself, and so would what the tests imported before.
_SILENCING = ("CI", "ORT_DISABLE_TELEMETRY")


@pytest.mark.parametrize("library", ["onnxruntime", "openvino"])
def test_an_engine_leaves_no_identifier_in_the_home_folder(
    library: str, tmp_path: Path
) -> None:
    kept = {name: v for name, v in os.environ.items() if name not in _SILENCING}
    kept |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}

    code = f"import ocr, {library}"
    subprocess.run([sys.executable, "-c", code], env=kept, check=True)

    assert sorted(tmp_path.rglob("*")) == []
