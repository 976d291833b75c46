"""Cells of CSV tables that a spreadsheet may open: none is run as a formula, and each can be read back unchanged.

`neutral` puts an apostrophe in front of any text that a spreadsheet could take for a formula; `original` undoes exactly
that. Numbers stay numbers, including negative ones.
"""

import re
import unicodedata

QUOTE = "'"
STARTS = frozenset("=+-@−")
"""Characters that start a formula; their full-width and small forms count, too."""
BREAKS = ("\t", "\r", "\n")
"""Characters at which a spreadsheet may start another cell."""
SKIPPED = frozenset("\"'`´‘’‚‛“”„‟")
"""Quotation marks, which an import may strip."""
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", re.ASCII)


def neutral(text: str) -> str:
    """The text as a safe cell."""
    return QUOTE + text if _is_risky(text) else text


def original(cell: str) -> str:
    """The text of a cell made by `neutral`."""
    return cell[1:] if cell.startswith(QUOTE) and _is_risky(cell[1:]) else cell


def _is_risky(text: str) -> bool:
    if NUMBER.fullmatch(text):
        return False
    if text.startswith(BREAKS):
        return True
    for character in text:
        if character in SKIPPED or _is_unseen(character):
            continue
        return unicodedata.normalize("NFKC", character)[:1] in STARTS
    return False


def _is_unseen(character: str) -> bool:
    """Whether a character is white space, a control character (such as NUL) or has no width (such as a byte order
    mark).
    """
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me")
