// Lets the user download a blob or a blob URL under a given name.

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
 * Like `save`, for a blob that has no URL yet.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the download has started by then
}

/**
 * A CSV table made of `parts`, with the byte order mark by which Excel recognises UTF-8.
 * @param {string[]} parts
 */
export function csvBlob(parts) {
  return new Blob(['\ufeff', ...parts], { type: 'text/csv' });
}

/**
 * A photograph's name without folder and extension.
 * @param {string} name
 */
export function stem(name) {
  return name.slice(name.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '') || 'photograph';
}
