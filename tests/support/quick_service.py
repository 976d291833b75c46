"""The service as a program (`python -m support.quick_service serve`), with password hashes that cost little.

Nearly every test makes an account; at full cost the hashes would take most of the tests' time.
"""

import sys
from functools import partial

from argon2 import PasswordHasher

from retina.__main__ import main
from retina.auth.local import people

QUICK_HASHER = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)

if __name__ == "__main__":
    setattr(people, "PasswordHasher", QUICK_HASHER)
    sys.exit(main())
