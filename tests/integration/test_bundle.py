"""What a closed network gets: installed only as it was packed."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

INSTALL = Path(__file__).parents[2] / "bundle" / "install.sh"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle that carries one wheel."""
    folder = tmp_path / "bundle"
    (folder / "wheels").mkdir(parents=True)
    shutil.copy(INSTALL, folder)
    (folder / "wheels" / "kamizero-0.1.0-py3-none-any.whl").write_bytes(b"a wheel")
    files = sorted(one for one in folder.rglob("*") if one.is_file())
    (folder / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256(one.read_bytes()).hexdigest()}  "
            f"./{one.relative_to(folder)}\n"
            for one in files
        )
    )
    return folder


def install(bundle: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "install.sh", *arguments],
        cwd=bundle,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bundle_that_was_damaged_on_its_way_is_not_installed(bundle: Path) -> None:
    (bundle / "wheels" / "kamizero-0.1.0-py3-none-any.whl").write_bytes(b"a whee1")

    done = install(bundle, "app")

    assert done.returncode == 1
    assert "copy it here again" in done.stderr
    assert not (bundle / "app").exists()


def test_a_bundle_without_images_says_so(bundle: Path) -> None:
    done = install(bundle, "--images")
    assert done.returncode == 1
    assert "packed without images" in done.stderr


def test_somebody_who_does_not_say_where_to_is_told_how(bundle: Path) -> None:
    assert "sh install.sh FOLDER" in install(bundle).stderr


def test_the_version_of_python_that_packed_it_must_be_there(bundle: Path) -> None:
    (bundle / "PYTHON_VERSION").write_text("2.3\n")
    done = install(bundle, "app")
    assert done.returncode == 1
    assert "Python 2.3 is missing" in done.stderr
