"""What the caller takes the present correction of a saved prediction to be, so that nobody replaces one they never saw.

As RFC 9110 (13.1) has it for entity tags: checked with the record that is then written in the same transaction.
"""

import re
from dataclasses import dataclass

from retina.errors import CorrectionChangedError
from retina.imaging.correction_schemas import CorrectedFindings

ANY = "*"
ETAG = r'(?:W/)?"[!#-~]*"'
CHANGED = (
    "The correction of this photograph has been saved or deleted by another request in the meantime. Get the "
    "photograph again to see how it is now. Nothing was changed or charged."
)


@dataclass(frozen=True)
class Precondition:
    """The headers If-Match (entity tags, or `*`) and If-None-Match (`*`); None where they were not sent."""

    match: str | None = None
    none_match: str | None = None

    def demand(self, present: CorrectedFindings | None) -> None:
        """Raise `CorrectionChangedError` unless the `present` correction (None: there is none) is as expected."""
        if self.match is not None and not self._matches(present):
            raise CorrectionChangedError(CHANGED)
        if self.none_match == ANY and present is not None:
            raise CorrectionChangedError(CHANGED)

    def _matches(self, present: CorrectedFindings | None) -> bool:
        if present is None or self.match is None:
            return False
        return self.match.strip() == ANY or present.etag in re.findall(ETAG, self.match)


WITHOUT = Precondition()
"""The present correction may be any, or none."""
