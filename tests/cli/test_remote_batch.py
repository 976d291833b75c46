"""`retina batch`: sends photographs to a remote service and fetches the results, however often it is interrupted."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from conftest import service_environment
from retina.__main__ import main
from retina.imaging.measurements.registry import MEASUREMENTS
from support.account import new_key
from support.processes import Server, serving
from support.tables import rows_in
from support.waiting import eventually


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, smallest_card: Path) -> Iterator[Server]:
    environment = service_environment(tmp_path_factory) | {"RETINA_MODEL": str(smallest_card)}
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, environment, program="support.quick_service", signups_each="0") as running:
        yield running


@pytest.fixture
def key(server: Server) -> str:
    """Of a new account."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        return new_key(client, f"{secrets.token_hex(4)}@example.org")["X-API-Key"]


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retina.cli.remote_batch.POLL_SECONDS", 0.1)


@pytest.fixture
def photos(tmp_path: Path, tiny: bytes) -> Path:
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for name in ("a.jpg", "b c.jpg", "more/a.jpg"):
        (folder / name).write_bytes(tiny)
    (folder / "text.jpg").write_bytes(b"no photograph")
    (folder / "empty.jpg").write_bytes(b"")
    return folder


def rows(out: Path) -> dict[str, dict[str, str]]:
    return {Path(row["file"]).name + row["number"]: row for row in rows_in(out / "results.csv")}


def left(server: Server, key: str) -> int:
    return int(httpx.get(f"{server.url}/api/v1/usage", headers={"X-API-Key": key}).json()["credits"])


