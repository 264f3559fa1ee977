"""What runs the models reports nothing to its makers, and keeps nothing at home."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# A build machine silences them by itself, and so would what the tests imported before.
_SILENCING = ("CI", "ORT_DISABLE_TELEMETRY", "MPLCONFIGDIR", "XDG_CONFIG_HOME")


@pytest.mark.parametrize("library", ["onnxruntime", "openvino"])
def test_an_engine_leaves_no_identifier_in_the_home_folder(
    library: str, tmp_path: Path
) -> None:
    run_at_home(tmp_path, f"import ocr, {library}")

    assert sorted(tmp_path.rglob("*")) == []


def test_the_reader_of_whole_pages_leaves_nothing_in_the_home_folder(
    tmp_path: Path,
) -> None:
    home, cache = tmp_path / "home", tmp_path / "cache"
    home.mkdir()

    run_at_home(
        home,
        "from pathlib import Path\n"
        "from ocr.engines.paddle_models import paddleocr\n"
        f"paddleocr(Path({str(cache)!r}))",
    )

    assert sorted(home.rglob("*")) == []
    assert cache.exists()


def run_at_home(home: Path, code: str) -> None:
    """Run it as somebody who has this home folder and nothing set."""
    kept = {name: v for name, v in os.environ.items() if name not in _SILENCING}
    kept |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    subprocess.run([sys.executable, "-c", code], env=kept, check=True)
