// One saved photograph, opened. Enters: its id; leaves: its pictures in the viewer, its facts, what is said of it to be
// changed, and the ways to compute it again and to delete it.

import { ask, askBlob } from '../api/requests.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { dayOf, timeOf } from '../ui/dates.js';
import { detailsOf, fill, titleOf } from './details.js';
import { receiptOf } from '../ui/receipt.js';
import { release } from '../files/segmentation.js';
import { createTrouble } from '../ui/trouble.js';

export const PREDICTIONS = '/api/v1/predictions';

/** `changed(record)` and `deleted(record)` are told what became of it. */
export function createRecord({ page, viewer, result, trend, announce, changed, deleted }) {
  const by = (id) => page.querySelector(`#${id}`);
  const form = by('details');
  const { attempt, say } = createTrouble(by('details-trouble'));
  let record = null;
  let pictures = null;
  let stop = new AbortController();

  async function open(id) {
    close();
    by('list-told').textContent = '';
    by('placeholder').textContent = 'Loading…';
    const { signal } = stop;
    try {
      const opened = await ask(`${PREDICTIONS}/${id}`, { signal });
      await show(opened, signal);
    } catch (error) {
      if (signal.aborted) return;
      by('placeholder').textContent = 'This photograph could not be opened.';
      throw error;
    }
  }

  async function show(opened, signal) {
    const urls = opened.image_urls;
    const [photograph, mask] = await Promise.all([askBlob(urls.photograph, signal), askBlob(urls.mask, signal)]);
    if (pictures) release(pictures);
    record = opened;
    const [photographUrl, maskUrl] = [photograph, mask].map((blob) => URL.createObjectURL(blob));
    pictures = {
      name: headingOf(record),
      file: fileOf(record),
      answer: record,
      fallback: null,
      urls: { photograph: photographUrl, mask: maskUrl, original: photographUrl, prediction: maskUrl, overlay: null },
    };
    by('placeholder').hidden = true;
    by('result').hidden = false;
    result.show(pictures);
    fill(form, record);
    by('computed').textContent = `Saved ${timeOf(record.saved)}. Computed ${timeOf(record.predicted)} by version ${record.software_version}.`;
    await trend.show(record, signal);
  }

  function close() {
    stop.abort();
    stop = new AbortController();
    if (pictures) release(pictures);
    viewer.hide();
    [record, pictures] = [null, null];
    say('');
    by('result').hidden = true;
    by('placeholder').hidden = false;
    by('placeholder').textContent = 'Choose a photograph from the list.';
  }

  async function change() {
    const details = detailsOf(form);
    record = await ask(`${PREDICTIONS}/${record.id}`, { method: 'PATCH', json: details });
    by('result-title').textContent = headingOf(record);
    changed(record);
    announce('The changes were saved.');
    by('details-told').textContent = 'Saved.';
    await trend.show(record, stop.signal);
  }

  async function recompute() {
    by('details-told').textContent = 'Computing…';
    const { signal } = stop;
    const computed = await ask(`${PREDICTIONS}/${record.id}/recompute`, { method: 'POST', signal });
    await show(computed, signal);
    changed(computed);
    by('details-told').textContent = `Computed again by model ${computed.model.name} ${computed.model.sha256.slice(0, 8)}.`;
    announce(by('details-told').textContent);
  }

  async function remove() {
    const words = `${headingOf(record)}: the photograph and everything found in it will be deleted for good. ${BACKUPS}`;
    if (!(await confirmed({ title: 'Delete this photograph?', words, yes: 'Delete it' }))) return;
    const gone = record;
    const receipt = await ask(`${PREDICTIONS}/${gone.id}`, { method: 'DELETE' });
    close();
    by('list-told').textContent = `The photograph was deleted. ${receiptOf(receipt)}`;
    deleted(gone);
  }

  const unlessStopped = (action) => async () => {
    const { signal } = stop;
    by('details-told').textContent = '';
    try {
      await action();
    } catch (error) {
      by('details-told').textContent = '';
      if (!signal.aborted) throw error;
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(unlessStopped(change), event.submitter);
  });
  by('recompute').addEventListener('click', (event) => attempt(unlessStopped(recompute), event.currentTarget));
  by('delete').addEventListener('click', (event) => attempt(remove, event.currentTarget));
  return { open, close, isOpen: (id) => record?.id === id };
}

function headingOf(record) {
  return `${titleOf(record)}, ${dayOf(record.taken_on ?? record.saved)}`;
}

/** The name of files made of it. */
function fileOf({ subject, eye, taken_on: taken, saved }) {
  const parts = [subject ?? 'photograph', eye === 'unknown' ? null : eye, taken ?? saved.slice(0, 10)];
  return `${parts.filter(Boolean).join('-').replaceAll(/[^\p{L}\p{N}-]+/gu, '_')}.png`;
}
