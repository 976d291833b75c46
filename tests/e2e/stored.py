"""What the browser's own database has of the photographs on the start page.

It is written a moment after the page shows something, so a test waits for it before it reloads or leaves the page.
"""

from typing import Any

from playwright.sync_api import Page

TRIES, PAUSE_MS = 300, 100

READ = """async (name) => {
  const there = (await indexedDB.databases()).some((each) => each.name === 'retina');
  if (!there) return { counts: [0, 0, 0], found: null };  // opening it would make an empty one
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('retina');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result);
  });
  return new Promise((resolve) => {
    const stores = ['photographs', 'files', 'workspaces'];
    const transaction = database.transaction(stores);
    const counts = stores.map((store) => transaction.objectStore(store).count());
    const photographs = transaction.objectStore('photographs').getAll();
    const files = transaction.objectStore('files').getAllKeys();
    transaction.oncomplete = () => {
      database.close();
      const found = photographs.result.find((each) => each.name === name);
      resolve({
        counts: counts.map((each) => each.result),
        found: found ? {
          state: found.state,
          file: files.result.includes(found.id),
          saved: Boolean(found.saved),
          note: found.draft?.note ?? '',
          measured: found.result?.correction?.measured ?? null,
        } : null,
      });
    };
  });
}"""


def counts(page: Page) -> list[int]:
    """The numbers of photographs, files and workspaces."""
    return page.evaluate(READ, "")["counts"]  # type: ignore[no-any-return]


def expect_counts(page: Page, *expected: int) -> None:
    for _ in range(TRIES):
        if counts(page) == list(expected):
            return
        page.wait_for_timeout(PAUSE_MS)
    assert counts(page) == list(expected)


def expect_stored(page: Page, name: str, **expected: Any) -> None:
    """The photograph is stored with its file and, where they are given, its `state`, its `note`, whether it is `saved`,
    and whether its correction is `measured`.
    """
    expected |= {"file": True}
    for _ in range(TRIES):
        found = page.evaluate(READ, name)["found"] or {}
        if found.items() >= expected.items():
            return
        page.wait_for_timeout(PAUSE_MS)
    assert found.items() >= expected.items(), (found, expected)
