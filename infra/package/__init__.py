"""Builds the Lambda package, that is, the contents of /var/task, from wheels and without docker.

| module | |
|---|---|
| `build` | builds the package from beginning to end |
| `wheels` | installs pinned wheels for another platform and Python, and finds an interpreter of that Python |
| `contents` | removes files that the function never opens |
| `bytecode` | replaces sources by bytecode |
| `symbols` | cuts symbol tables and debugging information off shared libraries |
| `limits` | checks that Lambda would accept the package |
| `inventory` | sizes, and one digest of the whole |

`python -m infra.package [--out build/package]`
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "package"
PAYMENT = "payment-package"
"""The folder, beside that, of the package of the function that sells credits."""
TARGET = (3, 13)
"""The Python version of the Lambda runtime."""
