"""Which mail addresses and passwords an account may be made with. Leaves: nothing, or a sentence that says why not.

Knows no account: the same is refused whether or not an address has one.
"""

import re

from retina.errors import SignInRefusedError

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{LABEL}")
"""As browsers take it (they send international domains in ASCII), with a domain of two parts at least."""
LONGEST_ADDRESS = 254
SHORTEST, LONGEST = 12, 256
"""Characters of a password."""
JUDGED = 24
"""Characters of a password whose strength is judged: a password is as strong as its beginning, at least. Judging takes
time that grows exponentially where many characters stand for others (4 for a, 3 for e): a second at 40, 14 s at 64.
"""
STRONG = 3
"""The least of zxcvbn's scores, 0 to 4: 10^8 guesses, where an attacker knows common passwords, names and patterns."""


def address_of(text: str) -> str:
    """A mail address as accounts have it; whether it is one, `demand_address` says."""
    return text.strip().lower()


def demand_address(address: str) -> None:
    """Raises `SignInRefusedError` for what is no mail address."""
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise SignInRefusedError("This is not a valid mail address. Write it like name@example.org.")


def demand_strong(password: str, address: str) -> None:
    """Raises `SignInRefusedError` for a password that is too short, too long or too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise SignInRefusedError(f"The password must have {SHORTEST} to {LONGEST} characters. Choose another one.")
    # Not above: Lambda's package goes without it.
    from zxcvbn import zxcvbn

    parts = [part for pattern in ("@", "[@.]", r"\W+") for part in re.split(pattern, address)]
    known = [address[:JUDGED], *parts, re.sub(r"\W+", "", address.partition("@")[0]), "retina"]
    if zxcvbn(password[:JUDGED], known)["score"] < STRONG:
        raise SignInRefusedError(
            "This password is too easy to guess: it is common, repeats itself or follows a pattern. "
            "Choose another one, such as four words that have nothing to do with each other."
        )
