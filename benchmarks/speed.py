"""The tables in docs/performance.md, as Markdown: `make bench`.

Every process under test is pinned to one core and its client to another. The designs alternate within one run. The
tables give medians and 95th percentiles; nothing passes or fails.
"""

import argparse
import hashlib
import json
import os
import platform
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from ai_edge_litert.interpreter import Interpreter

from benchmarks.stages import LIMITS, stages
from benchmarks.timing import CORES, ROOT, first_answer, percentiles, resident, retina, send, served
from benchmarks.under_lambda import report_lambda
from retina.imaging.field_of_view import find_field_of_view
from retina.imaging.photograph import decode_photograph, open_photograph
from retina.imaging.retina_gate import fundus_like
from retina.settings import Settings

SAMPLE = ROOT / "site" / "samples" / "retina.jpg"


def only_canvas(folder: Path, number: int) -> Path:
    """Write a copy of the shipped card with only one of its canvases, serving any width; returns its path."""
    card = json.loads(Settings().model.read_text())
    size = {side: card["canvases"][number][side] for side in ("height", "width")}
    card["canvases"] = [size]
    folder.mkdir()
    (folder / "unet.json").write_text(json.dumps(card))
    (folder / card["file"]).write_bytes((Settings().model.parent / card["file"]).read_bytes())
    return folder / "unet.json"


def report_stages(photographs: dict[str, bytes], cards: dict[str, Path], rounds: int) -> None:
    print("| photograph | canvas | stage | p50 ms | p95 ms |\n|---|---|---|---|---|")
    for name, data in photographs.items():
        for canvas, card in cards.items():
            for stage, values in stages(data, card, rounds).items():
                print(f"| {name} | {canvas} | {stage} | {percentiles(values)} |")
            with served(retina(), RETINA_MODEL=str(card)) as (url, _, started), httpx.Client() as client:
                first_answer(url, "/predict", data, started)
                values = [send(client, f"{url}/api/v1/predictions", data) for _ in range(rounds)]
                print(f"| {name} | {canvas} | **whole request over HTTP** | {percentiles(values[2:])} |", flush=True)


def report_comparison(sample: bytes, card: Path, keras: Path, rounds: int) -> None:
    """Compare the two designs, alternating request by request."""
    original = [str(keras), str(ROOT / "benchmarks" / "original_design.py"), "PORT"]
    with (
        served(original, OMP_NUM_THREADS="1") as (their_url, theirs, their_start),
        httpx.Client() as client,
    ):
        their_first = first_answer(their_url, "/predict", sample, their_start)
        with served(retina(), RETINA_MODEL=str(card)) as (our_url, ours, our_start):
            our_first = first_answer(our_url, "/predict", sample, our_start)
            times: dict[str, list[float]] = {"ours": [], "theirs": []}
            for _ in range(rounds):
                times["theirs"].append(send(client, f"{their_url}/predict", sample))
                times["ours"].append(send(client, f"{our_url}/api/v1/predictions", sample))
            ratio = np.median(np.array(times["theirs"][2:]) / np.array(times["ours"][2:]))
            print("\n| design | pixels | p50 ms | p95 ms | start to first answer | peak memory |")
            print("|---|---|---|---|---|---|")
            rows: list[tuple[str, str, list[float], float, Any]] = [
                ("original: Keras, 31.0M, `model.predict`", "128x128", times["theirs"], their_first, theirs),
                ("this one", json.loads(card.read_text())["name"] + " 512x512", times["ours"], our_first, ours),
            ]
            for name, pixels, values, first, process in rows:
                peak = resident(process, "VmHWM")
                print(f"| {name} | {pixels} | {percentiles(values[2:])} | {first:.2f} s | {peak:.0f} MB |")
            print(f"\nRatio, request by request: {ratio:.1f} times as fast, at 16 times the pixels.", flush=True)


def report_precisions(folder: Path, rounds: int) -> None:
    """Time the network alone at 512x512 on one thread, alternating between the files from `models.export.convert`."""
    networks = {}
    for file in sorted(folder.glob("unet-*.tflite")):
        network = Interpreter(model_path=str(file), num_threads=1)
        network.allocate_tensors()
        networks[file] = network
    if not networks:
        print("\nOther precisions are not timed: `models.export.convert` has written none into build/convert.")
        return
    times: dict[Path, list[float]] = {file: [] for file in networks}
    for _ in range(rounds):
        for file, network in networks.items():
            started = time.perf_counter()
            network.invoke()
            times[file].append((time.perf_counter() - started) * 1e3)
    print("\n| network alone, 512x512 | bytes | p50 ms | p95 ms |\n|---|---|---|---|")
    for file, values in times.items():
        print(f"| {file.stem} | {file.stat().st_size:,} | {percentiles(values[2:])} |", flush=True)


def report_start(sample: bytes, times: int) -> None:
    firsts = []
    for _ in range(times):
        with served(retina()) as (url, _, started):
            firsts.append(first_answer(url, "/predict", sample, started))
    low, high = min(firsts), max(firsts)
    print(f"\nProcess start to first prediction: median {np.median(firsts):.2f} s, {low:.2f} to {high:.2f}.")


def report_memory(sample: bytes, requests: int) -> None:
    with served(retina()) as (url, process, started), httpx.Client() as client:
        first_answer(url, "/predict", sample, started)
        for number in range(1, requests + 1):
            send(client, f"{url}/api/v1/predictions", sample)
            if number in (100, requests):
                now, peak = resident(process, "VmRSS"), resident(process, "VmHWM")
                print(f"Memory after {number} requests: {now:.0f} MB resident, {peak:.0f} MB peak.", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keras", type=Path, required=True, help="a Python with Keras, for the original design")
    parser.add_argument("--photograph", type=Path, help="a large photograph to measure beside the sample")
    parser.add_argument("--rounds", type=int, default=42)
    parser.add_argument("--requests", type=int, default=1000)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {CORES[0]})

    sample = SAMPLE.read_bytes()
    photographs = {"retina.jpg (1411x1411)": sample}
    if arguments.photograph and arguments.photograph.exists():
        data = arguments.photograph.read_bytes()
        rgb = decode_photograph(open_photograph(data, **LIMITS), data).rgb
        assert fundus_like(rgb, find_field_of_view(rgb))
        photographs[f"{arguments.photograph.name} ({rgb.shape[1]}x{rgb.shape[0]})"] = data
    processor = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "",
    )
    digest = hashlib.sha256((Settings().model.parent / "unet.tflite").read_bytes()).hexdigest()[:12]
    print(f"Machine: {processor}, one core a process, Python {platform.python_version()}; network {digest}.\n")
    with tempfile.TemporaryDirectory() as folder:
        card = json.loads(Settings().model.read_text())
        cards = {
            f"{canvas['width']}x{canvas['height']}": only_canvas(Path(folder) / str(number), number)
            for number, canvas in enumerate(card["canvases"])
        }
        report_stages(photographs, cards, arguments.rounds)
        report_comparison(sample, cards["512x512"], arguments.keras, arguments.rounds)
        report_lambda(sample, cards["1024x1024"], arguments.rounds)
        report_precisions(ROOT / "build" / "convert", arguments.rounds)
        report_start(sample, 7)
        report_memory(sample, arguments.requests)


if __name__ == "__main__":
    main()
