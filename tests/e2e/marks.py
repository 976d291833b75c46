"""Switching on what is shown beside the vessels, and what the page asks the service for then."""

from playwright.sync_api import Page, Route

from e2e.visit import PREDICTIONS, Visit

ARTERIES_AND_VEINS, OPTIC_DISC = "Arteries and veins", "Optic disc"


def asked(visit: Visit) -> list[str]:
    """The outputs of every prediction that the page has asked for since it was opened."""
    return visit.page.evaluate("() => window.asked")  # type: ignore[no-any-return]


def opened(visit: Visit) -> Page:
    """The page, with a record of what it asks for: Playwright does not show forms with files in them."""
    visit.page.add_init_script("""
      window.asked = [];
      const append = FormData.prototype.append;
      FormData.prototype.append = function (name, ...value) {
        if (name === 'outputs') window.asked.push(value[0]);
        append.call(this, name, ...value);
      };
    """)
    return visit.open().page


def switch(page: Page, name: str, *, on: bool = True) -> None:
    page.get_by_role("checkbox", name=name).set_checked(on)


def holding_back(visit: Visit, photograph: bytes) -> tuple[Page, list[Route]]:
    """The page with a segmented photograph; what it asks from then on is held back."""
    page, held = visit.open().page, list[Route]()
    visit.choose(("a.jpg", photograph))
    visit.expect_state("a.jpg", "done")
    page.route(PREDICTIONS, lambda route: held.append(route))
    return page, held


def arrived(page: Page, held: list[Route]) -> Route:
    """The request that is held back, once it is there: the page says that it looks before it has sent anything."""
    while not held:
        page.wait_for_timeout(50)
    return held.pop()
