"""Renders the HTML pages of the embedded issuer: forms for users who are not signed in. All values are escaped."""

from collections.abc import Mapping
from html import escape
from pathlib import Path
from string import Template

from starlette.responses import HTMLResponse, Response

FOLDER = Path(__file__).parent / "html"
NOTHING: Mapping[str, str] = {}


def page(
    name: str,
    heading: str,
    *,
    refusal: str = "",
    hidden: Mapping[str, str] = NOTHING,
    status: int = 200,
    **values: str,
) -> Response:
    """`name`.html inside the common page frame. `refusal` is an error message; `hidden` are hidden fields that the
    browser sends back.
    """
    fields = [f'<input type="hidden" name="{escape(key)}" value="{escape(value)}">' for key, value in hidden.items()]
    shown = {key: escape(value) for key, value in values.items()}
    content = _template(name).substitute(shown, hidden="\n  ".join(fields))
    alert = f'<p class="warning" role="alert">{escape(refusal)}</p>' if refusal else ""
    framed = _template("page").substitute(heading=escape(heading), refusal=alert, content=content)
    return HTMLResponse(framed, status)


def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.html").read_text(encoding="utf-8"))
