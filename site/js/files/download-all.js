// The button that gives all results as one ZIP file, made in this browser. A second click stops it.

import { measurementList } from '../api/about.js';
import { finder } from '../ui/element.js';
import { t } from '../ui/language.js';
import { createTrouble } from '../ui/trouble.js';
import { archiveOf } from './archive.js';
import { saveBlob } from './save.js';
import { measuredOn } from './table.js';
import { zipOf } from './zip.js';

/** @import { Listed } from './table.js' */

/** @param {{ page: ParentNode, photographs: () => Listed[], announce: (words: string) => void }} parts */
export function createDownloadAll({ page, photographs, announce }) {
  const by = finder(page);
  const button = by('zip', HTMLButtonElement);
  const { attempt } = createTrouble(by('download-trouble'));
  const words = button.textContent;
  /** @type {AbortController | null} */
  let going = null;

  /** @param {AbortSignal} signal */
  async function make(signal) {
    const listed = photographs();
    const measured = await measuredNames(listed);
    const entries = archiveOf(listed, measured, location.origin);
    const zip = await zipOf(entries, signal, (done) => (button.textContent = t('Stop ({percent} %)', { percent: Math.floor((100 * done) / entries.length) })));
    saveBlob(zip, 'vessels.zip');
    announce(t('The ZIP file is ready.'));
  }

  button.addEventListener('click', () => {
    if (going) {
      going.abort();
      return;
    }
    going = new AbortController();
    const { signal } = going;
    void attempt(async () => {
      try {
        await make(signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        going = null;
        button.textContent = words;
      }
    });
  });
}

/**
 * The names of all measurements; those of the photographs alone if the list cannot be fetched.
 * @param {Listed[]} photographs
 */
export function measuredNames(photographs) {
  return measurementList().then((known) => known.map(({ name }) => name), () => measuredOn(photographs));
}
