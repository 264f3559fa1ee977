"""The compose file fits its schema, and names nothing that the program has not."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from kamizero.cli import app
from kamizero.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: one for name, one in SERVICES.items() if "build" in one}
ONCE = {"migrate", "make-bucket"}
SETTINGS = {f"KAMIZERO_{name.upper()}" for name in Settings.model_fields}


def test_the_file_fits_the_schema_of_compose_files() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "check_jsonschema", "--output-format", "json"),
            *("--builtin-schema", "vendor.compose-spec"),
            str(ROOT / "docker-compose.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_ours(name: str) -> None:
    command = typer.main.get_command(app)
    words = OURS[name]["command"]

    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words[0]]  # type: ignore[attr-defined]
        words = words[1:]
    options = {
        option for one in command.params for option in (*one.opts, *one.secondary_opts)
    }

    assert not hasattr(command, "commands"), "it needs another word"
    assert [w for w in words if w.startswith("--") and w not in options] == []


@pytest.mark.parametrize("name", OURS)
def test_every_setting_is_one_the_program_reads(name: str) -> None:
    told = {one for one in OURS[name]["environment"] if one.startswith("KAMIZERO_")}

    assert told <= SETTINGS
    # As the program itself takes them.
    values = {
        key.removeprefix("KAMIZERO_").lower(): value
        for key, value in OURS[name]["environment"].items()
        if not str(value).startswith("${")
    }
    assert Settings(**values)


@pytest.mark.parametrize("name", OURS)
def test_every_secret_is_read_by_its_service(name: str) -> None:
    paths = set(map(str, OURS[name]["environment"].values()))

    unread = [
        secret
        for secret in OURS[name]["secrets"]
        if secret.upper() not in SETTINGS and f"/run/secrets/{secret}" not in paths
    ]

    assert unread == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_secret_and_config_that_is_used_is_declared(name: str) -> None:
    used = set(SERVICES[name].get("secrets", ()))
    configs = {one["source"] for one in SERVICES[name].get("configs", ())}
    paths = set(re.findall(r"/run/secrets/(\w+)", json.dumps(SERVICES[name])))

    assert used <= COMPOSE["secrets"].keys()
    assert configs <= COMPOSE["configs"].keys()
    # A path to a secret that was not given to the service would be empty.
    assert paths <= used


def test_no_value_of_a_secret_stands_in_the_file() -> None:
    secret = re.compile(r"(PASSWORD|SECRET|KEY|TOKEN)")

    told = [
        f"{name}: {key}"
        for name, one in SERVICES.items()
        for key, value in one.get("environment", {}).items()
        if secret.search(key) and not str(value).startswith("/run/secrets/")
    ]

    assert told == []


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_is_root_or_without_limits(name: str) -> None:
    one = SERVICES[name]

    assert int(str(one["user"]).partition(":")[0]) > 0
    assert one["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in one["security_opt"]
    assert one["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - ONCE))
def test_every_service_that_stays_says_how_it_is(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_nothing_starts_before_the_tables_are_there() -> None:
    for name in OURS.keys() - ONCE:
        needs = OURS[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully", name


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    assert COMPOSE["networks"]["inner"] == {"internal": True}


def test_each_image_of_ours_is_a_target_of_the_dockerfile() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    targets = {line.split(" AS ")[1] for line in lines if " AS " in line}

    assert {one["build"]["target"] for one in OURS.values()} <= targets
    assert "USER 10001:10001" in lines


def _copied() -> Iterator[str]:
    for line in (ROOT / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            yield from line.split()[1:-1]


def test_the_image_is_built_of_what_is_there_and_let_through() -> None:
    through = (ROOT / ".dockerignore").read_text().splitlines()

    for name in _copied():
        assert (ROOT / name).exists(), name
        assert f"!{name}" in through, name
