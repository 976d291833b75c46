"""Validation of the email address and password of a new account.

It does not look at existing accounts, so the result is the same whether or not an address has one.
"""

import re

from retina.errors import SignInRefusedError

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
ADDRESS = re.compile(rf"(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+{LABEL}")
"""As browsers accept it (they send international domains in ASCII), with a domain of at least two parts."""
LONGEST_ADDRESS = 254
SHORTEST, LONGEST = 12, 256
"""Length of a password in characters."""
JUDGED = 24
"""How many characters of a password are rated: a password is at least as strong as its beginning. The time grows
exponentially if many characters stand for others (4 for a, 3 for e): one second at 40 characters, 14 s at 64."""
STRONG = 3
"""The lowest zxcvbn score that is accepted, of 0 to 4: 10^8 guesses by an attacker who knows common passwords, names
and patterns."""


def address_of(text: str) -> str:
    """An email address in the form that accounts store. `demand_address` validates it."""
    return text.strip().lower()


def demand_address(address: str) -> None:
    """Raise `SignInRefusedError` if this is not an email address."""
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
        raise SignInRefusedError("This is not a valid email address. Write it like name@example.org.")


def demand_strong(password: str, address: str) -> None:
    """Raise `SignInRefusedError` for a password that is too short, too long or too easy to guess."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise SignInRefusedError(f"The password must have {SHORTEST} to {LONGEST} characters. Choose another one.")
    # Imported here because the Lambda package does not contain it.
    from zxcvbn import zxcvbn

    parts = [part for pattern in ("@", "[@.]", r"\W+") for part in re.split(pattern, address)]
    known = [address[:JUDGED], *parts, re.sub(r"\W+", "", address.partition("@")[0]), "retina"]
    if zxcvbn(password[:JUDGED], known)["score"] < STRONG:
        raise SignInRefusedError(
            "This password is too easy to guess: it is common, repeats itself or follows a pattern. "
            "Choose another one, such as four words that have nothing to do with each other."
        )
