// Files for the user to keep. Enters: a blob or its URL, and a name; leaves: a download. Makes no files itself.

/**
 * @param {string} url
 * @param {string} name
 */
export function save(url, name) {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/**
 * The same, of bytes that have no URL yet.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the download has begun by then
}

/**
 * A photograph's name without folder and extension.
 * @param {string} name
 */
export function stem(name) {
  return name.slice(name.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '') || 'photograph';
}
