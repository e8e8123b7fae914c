"""The production set-up: compose file, image and example environment agree, and no secret has a default."""

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from tests.project.commands import ROOT


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_file_follows_the_compose_specification() -> None:
    checked = subprocess.run(
        [
            sys.executable,
            "-m",
            "check_jsonschema",
            "--builtin-schema",
            "vendor.compose-spec",
            "docker-compose.yml",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout


def test_the_services_are_those_of_the_design(compose: dict[str, Any]) -> None:
    assert sorted(compose["services"]) == ["beat", "migrate", "postgres", "redis", "web", "worker"]


def test_every_lasting_service_restarts_and_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


def test_migrations_run_once_before_web_worker_and_beat(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        conditions = {
            other: wait["condition"] for other, wait in compose["services"][name]["depends_on"].items()
        }
        assert conditions == {
            "migrate": "service_completed_successfully",
            "postgres": "service_healthy",
            "redis": "service_healthy",
        }, name
    migrating = [
        name for name, service in compose["services"].items() if "migrate" in service.get("command", [])
    ]
    assert migrating == ["migrate"]


def test_the_portals_processes_share_files_and_may_do_little_else(compose: dict[str, Any]) -> None:
    for name in ("migrate", "web", "worker", "beat"):
        service = compose["services"][name]
        assert service["volumes"] == ["files:/data"], name
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name


def test_every_named_volume_and_network_is_declared(compose: dict[str, Any]) -> None:
    volumes = {
        mount.split(":")[0] for service in compose["services"].values() for mount in service["volumes"]
    }
    networks = {network for service in compose["services"].values() for network in service["networks"]}

    assert volumes == set(compose["volumes"])
    assert networks == set(compose["networks"])


def test_only_the_web_is_reachable_and_only_from_this_host(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"] for name, service in compose["services"].items() if "ports" in service
    }

    assert published == {"web": ["127.0.0.1:${PUBLISHED_PORT:-8000}:8000"]}


def test_secrets_have_no_default_and_every_variable_is_in_the_example() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    variables = dict(re.findall(r"(?<!\$)\$\{(\w+)(:[?-][^}]*)?\}", text))
    example = dict(
        line.split("=", 1)
        for line in (ROOT / ".env.example").read_text().splitlines()
        if re.match(r"\w+=", line)
    )

    assert set(variables) == set(example)
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "ALLOWED_HOSTS", "BASE_URL"):
        assert variables[name].startswith(":?"), f"{name} must be demanded"
    assert [name for name in ("SECRET_KEY", "POSTGRES_PASSWORD") if example[name]] == []


def test_the_image_runs_as_nobody_special_with_fonts_and_locked_packages() -> None:
    image = (ROOT / "Dockerfile").read_text()

    assert re.findall(r"^USER (\w+)$", image, re.M) == ["portal"]
    assert image.count("--require-hashes") == 2
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-core"):
        assert package in image
    assert "HEALTHCHECK" in image
