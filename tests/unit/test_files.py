"""What a command makes of the paths somebody named."""

from pathlib import Path

import pytest

from kamizero.cli.files import files_below
from kamizero.errors import WrongCallError


def test_a_folder_gives_its_files_in_the_order_of_names(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    for name in ("b.tif", "a.tif", "inner/c.tif"):
        (tmp_path / name).touch()

    found = [path.relative_to(tmp_path) for _, path in files_below([tmp_path])]

    assert found == [Path("a.tif"), Path("b.tif"), Path("inner/c.tif")]


def test_a_folder_without_files_is_a_wrong_call(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()

    with pytest.raises(WrongCallError, match="holds no files"):
        list(files_below([tmp_path]))
