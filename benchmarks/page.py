"""How smooth the start page stays with a folder of photographs: the longest tasks of its main thread and its memory.

The vessels of one photograph are corrected, too.

`python -m benchmarks.page site/samples/retina.jpg --count 200 --width 3504` with a service that runs at `--url`. The
service segments the photograph once; the page gets that answer for every copy, so that only the page is measured.
"""

import argparse
import contextlib
import io
import itertools
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, CDPSession, Page, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
STEPS = (20, 50, 100, 150, 200)
DONE = ".item[data-state='done']"
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")


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


@contextlib.contextmanager
def traced(browser: Browser, page: Page, name: str, say: Callable[[], str] = str) -> Iterator[None]:
    """Print how many tasks of the page's main thread took over 50 ms meanwhile, and how long the longest took.

    Both by processor time, which other work on the machine does not lengthen, and by the clock.
    """
    browser.start_tracing(page=page, categories=["toplevel"])
    yield
    events = json.loads(browser.stop_tracing())["traceEvents"]
    names = [each for each in events if each.get("name") == "thread_name"]
    main = {(each["pid"], each["tid"]) for each in names if each["args"]["name"] == "CrRendererMain"}
    tasks = [each for each in events if each.get("name") in TASKS and (each["pid"], each["tid"]) in main]
    columns = [str(name)]
    for clock in ("tdur", "dur"):
        took = [each.get(clock, 0) / 1000 for each in tasks]
        columns += [f"{sum(each > 50 for each in took)}", f"{max(took, default=0):.0f}"]
    print(f"| {' | '.join(columns)} | {say()}".rstrip(), flush=True)


def look_around(browser: Browser, page: Page, count: int) -> None:
    """What a user does with many photographs, one after the other."""
    with traced(browser, page, "the overview opens"):
        page.locator("#overview-open").click()
        page.locator("#overview-rows tr").nth(count - 1).wait_for()
    with traced(browser, page, "it is sorted twice"):
        for _ in range(2):
            page.locator("#overview-heads button").nth(4).click()
            page.wait_for_timeout(500)
    with traced(browser, page, "it is filtered and closed"):
        page.locator("#overview-name").fill("19")
        page.wait_for_timeout(500)
        page.locator("#overview-name").fill("")
        page.locator("#overview-open").click()
    with traced(browser, page, "10 photographs are looked at"):
        for _ in range(10):
            page.keyboard.press("n")
            page.wait_for_timeout(1000)
    with traced(browser, page, "everything becomes a ZIP"), page.expect_download(timeout=120_000):
        page.locator("#zip").click()
    with traced(browser, page, "the page is loaded again"):
        page.reload()
        page.locator(DONE).nth(count - 1).wait_for(state="attached")
        page.wait_for_timeout(2000)


def correct(browser: Browser, page: Page) -> None:
    """What a user does who corrects the vessels of one photograph."""
    drawn = page.locator("#layer-correction[data-state='drawn']")
    with traced(browser, page, "a correction opens"):
        page.locator("#stage").focus()
        page.keyboard.press("c")
        drawn.wait_for()
        page.wait_for_timeout(1000)
    with traced(browser, page, "ten strokes are drawn"):
        box = page.locator("#layers").bounding_box()
        if not box:
            raise RuntimeError("the photograph is not shown")
        for number in range(10):
            y = box["y"] + box["height"] * (0.3 + 0.04 * number)
            page.mouse.move(box["x"] + 0.4 * box["width"], y)
            page.mouse.down()
            page.mouse.move(box["x"] + 0.6 * box["width"], y, steps=20)
            page.mouse.up()
    with traced(browser, page, "five are undone"):
        for _ in range(5):
            page.keyboard.press("Control+z")
    with traced(browser, page, "the correction ends"):
        page.locator("#correct-done").click()
        page.locator("#corrected-words", has_text="are those of the corrected vessels").wait_for()
        page.wait_for_timeout(1000)


def measure(browser: Browser, url: str, files: list[str], answer: str) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    page.route("**/api/v1/predictions", lambda route: fulfil(route, answer))
    inside, outside = page.context.new_cdp_session(page), browser.new_browser_cdp_session()
    inside.send("Performance.enable")
    page.goto(url)

    def memory() -> str:
        heap, kinds = memory_of(outside, inside)
        return f"{heap:.1f} | {kinds['renderer']:.0f} | {kinds['browser']:.0f} |"

    print(
        "| | tasks over 50 ms of processor time | longest, ms | over 50 ms by the clock | longest, ms "
        "| JavaScript, MB | page's process, MB | browser's, MB |\n|---|---|---|---|---|---|---|---|"
    )
    for before, step in itertools.pairwise([0, *(step for step in STEPS if step <= len(files))]):
        with traced(browser, page, f"{before} to {step} done", memory):
            if not before:
                page.set_input_files("#files", files)
            page.locator(DONE).nth(step - 1).wait_for(state="attached")
    correct(browser, page)
    look_around(browser, page, len(files))
    page.wait_for_timeout(1000)
    print(f"\nIn the end: {memory()}")


def fulfil(route: Route, answer: str) -> None:
    sent = route.request.post_data_buffer or b""
    if b"field_of_view" in sent or b"corrected_mask" in sent:  # asked for by a correction
        route.continue_()
    else:
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
    response = httpx.post(f"{given.url.rstrip('/')}/api/v1/predictions", files={"file": data}, data=form, timeout=120)
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