def test_a_folder_goes_there_and_results_come_back(
    server: Server, key: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    (photos / "notes.csv").write_text("eye,age\n")
    (photos / ".hidden").write_text("litter")
    command = ["batch", str(photos), "--url", server.url, "--key", key, "--out", str(out)]
    command += ["--outputs", "mask,intervals,overlay"]
    assert main([*command, "--measurements"]) == 1
    told = capsys.readouterr()
    assert "3 done, 2 rejected, 1 skipped" in told.out
    assert "notes.csv: This was skipped" in told.err
    assert f"Hidden, and left out: {photos / '.hidden'}." in told.err
    assert "text.jpg: " in told.err
    assert key not in (out / "batch.json").read_text()
    found = rows(out)
    assert [row["status"] for row in found.values()].count("done") == 3
    assert found["text.jpg4"]["code"] == "unsupported_media_type"
    pictures = sorted(path.name for path in out.glob("*_*"))
    assert pictures == [
        f"{stem}_{picture}" for stem in ("00000_a", "00001_b-c", "00003_a") for picture in ("mask.png", "overlay.jpg")
    ]
    assert Image.open(out / "00000_a_mask.png").size == (177, 177)
    measured = rows_in(out / "measurements.csv")
    assert len(measured) == 3 * len(MEASUREMENTS) + 2
    density = measured[0]
    assert (density["measurement"], density["value"]) == ("vascular_density", found["a.jpg0"]["vascular_density"])
    assert float(density["low"]) < float(density["value"]) < float(density["high"])
    assert [row["code"] for row in measured if not row["measurement"]] == [
        row["code"] for row in found.values() if row["code"]
    ]
    assert left(server, key) == 17
    before = json.loads((out / "batch.json").read_text())["id"]
    (out / "00000_a_mask.png").unlink()
    (out / "measurements.csv").write_text("old")
    assert main(command) == 1
    assert rows_in(out / "measurements.csv") == measured, "once it is there, it is kept up to date"
    assert (out / "00000_a_mask.png").exists()
    assert json.loads((out / "batch.json").read_text())["id"] == before
    assert left(server, key) == 17
    assert main([*command, "--flips"]) == 2
    assert "other photographs or options" in capsys.readouterr().err
    (photos / "b c.jpg").write_bytes((photos / "a.jpg").read_bytes() + b"changed")
    assert main(command) == 2
    assert "they have changed" in capsys.readouterr().err
    (out / "batch.json").write_text("[]")
    assert main(command) == 2
    assert "is damaged" in capsys.readouterr().err


def test_tables_are_replaced_together_and_not_if_saved_elsewhere(
    server: Server,
    key: str,
    tmp_path: Path,
    tiny: bytes,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.jpg").write_bytes(tiny)
    out = tmp_path / "out"
    command = ["batch", str(tmp_path / "a.jpg"), "--url", server.url, "--key", key, "--out", str(out)]
    command += ["--outputs", "mask", "--measurements"]
    assert main(command) == 0
    tables = [out / "results.csv", out / "measurements.csv"]
    before = {path: path.read_bytes() for path in out.iterdir()}
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == table:
            raise PermissionError(13, "Permission denied", str(target))
        return replace(self, target)

    for table in tables:
        for change in (";", ",notes", ""):
            as_it_was = before[table]
            with monkeypatch.context() as context:
                if change == ";":
                    table.write_bytes(as_it_was.replace(b",", b";"))
                elif change:
                    table.write_bytes(as_it_was.replace(b"\r\n", b",notes\r\n"))
                else:
                    tables[0].write_bytes(before[tables[0]].replace(b"\r\n", b"\n"))
                    context.setattr(Path, "replace", refuse)
                changed = {path: path.read_bytes() for path in out.iterdir()}
                assert main(command) == 2
            said = capsys.readouterr().err
            assert str(table) in said
            assert ("saved again by another" if change else "open in another program") in said
            assert {path: path.read_bytes() for path in out.iterdir()} == changed
            table.write_bytes(as_it_was)
    tables[1].write_bytes(b'"' + b"x" * 200_000)
    assert main(command) == 0
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_what_was_stopped_goes_on(
    server: Server, key: str, tmp_path: Path, tiny: bytes, environment: dict[str, str]
) -> None:
    photos, out = tmp_path / "photos", tmp_path / "out"
    photos.mkdir()
    for n in range(18):
        (photos / f"{n:02d}.jpg").write_bytes(tiny)
    command = [sys.executable, "-m", "retina", "batch", str(photos), "--url", server.url, "--out", str(out)]
    own = environment | {"RETINA_API_KEY": key}
    for how in (signal.SIGINT, signal.SIGKILL):
        process = subprocess.Popen(command, env=own, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        eventually(lambda: (out / "batch.json").exists())
        time.sleep(0.3)
        process.send_signal(how)
        process.communicate(timeout=60)
    ended = subprocess.run(command, env=own, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert "18 done" in ended.stdout
    assert len(rows(out)) == 18
    assert len([*out.glob("*_mask.png")]) == 18
    assert left(server, key) == 2


def test_what_cannot_be_sent_is_in_the_table(
    server: Server, key: str, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Path.read_bytes

    def gone(path: Path) -> bytes:
        if path.name == "b c.jpg":
            raise FileNotFoundError(2, "No such file")
        return read(path)

    command = [
        "batch",
        str(photos),
        "--url",
        server.url,
        "--key",
        key,
        "--out",
        str(tmp_path / "out"),
        "--measurements",
    ]
    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_bytes", gone)
        assert main(command) == 1
    row = rows(tmp_path / "out")["b c.jpg1"]
    assert (row["status"], row["code"]) == ("failed", "file_error")
    long = [each for each in rows_in(tmp_path / "out" / "measurements.csv") if each["number"] == "1"]
    assert [(each["status"], each["reason"]) for each in long] == [("failed", row["reason"])]
    assert main(command) == 1
    assert rows(tmp_path / "out")["b c.jpg1"]["status"] == "done"


def test_a_form_that_has_expired_is_renewed(
    server: Server, key: str, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms: list[str] = []
    post = httpx.post

    def strict(url: str, **sent: Any) -> httpx.Response:
        """As a store whose first form has expired already."""
        forms.append(sent["data"]["policy"])
        return httpx.Response(403) if forms[-1] == forms[0] else post(url, **sent)

    monkeypatch.setattr("retina.cli.remote_batch.httpx.post", strict)
    assert main(["batch", str(photos), "--url", server.url, "--key", key, "--out", str(tmp_path / "out")]) == 1
    assert len(set(forms)) > 1
    assert [row["status"] for row in rows(tmp_path / "out").values()].count("done") == 3


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--key", "rk_wrong"], "is unknown, was revoked"),
        ([], "An API key is needed"),
        (["--key", "rk_wrong", "--outputs", "preview"], "is unknown, was revoked"),
    ],
)
def test_a_refusal_is_told_in_a_sentence(
    server: Server,
    photos: Path,
    tmp_path: Path,
    options: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RETINA_API_KEY", raising=False)
    assert main(["batch", str(photos), "--url", server.url, "--out", str(tmp_path / "out"), *options]) == 2
    assert sentence in capsys.readouterr().err


def test_too_few_credits_begin_nothing_and_the_same_command_works_with_more(
    server: Server,
    key: str,
    tmp_path: Path,
    tiny: bytes,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for name in ["00 line\u2028break.jpg", *(f"{n:02d}.jpg" for n in range(1, 22))]:
        (photos / name).write_bytes(tiny)
    (photos / "gone.jpg").symlink_to("nowhere")
    odd = os.fsdecode(b"ok\xff.jpg")
    (photos / odd).write_bytes(tiny)
    command = ["batch", str(photos), "--url", server.url, "--key", key, "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert "You chose 24 photographs and have 20 credits" in capsys.readouterr().err
    assert not (tmp_path / "out" / "batch.json").exists()
    account = httpx.get(f"{server.url}/api/v1/usage", headers={"X-API-Key": key}).json()["account"]
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("RETINA_DATA", str(server.data))
        assert main(["credits", "grant", account, "5"]) == 0
    assert main(command) == 1
    found = rows(tmp_path / "out")
    assert Counter(row["status"] for row in found.values()) == {"done": 23, "failed": 1}
    assert found["gone.jpg23"]["code"] == "file_error", "links come last"
    assert left(server, key) == 2


def test_what_may_not_be_tried_again_stays_failed_and_the_rest_is_fetched(
    server: Server,
    key: str,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out, headers = tmp_path / "out", {"X-API-Key": key}
    command = ["batch", str(photos), "--url", server.url, "--key", key, "--out", str(out), "--outputs", "mask"]
    with monkeypatch.context() as stopped:
        stopped.setattr("retina.cli.remote_batch.RemoteBatch.send", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
        assert main(command) == 130
    batches = f"{server.url}/api/v1/batches"
    [batch] = httpx.get(batches, headers=headers).json()["batches"]
    httpx.post(f"{batches}/{batch['id']}/cancel", headers=headers).raise_for_status()
    others = {"items": [{"name": "a", "size": 1}] * left(server, key)}
    httpx.post(batches, json=others, headers=headers).raise_for_status()
    assert main(command) == 1
    said = capsys.readouterr().err
    assert "not tried again: Each photograph needs a credit." in said
    assert {row["status"] for row in rows(out).values()} == {"failed", "rejected"}


def test_a_table_of_another_program_is_left_alone(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "measurements.csv").write_text("mine")
    command = ["batch", str(photos), "--url", "http://127.0.0.1:9", "--key", "rk_1_2", "--out", str(tmp_path)]
    assert main(command) == 2
    assert "measurements.csv is in the way" in capsys.readouterr().err
    assert (tmp_path / "measurements.csv").read_text() == "mine"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "nonsense", "http://", "ftp://example.org", "http://[::1"])
def test_nobody_there_is_told_in_a_sentence(
    url: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retina.cli.remote_service.time.sleep", lambda seconds: None)
    command = ["batch", str(photos), "--url", url, "--key", "rk_", "--out", str(tmp_path / "out")]
    assert main(command) == 2
    assert capsys.readouterr().err.startswith("retina: ")
