"""The command line."""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import stat

import pytest
from click.testing import CliRunner

from tests.factories import DATA_KEY, PROCESSES, use_keys
from tests.web.conftest import DESK
from web.cli import waymark
from web.cli.run import _is_loopback
from web.config import Config, ConfigError, contrast_with_white, data_keys


@pytest.fixture(autouse=True)
def _tests_own_key():
    yield
    use_keys()


def run(*words, **environment):
    return CliRunner().invoke(waymark, list(words), env=environment, catch_exceptions=False)


def settings(tmp_path):
    return {
        "WAYMARK_DATABASE_URL": f"sqlite:///{tmp_path}/x.db",
        "WAYMARK_SECRET_KEY": "s" * 40,
        "WAYMARK_AUDIT_KEY": "a" * 40,
        "WAYMARK_DATA_KEY": DATA_KEY.hex(),
    }


def test_a_sound_folder_has_no_errors():
    done = run("lint", str(DESK))
    assert "error" not in done.output
    assert done.exit_code == 0


def test_findings_name_code_element_line_message_and_repair_in_both_formats(tmp_path):
    shutil.copytree(DESK, tmp_path / "desk")
    diagram = tmp_path / "desk" / "process.bpmn"
    diagram.write_text(diagram.read_text().replace("amount &gt; 100", "amount &gt;"))
    done = run("lint", str(tmp_path / "desk"), "--format", "json")
    found = [one for one in json.loads(done.output) if one["severity"] == "error"]
    assert done.exit_code == 1
    assert set(found[0]) >= {"code", "severity", "element_id", "line", "message", "repair", "file"}
    assert found[0]["element_id"] in ("much", "how_much")
    text = run("lint", str(tmp_path / "desk"))
    assert f"error {found[0]['code']} [{found[0]['element_id']}]" in text.output


@pytest.mark.parametrize("name", ["x.bpmn", "x.form", "x.dmn", "x.txt"])
def test_a_file_that_is_nothing_is_an_error_and_no_trace(tmp_path, name):
    (tmp_path / name).write_text("<nothing")
    done = run("lint", str(tmp_path / name))
    assert done.exit_code == 1
    assert " error " in done.output


def test_a_scenario_prints_each_step():
    file = sorted((PROCESSES / "raise_concern" / "scenarios").glob("*.yaml"))[0]
    done = run("scenario", str(file))
    assert done.exit_code == 0, done.output
    assert "started raise_concern" in done.output
    assert done.output.rstrip().endswith("passed")


def test_a_site_is_set_up_from_the_command_line(tmp_path):
    site = settings(tmp_path)
    assert "revision" in run("migrate", **site).output
    assert run("reseal", **site).output == "0 values were sealed anew.\n"
    (tmp_path / "roles.yaml").write_text("worker: {title: Worker, organisation: any}")
    shutil.copytree(DESK, tmp_path / "desk")
    assert "desk version 1: published" in run("deploy", str(tmp_path), **site).output
    assert "desk version 1: unchanged" in run("deploy", str(tmp_path), **site).output
    words = ("user", "add", "jo", "--name", "Jo Smith", "--role", "worker")
    done = CliRunner().invoke(waymark, [*words, "--password", "a long password"], env=site)
    assert "jo can sign in" in done.output
    done = run("audit", "verify", **site)
    assert (done.exit_code, done.output) == (0, "The audit trail is whole.\n")


def test_the_demo_listens_on_this_machine_alone():
    done = CliRunner().invoke(waymark, ["demo", "--host", "0.0.0.0"])  # noqa: S104
    assert done.exit_code == 1
    assert "this machine alone" in done.output
    near = ("localhost", "127.0.0.1", "::1")
    assert all(_is_loopback(host) for host in near)
    assert not any(_is_loopback(host) for host in ("10.0.0.1", "waymark.example"))


def test_the_demo_is_made_once_with_keys_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(PROCESSES, tmp_path / "processes", ignore=shutil.ignore_patterns("*.py"))
    script = tmp_path / "processes" / "demo.yaml"
    script.write_text(script.read_text().split("  - title: A mistaken report")[0])
    first = run("demo", "--no-serve")
    assert "Casey Rowe" in first.output
    again = run("demo", "--no-serve")
    assert "0 newly published" in again.output
    assert "Case 1" not in again.output
    for key in ("secret.key", "audit.key", "data.key"):
        assert stat.S_IMODE(os.stat(tmp_path / ".waymark" / key).st_mode) == 0o600


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret_key": "short"}, "secret key"),
        ({"audit_key": b"short"}, "audit key"),
        ({"data_keys": ()}, "data key"),
        ({"data_keys": (DATA_KEY, b"short")}, "data key"),
        ({"data_keys": (b"changeme" * 4,)}, "data key"),
        ({"brand": "red"}, "brand colour"),
        ({"brand": "#ffee00"}, "hard to read"),
    ],
)
def test_unsafe_settings_stop_the_start(change, words):
    sound = {"database_url": "sqlite://", "secret_key": "k" * 40, "audit_key": b"a" * 40}
    sound["data_keys"] = (DATA_KEY,)
    with pytest.raises(ConfigError, match=words):
        Config(**{**sound, **change})
    assert contrast_with_white("#ffffff") == 1.0


def test_a_missing_setting_is_named():
    done = CliRunner().invoke(waymark, ["migrate"], env={"WAYMARK_DATABASE_URL": None})
    assert isinstance(done.exception, ConfigError)
    assert "WAYMARK_DATABASE_URL" in str(done.exception)


@pytest.mark.parametrize("name", ["WAYMARK_SECRET_KEY", "WAYMARK_AUDIT_KEY", "WAYMARK_DATA_KEY"])
def test_a_missing_key_stops_the_start_by_its_name(tmp_path, name):
    site = {**settings(tmp_path), name: None}
    done = CliRunner().invoke(waymark, ["serve"], env=site)
    assert isinstance(done.exception, ConfigError)
    assert f"Set {name}, or {name}_FILE" in str(done.exception)


def test_data_keys_are_read_in_either_writing_and_the_first_seals():
    new, old = secrets.token_bytes(32), secrets.token_bytes(32)
    encoded = base64.urlsafe_b64encode(old).decode()
    assert data_keys(f"{new.hex()}\n{encoded}\n") == (new, old)
    assert data_keys("no-key* neither!") == (b"", b"")
