"""Cells of tables that a spreadsheet may open: none of them is run as a formula, and each is read back as it was.

Enters: any text; leaves: the same text, with an apostrophe in front where a spreadsheet could take it for a formula.
`original` undoes that exactly. Numbers stay numbers, also those below zero.
"""

import re
import unicodedata

QUOTE = "'"
STARTS = frozenset("=+-@−")
"""By which a formula begins; full-width and small forms of them count, too."""
BREAKS = ("\t", "\r", "\n")
"""At which a spreadsheet may begin another cell."""
SKIPPED = frozenset("\"'`´‘’‚‛“”„‟")
"""Quotation marks, which an import may take off."""
NUMBER = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?", re.ASCII)


def neutral(text: str) -> str:
    """The text as a cell."""
    return QUOTE + text if _is_risky(text) else text


def original(cell: str) -> str:
    """The text of a cell that `neutral` has made."""
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
    """Spaces, control characters (NUL among them), and what has no width, such as a byte order mark."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Me")
