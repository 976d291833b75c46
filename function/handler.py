"""The Lambda entry points."""

from mangum import Mangum
from mangum.adapter import DEFAULT_TEXT_MIME_TYPES

from retina.app import create_app
from retina.problems import MEDIA_TYPE

api = Mangum(create_app(), lifespan="off", text_mime_types=[*DEFAULT_TEXT_MIME_TYPES, MEDIA_TYPE])
