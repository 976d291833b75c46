"""The package under Lambda's runtime client, compared with uvicorn."""

import json
import os
import shutil
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

from benchmarks.timing import CORES, ROOT, first_answer, percentiles, resident, retina, send, served
from infra.package import TARGET
from infra.package.build import build
from infra.package.wheels import install, python_of, requirements
from support.lambda_package import RUNTIME
from support.runtime_api import COGNITO, RuntimeApi, multipart


def report_lambda(photograph: bytes, card: Path, rounds: int) -> None:
    """Compare the package under Lambda's runtime client with uvicorn, alternating, on the card's canvas."""
    python = python_of(TARGET)
    if not python:
        print("\nUnder Lambda's runtime client: not measured, there is no Python 3.13 here.")
        return
    with tempfile.TemporaryDirectory() as folder:
        task, runtime = Path(folder) / "task", Path(folder) / "runtime"
        build(task, TARGET, python)
        for name in ("unet.json", "unet.tflite"):
            shutil.copy(card.parent / name, task / "retina" / "models")
        pinned = requirements(ROOT / "tests" / "requirements.txt", TARGET)
        install(runtime, (pinned[name] for name in RUNTIME), TARGET)
        command = [str(python), "-m", "awslambdaric", "handler.api"]
        environment = COGNITO | {"PYTHONPATH": str(runtime), "PATH": os.environ["PATH"]}
        # No rate limits: there is no table to count in, and uvicorn does not count requests from its own computer.
        environment |= {"RETINA_FREE_EACH": "0", "RETINA_FREE_TOGETHER": "0"}
        pinning = ["taskset", "-c", str(CORES[-1])]
        firsts: list[float] = []
        for _ in range(5):
            started = time.perf_counter()
            with RuntimeApi([*pinning, *command], task, environment) as function:
                function.invoke(multipart("/predict", photograph))
                firsts.append(time.perf_counter() - started)
        with (
            RuntimeApi([*pinning, *command], task, environment) as function,
            served(retina(), RETINA_MODEL=str(card)) as (url, _, started),
            httpx.Client() as client,
        ):
            first_answer(url, "/predict", photograph, started)
            times: dict[str, list[float]] = {"Lambda's runtime client": [], "uvicorn": []}
            for _ in range(rounds):
                times["uvicorn"].append(send(client, f"{url}/predict", photograph))
                event, started = multipart("/predict", photograph), time.perf_counter()
                function.invoke(event)
                times["Lambda's runtime client"].append((time.perf_counter() - started) * 1e3)
            peak = resident(function.process, "VmHWM")
    canvas = json.loads(card.read_text())["canvases"][0]
    print(f"\nThe package, Python 3.13, POST /predict on canvas {canvas['width']}x{canvas['height']}:")
    print(f"process start to first answer {np.median(firsts):.2f} s (median of 5), peak memory {peak:.0f} MB.\n")
    print("| under | p50 ms | p95 ms |\n|---|---|---|")
    for name, values in times.items():
        print(f"| {name} | {percentiles(values[2:])} |", flush=True)
