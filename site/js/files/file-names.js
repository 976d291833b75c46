// Names of files in a ZIP: valid on every system, unique also where capitals do not count, and inside the folder in which
// it is unpacked. Folders of the original names stay.

const FORBIDDEN = /[\p{Cc}\p{Cf}\p{Cs}<>:"|?*\\]/gu; // Windows allows none of these
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST = 200; // bytes of each part; systems allow 255, and an ending is added

/**
 * “visit 1/left_eye” for “../visit 1/left:eye.jpg”: without extension.
 * @param {string} name
 */
export function safeStem(name) {
  const parts = name.normalize('NFC').split(/[/\\]/).map((part) => part.replace(FORBIDDEN, '_').trim());
  const last = parts.length - 1;
  parts[last] = parts[last].replace(/(?<=.)\.[^.]*$/, '');
  const safe = parts.map(trimmed).filter((part) => part && !/^\.+$/.test(part));
  return safe.join('/') || 'photograph';
}

/** @param {string} part */
function trimmed(part) {
  const short = shortened(part).replace(/[. ]+$/, '').replace(/^\.+/, '');
  return RESERVED.test(short.split('.')[0]) ? `_${short}` : short;
}

/** @param {string} part */
function shortened(part) {
  const bytes = new TextEncoder().encode(part).subarray(0, LONGEST);
  return new TextDecoder().decode(bytes, { stream: true }); // leaves out a character that is cut
}

/** Returns a function that makes each name unique: the second “a” becomes “a (2)”. */
export function createUnique() {
  /** @type {Set<string>} */
  const taken = new Set();
  return (/** @type {string} */ name) => {
    let unique = name;
    for (let i = 2; taken.has(keyOf(unique)); i += 1) unique = `${name} (${i})`;
    taken.add(keyOf(unique));
    return unique;
  };
}

/** @param {string} name */
function keyOf(name) {
  return name.normalize('NFKC').toLowerCase();
}
