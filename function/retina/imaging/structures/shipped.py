"""Where the files of the second network and of the classifier lie."""

from pathlib import Path


def bundled(name: str) -> Path:
    """The shipped file `name`: in an installed package the models are inside it, in a checkout beside it."""
    package = Path(__file__).parents[2]
    inside = package / "models"
    return (inside if inside.exists() else package.parents[1] / "models") / name
