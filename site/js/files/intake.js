// The ways to add photographs: choosing files, dropping them anywhere, pasting, and “Try this photograph”. Each calls
// `add(sources)` without reading the files.

import { t } from '../ui/language.js';
import { sourceOfFile, sourcesOf } from './folder.js';
import { isTyping } from '../ui/typing.js';

/** @import { Source } from './source.js' */

/**
 * @param {{
 *   files: HTMLInputElement, sample: HTMLElement, add: (sources: Source[]) => void, announce: (words: string) => void,
 * }} parts
 */
export function takeIn({ files, sample, add, announce }) {
  takeChoices(files, add);

  sample.addEventListener('click', () => add([{ name: 'retina.jpg', open: openSample }]));

  document.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length) add(pasted.map(sourceOfFile));
    else if (!isTyping(event.target)) announce(t('There is no photograph on the clipboard.'));
  });

  takeDrops(add, announce);
}

/**
 * Calls `add` when files or a folder are chosen in a file input.
 * @param {HTMLInputElement} files
 * @param {(sources: Source[]) => void} add
 */
export function takeChoices(files, add) {
  files.addEventListener('change', () => {
    const chosen = [...(files.files ?? [])].map(sourceOfFile);
    files.value = ''; // so that the same file can be chosen again
    if (chosen.length) add(chosen);
  });
}

/**
 * Calls `add` when files or folders are dropped anywhere on the page.
 * @param {(sources: Source[]) => void} add
 * @param {(words: string) => void} announce
 */
export function takeDrops(add, announce) {
  const page = document.documentElement;
  let depth = 0; // dragenter and dragleave also fire for every element the pointer crosses
  /** @param {number} now */
  const hover = (now) => {
    depth = now;
    page.classList.toggle('dragging', depth > 0);
  };
  /** @param {(event: DragEvent, files: DataTransfer) => void} act */
  const withFiles = (act) => (/** @type {DragEvent} */ event) => {
    if (event.dataTransfer?.types.includes('Files')) act(event, event.dataTransfer);
  };
  /** @param {DataTransfer} files */
  const take = async (files) => {
    const sources = await sourcesOf(files);
    if (sources.length) add(sources);
    else announce(t('There are no files in what was dropped.'));
  };

  document.addEventListener('dragenter', withFiles(() => hover(depth + 1)));
  document.addEventListener('dragleave', withFiles(() => hover(Math.max(0, depth - 1))));
  document.addEventListener('dragover', withFiles((event) => event.preventDefault()));
  document.addEventListener('drop', () => hover(0));
  document.addEventListener('drop', withFiles((event, files) => {
    event.preventDefault();
    void take(files);
  }));
}

async function openSample() {
  const answer = await fetch(new URL('../../samples/retina.jpg', import.meta.url));
  if (!answer.ok) throw new Error(`the sample answers ${answer.status}`);
  return new File([await answer.blob()], 'retina.jpg', { type: 'image/jpeg' });
}
