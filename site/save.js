// Files for the user to keep. Enters: a blob URL and a name; leaves: a download. Makes no files itself.

export function save(url, name) {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

/** A photograph's name without folder and extension. */
export function stem(name) {
  return name.split('/').pop().replace(/\.[^.]+$/, '') || 'photograph';
}
