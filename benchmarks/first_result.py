"""How long the start page takes from a photograph to its vessels, each time in a browser that opens it first.

`python -m benchmarks.first_result site/samples/retina.jpg` with a service that runs at `--url` and nothing else to do.
"""

import argparse
import os
import statistics
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.page import CHROMIUM

DRAWN = "body:has(.item[data-state='done']) #layer-vessels[data-state='drawn']"

CLOCK = f"""
addEventListener("change", event => {{ if (event.target.id === "files") window.chosen = performance.now(); }}, true);
new MutationObserver(() => {{
  if (window.shown || !document.querySelector("{DRAWN}")) return;
  window.shown = 1;
  requestAnimationFrame(() => requestAnimationFrame(() => {{
    window.shown = performance.now();
    document.documentElement.dataset.shown = "";
  }}));
}}).observe(document, {{ subtree: true, childList: true, attributes: true, characterData: true }});
"""
"""The second frame begins when the first, which shows the result, has been drawn."""

TIMES = """() => {
  const [request] = performance.getEntriesByType("resource").filter(each => each.name.endsWith("/api/v1/predictions"));
  return [window.shown - window.chosen, request.duration];
}"""


def measure(browser: Browser, url: str, photograph: Path) -> tuple[float, float]:
    """Milliseconds from the choice of the file to the vessels, and of these, what the request took."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(CLOCK)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")  # the page has stored what it needs offline
    page.wait_for_timeout(1000)
    page.set_input_files("#files", photograph)
    page.locator("html[data-shown]").wait_for(timeout=60_000)
    whole, request = page.evaluate(TIMES)
    context.close()
    return whole, request


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("photograph", type=Path)
    options.add_argument("--url", default="http://127.0.0.1:8000/")
    options.add_argument("--rounds", type=int, default=20)
    given = options.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        measure(browser, given.url, given.photograph)  # the service creates what it computes with
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        found = [measure(browser, given.url, given.photograph) for _ in range(given.rounds)]
        browser.close()
    for name, times in zip(
        ("from the choice to the vessels", "of these the request"), zip(*found, strict=True), strict=True
    ):
        print(f"{name}: median {statistics.median(times):.0f} ms, least {min(times):.0f}, most {max(times):.0f}")


if __name__ == "__main__":
    main()
