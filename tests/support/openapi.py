"""The OpenAPI document as it is checked in, docs/openapi.json: `make openapi` writes it, a test compares it.

It describes a service that keeps everything itself, whatever the environment of this process sets: no setting, path or
address is in it. Keys are sorted, so that a difference shows what has changed in the API and nothing else.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from retina.app import create_app
from retina.settings import Settings

FILE = Path(__file__).parents[2] / "docs" / "openapi.json"


class DefaultSettings(Settings):
    """Takes nothing from the environment."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, *_: Any, **__: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


def document() -> str:
    """The document as JSON, of the code as it is now."""
    with tempfile.TemporaryDirectory() as data:
        described = create_app(DefaultSettings(data=Path(data), site=None)).openapi()
    return json.dumps(described, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
