"""How smooth the start page stays with a folder of photographs: its longest tasks and its memory.

`python -m benchmarks.page site/samples/retina.jpg --count 200 --width 3504` with a service that runs at `--url`. The
service segments the photograph once; the page gets that answer for every copy, so that only the page is measured.
"""

import argparse
import io
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
STEPS = (20, 50, 100, 150, 200)
OBSERVE = """
globalThis.tasks = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) globalThis.tasks.push([startTime, duration]);
}).observe({ type: 'longtask', buffered: true });
"""


def photograph_of(path: Path, width: int) -> bytes:
    """The photograph on a black frame of 3:2 that is `width` pixels wide, as JPEG."""
    with Image.open(path) as image:
        height = width * 2 // 3
        frame = Image.new("RGB", (width, height))
        disc = image.convert("RGB").resize((height, height))
        frame.paste(disc, ((width - height) // 2, 0))
    data = io.BytesIO()
    frame.save(data, "JPEG", quality=92)
    return data.getvalue()


def memory_of(browser: CDPSession, page: CDPSession) -> tuple[float, dict[str, float]]:
    """MB of the page's JavaScript after garbage collection, and proportional set size of the processes by kind."""
    page.send("HeapProfiler.collectGarbage")
    metrics = {each["name"]: each["value"] for each in page.send("Performance.getMetrics")["metrics"]}
    kinds: dict[str, float] = {}
    for process in browser.send("SystemInfo.getProcessInfo")["processInfo"]:
        rollup = Path(f"/proc/{process['id']}/smaps_rollup").read_text()
        pss = next(int(line.split()[1]) / 1024 for line in rollup.splitlines() if line.startswith("Pss:"))
        kinds[process["type"]] = kinds.get(process["type"], 0.0) + pss
    return metrics["JSHeapUsedSize"] / 2**20, kinds


def longest(page: Page) -> str:
    """The number of tasks over 50 ms since it was asked last, and the longest of them in milliseconds."""
    tasks = page.evaluate("() => globalThis.tasks.splice(0)")
    return f"{len(tasks)} | {max((duration for _, duration in tasks), default=0):.0f}"


def phases(page: Page, count: int) -> Iterator[str]:
    """What a user does with many photographs, one after the other; yields the name of what was done."""
    page.get_by_role("button", name="Overview").click()
    page.locator("#overview-rows tr").nth(count - 1).wait_for()
    yield "the overview opens"
    for _ in range(2):
        page.locator("#overview-heads button").nth(4).click()
        page.wait_for_timeout(500)
    yield "it is sorted twice"
    page.locator("#overview-name").fill("19")
    page.wait_for_timeout(500)
    page.locator("#overview-name").fill("")
    page.get_by_role("button", name="Overview").click()
    yield "it is filtered and closed"
    for _ in range(20):
        page.keyboard.press("n")
        page.wait_for_timeout(700)
    yield "20 photographs are looked at, one after the other"
    with page.expect_download(timeout=120_000):
        page.locator("#zip").click()
    yield "everything is made into a ZIP"


def measure(browser: Browser, url: str, files: list[str], answer: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(600_000)
    page.add_init_script(OBSERVE)
    page.route(
        "**/api/v1/predictions",
        lambda route: fulfil(route, answer),
    )
    inside, outside = page.context.new_cdp_session(page), browser.new_browser_cdp_session()
    inside.send("Performance.enable")
    page.goto(url)
    page.set_input_files("#files", files)
    print(
        "| done | JavaScript MB | renderer MB | browser MB | tasks over 50 ms | longest ms |\n|---|---|---|---|---|---|"
    )
    for step in [step for step in STEPS if step <= len(files)]:
        page.locator(".item[data-state='done']").nth(step - 1).wait_for(state="attached")
        heap, kinds = memory_of(outside, inside)
        print(
            f"| {step} | {heap:.1f} | {kinds['renderer']:.0f} | {kinds['browser']:.0f} | {longest(page)} |", flush=True
        )
    print("\n| then | tasks over 50 ms | longest ms |\n|---|---|---|")
    for name in phases(page, len(files)):
        print(f"| {name} | {longest(page)} |", flush=True)
    page.reload()
    page.locator(".item[data-state='done']").nth(len(files) - 1).wait_for(state="attached")
    page.wait_for_timeout(2000)
    print(f"| the page is loaded again, with all of them | {longest(page)} |")
    heap, kinds = memory_of(outside, inside)
    print(f"\nAfter that: JavaScript {heap:.1f} MB, renderer {kinds['renderer']:.0f} MB.")


def fulfil(route: Route, answer: str) -> None:
    route.fulfill(body=answer, content_type="application/json")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("photograph", type=Path)
    options.add_argument("--url", default="http://127.0.0.1:8000/")
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--width", type=int, default=3504)
    given = options.parse_args()
    data = photograph_of(given.photograph, given.width)
    form: dict[str, Any] = {"outputs": "preview,mask"}
    response = httpx.post(f"{given.url}api/v1/predictions", files={"file": data}, data=form, timeout=120)
    answer = json.dumps(response.raise_for_status().json())
    sizes = f"{len(data) / 2**20:.1f} MiB, {given.width} pixels wide; answers of {len(answer) / 1024:.0f} KiB"
    print(f"{given.count} photographs of {sizes}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        files = []
        for number in range(given.count):
            files.append(f"{folder}/{number:03}.jpg")
            Path(files[-1]).write_bytes(data + number.to_bytes(4, "big"))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        measure(browser, given.url, files, answer)
        browser.close()


if __name__ == "__main__":
    main()
