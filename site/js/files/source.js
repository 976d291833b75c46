// Reads a photograph into memory from wherever it comes from. Throws a Refusal if it is too large or cannot be read;
// its content is not checked here.

import { limits } from '../api/about.js';
import { Refusal } from '../api/reach.js';
import { decimal, t } from '../ui/language.js';
import { mebibytes } from '../ui/limits.js';

/** @typedef {{ name: string, open: () => Promise<File>, stable?: boolean }} Source `stable` if the bytes cannot change any more */

/** @param {Source} source */
export async function bytesOf(source) {
  const file = await opened(source);
  const { upload_bytes: largest } = await limits();
  if (file.size > largest) {
    const sizes = { size: decimal(file.size / 2 ** 20, 1), largest: mebibytes(largest) };
    throw new Refusal(
      'photograph_too_large',
      t('This file is {size} MiB; this page accepts up to {largest}. Save it as a smaller JPEG, or use the command line ' +
        '“retina segment”, which has no such limit.', sizes),
    );
  }
  if (source.stable) return file;
  try {
    return new Blob([await file.arrayBuffer()], { type: file.type });
  } catch {
    throw new Refusal('file_unreadable', t('This file could not be read. Check that it still exists, then try again.'));
  }
}

/**
 * The File, whose bytes are not read yet. Throws a Refusal if it cannot be opened.
 * @param {Pick<Source, 'open'>} source
 */
export async function opened(source) {
  try {
    return await source.open();
  } catch {
    throw new Refusal('file_unreadable', t('This file could not be opened. Check that it still exists, then try again.'));
  }
}
