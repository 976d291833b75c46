"""What holds for a queue of photographs, whichever it is.

A job is the key of a stored photograph: it is segmented, and what was found is stored. Every job is worked off at least
once. Whoever takes it has it for a while; where nothing comes of that, it is taken again, and after `ATTEMPTS` it is
given up: its failure is stored in place of a result, and it is laid aside where somebody notices.
"""

ATTEMPTS = 4
"""How often a job is tried. It is taken once more, to store that it failed."""
