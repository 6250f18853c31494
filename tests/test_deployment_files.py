"""docker-compose.yml and the Dockerfile start the commands that exist, with nothing secret inside."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

from crm.embedded_servers import POSTGRES_OPTIONS
from crm.home.management.commands.up import build_programs

ROOT = Path(__file__).resolve().parent.parent
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_every_part_is_there_and_says_how_it_is(services: dict[str, Any]) -> None:
    assert set(services) == {*OURS, "proxy", "postgres", "redis"}
    for name, service in services.items():
        assert name == "migrate" or service["healthcheck"]["test"], f"{name} has no health check"


def test_web_and_worker_can_be_scaled(services: dict[str, Any]) -> None:
    for name in ("web", "worker"):
        assert "container_name" not in services[name]
        assert "ports" not in services[name]


def test_secrets_come_from_outside(services: dict[str, Any]) -> None:
    for name in OURS:
        environment = services[name]["environment"]
        assert environment["SECRET_KEY"].startswith("${SECRET_KEY:?")
        assert "${POSTGRES_PASSWORD:?" in environment["DATABASE_URL"]
    assert not re.search(r"(SECRET_KEY|PASSWORD)\s*=", (ROOT / "Dockerfile").read_text())


@pytest.mark.parametrize(("asked", "got"), [("", r"\d+MB"), ("3GB", "3GB")])
def test_postgres_is_told_how_much_memory_it_has(
    services: dict[str, Any], tmp_path: Path, asked: str, got: str
) -> None:
    """By hand what the container does: the shell runs, its entry point shows what it was called with."""
    entry = tmp_path / "docker-entrypoint.sh"
    entry.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    entry.chmod(0o755)
    command = [word.replace("$$", "$") for word in services["postgres"]["command"]]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "SHARED_BUFFERS": asked}
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split("\n")
    assert shown[0] == "postgres"
    assert re.fullmatch(f"shared_buffers={got}", shown[2])
    told = dict(word.split("=") for word in shown[2:] if "=" in word)
    del told["shared_buffers"]
    assert told.items() <= POSTGRES_OPTIONS.items()


def test_image_does_not_run_as_root() -> None:
    last_stage = (ROOT / "Dockerfile").read_text().rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER rapport$", last_stage, re.MULTILINE)


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_celery_understands_the_command(services: dict[str, Any], name: str) -> None:
    program, *arguments = shlex.split(services[name]["command"])
    assert program == "celery"
    options = {word.split("=")[0] for word in arguments if word.startswith("--")}
    known = subprocess.run(
        [sys.executable, "-m", "celery", "--app", "crm", name, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert options - {"--app"} <= set(re.findall(r"--[a-z-]+", known.stdout))


def test_preparing_commands_exist(services: dict[str, Any]) -> None:
    commands = re.findall(r"manage\.py (\w+)", services["migrate"]["command"])
    assert commands == ["migrate", "sync_roles"]
    assert set(commands) <= set(get_commands())


def test_image_serves_as_make_run_does(tmp_path: Path) -> None:
    """The options of gunicorn in the image are those that are tried every day."""
    web = build_programs(host="127.0.0.1", port=1, logs=tmp_path)[2]
    daily = {word for word in web.command if str(word).startswith("--")}
    command = (ROOT / "Dockerfile").read_text().rsplit("CMD ", 1)[1]
    assert set(re.findall(r'"(--[a-z-]+)"', command)) == daily
