"""The Lambda package: everything that lies in /var/task, built from wheels and without docker.

| room | |
|---|---|
| `build` | the package from beginning to end |
| `wheels` | pinned wheels for another platform and Python, and an interpreter of that Python |
| `contents` | what of the wheels stays out |
| `bytecode` | bytecode in place of sources |
| `limits` | whether Lambda would take it |
| `inventory` | sizes, and one digest of the whole |

`python -m infra.package [--out build/package]`
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build" / "package"
TARGET = (3, 13)
"""The Python of the Lambda runtime."""
