"""`python -m support.preloads`: have each page name the modules it starts with, so that the browser asks for them all
at once instead of for those that a module imports only once that module is there.

A page's list follows its scripts, and comes from the static imports of its modules. Modules that are imported when they
are needed (`import()`) are not in it. What the first script needs is first: the page is not shown before it has run.
"""

import re
from pathlib import Path

SITE = Path(__file__).parents[2] / "site"
ENTRY = re.compile(r'<script type="module" src="/([^"]+)"')
PRELOAD = re.compile(r'^ *<link rel="modulepreload" href="/([^"]+)">\n', re.MULTILINE)
HEAD_END = "</head>\n"
STATIC = re.compile(r"^(?:import|export)\b(?!\()[^;'\"]*?['\"](\.[^'\"]+)['\"];", re.MULTILINE)
"""An import or a re-export, over one line or several. Comments with `@import` do not begin a line so."""


def pages() -> list[Path]:
    """The pages that have modules."""
    return [page for page in sorted(SITE.glob("*.html")) if ENTRY.search(page.read_text("utf-8"))]


def imports(module: Path) -> list[Path]:
    """What a module imports statically, in its order."""
    return [(module.parent / address).resolve() for address in STATIC.findall(module.read_text("utf-8"))]


def levels(entry: Path) -> list[list[Path]]:
    """A module and what it imports, by how many others a browser must have read before it knows of them."""
    found = [[entry]]
    while found[-1]:
        seen = {module for level in found for module in level}
        new = (imported for module in found[-1] for imported in imports(module) if imported not in seen)
        found.append(list(dict.fromkeys(new)))
    return found[:-1]


def entries(page: Path) -> list[str]:
    """A page's own scripts, below the site's folder."""
    return ENTRY.findall(page.read_text("utf-8"))


def wanted(page: Path) -> list[str]:
    """The modules that a page's list must have, below the site's folder."""
    graphs = (levels((SITE / entry).resolve()) for entry in entries(page))
    modules = dict.fromkeys(module for graph in graphs for level in graph for module in level)
    names = [module.relative_to(SITE.resolve()).as_posix() for module in modules]
    return [name for name in names if name not in entries(page)]


def listed(page: Path) -> list[str]:
    """The modules in a page's list."""
    return PRELOAD.findall(page.read_text("utf-8"))


def renewed(page: Path) -> str:
    """The page with its list as it must be."""
    text = PRELOAD.sub("", page.read_text("utf-8"))
    links = "".join(f'  <link rel="modulepreload" href="/{module}">\n' for module in wanted(page))
    return text.replace(HEAD_END, links + HEAD_END, 1)


if __name__ == "__main__":
    for each in pages():
        each.write_text(renewed(each), "utf-8")
