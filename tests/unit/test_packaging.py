"""What is installed beside us must fit: shared names, and the three owners of cv2."""

import tomllib
from importlib.metadata import packages_distributions, version
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
CV2_OWNERS = ("opencv-contrib-python", "opencv-python", "opencv-python-headless")


def test_every_owner_of_cv2_has_the_same_version() -> None:
    versions = {owner: version(owner) for owner in CV2_OWNERS}

    assert len(set(versions.values())) == 1, versions


def test_our_top_level_names_belong_to_nobody_else() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    ours = project["tool"]["uv"]["build-backend"]["module-name"]

    owners = packages_distributions()

    strangers = {
        name: set(owners.get(name, ())) - {"kamizero"}
        for name in ours
        if set(owners.get(name, ())) - {"kamizero"}
    }
    assert strangers == {}


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    wanted = [*project["dependencies"], *chain.from_iterable(extras)]
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    pinned = {_name(line) for line in lines if "==" in line}

    assert {_name(line) for line in wanted} <= pinned


def _name(requirement: str) -> str:
    for end in ("[", "=", "<", ">"):
        requirement = requirement.split(end)[0]
    return requirement.strip().lower().replace("_", "-")
