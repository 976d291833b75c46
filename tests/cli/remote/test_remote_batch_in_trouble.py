"""`retina batch` where something is refused, missing or in the way: each is told in a sentence, and nothing is lost."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from retina.__main__ import main
from support.processes import Server
from support.remote_batch import left, rows
from support.tables import rows_in


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


def test_a_refusal_names_the_option_that_overrides_it(
    server: Server, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.new("RGB", (200, 100), "white").save(tmp_path / "white.png")
    command = ["batch", str(tmp_path / "white.png"), "--url", server.url, "--key", key, "--out", str(tmp_path / "out")]
    assert main([*command, "--measurements"]) == 1
    assert "use --force to segment it anyway." in capsys.readouterr().err
    for table in ("results.csv", "measurements.csv"):
        [row] = rows_in(tmp_path / "out" / table)
        assert row["reason"].endswith("use --force to segment it anyway."), table


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
        (["--key", "rk_wrong"], "Check --key or RETINA_API_KEY"),
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
