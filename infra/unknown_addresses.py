"""The function at CloudFront's edge that responds with `404.html` to addresses at which the page has no file.

S3 responds 403 in XML there, and an error response of the distribution would also replace the API's 404 documents.
"""

import json
from pathlib import Path

MOST_BYTES = 10_240
"""CloudFront's limit for a function."""

CODE = """
var FILES = %s, FOLDERS = %s;
function handler(event) {
  var first = event.request.uri.split('/')[1];
  if (event.request.uri === '/' + first && FILES.indexOf(first) >= 0) return event.request;
  if (event.request.uri !== '/' + first && FOLDERS.indexOf(first) >= 0) return event.request;
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'text/html; charset=utf-8' }, 'cache-control': { value: 'no-cache' } },
    body: { encoding: 'text', data: %s }
  };
}
"""


def unknown_addresses(files: Path) -> str:
    """The function's JavaScript for the page in a folder. Raises `ValueError` if it is larger than CloudFront allows.

    What is missing within one of the page's folders is left to S3: nobody types such an address.
    """
    names = sorted(path.name for path in files.iterdir() if path.is_file())
    folders = sorted(path.name for path in files.iterdir() if path.is_dir())
    page = (files / "404.html").read_text("utf-8")
    code = CODE % (json.dumps(["", *names]), json.dumps(folders), json.dumps(page))
    if len(code.encode()) > MOST_BYTES:
        raise ValueError(f"The function for unknown addresses has more than {MOST_BYTES} bytes: shorten 404.html.")
    return code
