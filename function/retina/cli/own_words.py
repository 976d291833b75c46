"""What the service tells people to do, in the command line's own words: its options instead of the page and HTTP.

Tables and messages of the command line use them. The service's other sentences suit everybody.
"""

OWN_WORDS = {
    "choose to segment it anyway": "use --force to segment it anyway",
    "Choose the photograph again.": "Copy it again.",
    "Send a JPEG,": "Use a JPEG,",
    "Send it as a more compressed JPEG, or use the command line,": "Save it as a more compressed JPEG, or use "
    "`retina segment`,",
    "Send it at a smaller size.": "Save it at a smaller size.",
    "Send each as a photograph of its own.": "Save each as a photograph of its own.",
    "Send one with a fundus photograph.": "Use one with a fundus photograph.",
    "Send the original from the camera.": "Use the original from the camera.",
    "Send the original file, or create another batch.": "Choose another --out to start over.",
    "Retry it first, or create another one.": "Run the same command again.",
    "Please retry the batch later.": "Please run the same command again later.",
    "then retry the batch.": "then run the same command again.",
    "Check X-API-Key, or create a new key.": "Check --key or RETINA_API_KEY, or create a new key.",
    "Create a new key and send it as X-API-Key.": "Create a new key and name it with --key or RETINA_API_KEY.",
    "GET /api/v1/usage shows the id of yours.": "`retina account show ADDRESS` shows somebody's ID.",
}
"""By what the service says."""


def in_own_words(text: str) -> str:
    """Sentences of the service with the command line's advice."""
    for said, own in OWN_WORDS.items():
        text = text.replace(said, own)
    return text
