// Files out of what was dropped. Enters: a DataTransfer; leaves: sources `{name, open}`, one for every file, those in
// folders included. `open()` promises the File. Does not look into the files, and skips none.

/** Must be called while the drop event is handled: the browser empties the DataTransfer afterwards. */
export async function sourcesOf(transfer) {
  const entries = [...transfer.items].filter((item) => item.kind === 'file').map((item) => item.webkitGetAsEntry?.());
  const files = [...transfer.files];
  if (entries.length !== files.length || !entries.some((entry) => entry?.isDirectory)) return files.map(sourceOfFile);
  const found = await Promise.all(entries.map((entry, i) => (entry ? walk(entry) : [sourceOfFile(files[i])])));
  return found.flat();
}

export function sourceOfFile(file) {
  return { name: file.webkitRelativePath || file.name || 'photograph', open: async () => file };
}

async function walk(entry) {
  const name = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) return [{ name, open: () => new Promise((resolve, reject) => entry.file(resolve, reject)) }];
  try {
    const found = [];
    for (const child of await children(entry)) found.push(...(await walk(child)));
    return found;
  } catch (error) {
    return [{ name, open: () => Promise.reject(error) }];
  }
}

/** Browsers hand over a folder in portions, an empty one last. */
async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!portion.length) return all;
    all.push(...portion);
  }
}
