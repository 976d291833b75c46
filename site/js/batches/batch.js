// One batch, opened. Enters: its id; leaves: how far it is, asked for every two seconds while it is open and seen, its
// photographs, and what can be done with it. Sends no photographs: that goes on while another batch is looked at.

import { ask, askBlob } from '../api/requests.js';
import { chosen, matched } from '../files/choice.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { timeOf } from '../ui/dates.js';
import { createExport } from '../ui/export.js';
import { sourceOfFile } from '../files/folder.js';
import { createItems } from './items.js';
import { counted } from './new-batch.js';
import { createPulse } from '../api/pulse.js';
import { Refusal } from '../api/reach.js';
import { receiptOf } from '../ui/receipt.js';
import { saveBlob } from '../files/save.js';
import { createTrouble } from '../ui/trouble.js';

const BATCHES = '/api/v1/batches';
const PAUSE_MS = 2_000;
const ROWS = 2_000; // of the table in one answer
const ENDS = new Set(['not_found', 'sign_in_required', 'invalid_grant']); // asking again would not help
const NO_MATCH = 'None of these files is missing from the batch: names and sizes must be the same as before.';
const TITLES = { open: 'Open', done: 'Finished', cancelled: 'Cancelled' };

/** `sendings.get(id)` is a batch's sending, `sendings.begin(batch, sources)` begins one; `gone()` is told of a deletion. */
export function createBatch({ page, announce, progress, sendings, changed, gone }) {
  const by = (id) => page.querySelector(`#${id}`);
  const { attempt, follow, say } = createTrouble(by('batch-trouble'));
  const pulse = createPulse(async () => {
    const error = await follow(refresh);
    if (ENDS.has(error?.code)) pulse.stop();
  }, PAUSE_MS);
  const zip = createExport({ button: by('zip'), place: by('batch-told'), wish: () => ({ batch: batch.id }) });
  const items = createItems({ page, attempt, announce, sendingOf: sendings.get });
  let batch = null;
  let wanted = null;
  let settled = false; // what is waiting was counted when nothing was on its way any more

  async function open(id) {
    close();
    by('list-told').textContent = '';
    wanted = id;
    const told = await latest(id);
    if (wanted !== id) return; // another one was opened meanwhile
    batch = told;
    by('batch').hidden = false;
    by('batch-title').textContent = `Batch of ${timeOf(batch.created)}`;
    const until = `until ${timeOf(batch.expires)}, or until you delete the batch`;
    by('batch-kept').textContent = `Photographs are deleted once they are done or rejected; names and results are kept ${until}.`;
    progress.begin();
    look();
    await items.open(batch);
    pulse.start();
  }

  function close() {
    pulse.stop();
    [batch, wanted] = [null, null];
    zip.reset();
    by('batch').hidden = true;
    say('');
  }

  async function refresh() {
    const asked = batch;
    const told = await latest(asked.id);
    if (asked !== batch) return;
    const same = JSON.stringify(told) === JSON.stringify(batch);
    batch = told;
    look();
    if (!same) {
      changed(batch);
      await items.refresh();
    }
    if (batch?.state !== 'open' && !sendings.get(batch?.id)?.isGoing()) pulse.stop();
  }

  async function latest(id) {
    const going = Boolean(sendings.get(id)?.isGoing());
    const told = await ask(`${BATCHES}/${id}`);
    settled = !going;
    return told;
  }

  function look() {
    const { counts, state } = batch;
    const sending = sendings.get(batch.id);
    const going = Boolean(sending?.isGoing());
    by('batch-state').textContent = TITLES[state];
    progress.show(batch, sending);
    by('resume').hidden = going || !settled || counts.waiting === 0 || state !== 'open';
    const missing = `${counted(counts.waiting)} ${counts.waiting === 1 ? 'has' : 'have'} not been sent.`;
    by('resume-words').textContent = `${missing} Choose the same files again to go on.`;
    by('cancel').hidden = state !== 'open';
    by('retry').hidden = counts.failed === 0;
    by('zip').hidden = counts.done === 0;
  }

  async function resume(files) {
    const { photographs } = await chosen(files.map(sourceOfFile));
    const sources = matched(photographs, await waitingItems());
    if (!sources.size) throw new Refusal('no_match', NO_MATCH);
    announce(`${counted(sources.size)} found again.`);
    sendings.begin(batch, sources);
    await pulse.start();
  }

  async function waitingItems() {
    const found = [];
    let cursor = null;
    do {
      const query = new URLSearchParams({ limit: 1000, ...(cursor && { cursor }) });
      const { items: some, next } = await ask(`${BATCHES}/${batch.id}/items?${query}`);
      found.push(...some.filter(({ state }) => state === 'waiting'));
      cursor = next;
    } while (cursor);
    return found;
  }

  /** In parts: no answer of the service is larger than 4 MiB. Each begins with the names of the columns. */
  async function table() {
    const { id, counts } = batch;
    const parts = [];
    for (let first = 0; first < counts.total; first += ROWS) {
      const part = await (await askBlob(`${BATCHES}/${id}/results.csv?first=${first}&limit=${ROWS}`)).text();
      parts.push(first ? part.slice(part.indexOf('\n') + 1) : part);
    }
    saveBlob(new Blob(parts, { type: 'text/csv' }), `batch-${id.slice(0, 8)}.csv`);
  }

  async function cancel() {
    const words = 'Photographs that are still waiting will not be processed. Results so far are kept, and you can continue later with “Retry”.';
    if (!(await confirmed({ title: 'Cancel this batch?', words, yes: 'Cancel the batch', no: 'Keep it running' }))) return;
    sendings.get(batch.id)?.stop();
    await order('cancel');
  }

  async function order(what) {
    await ask(`${BATCHES}/${batch.id}/${what}`, { method: 'POST' });
    zip.reset();
    await refresh();
    if (by(what).hidden) by('batch-title').focus({ preventScroll: true });
    await pulse.start();
  }

  async function remove() {
    const words = `Its photographs, names and results will be deleted for good. ${BACKUPS} Charges are not refunded.`;
    if (!(await confirmed({ title: 'Delete this batch?', words, yes: 'Delete it' }))) return;
    sendings.get(batch.id)?.stop();
    const receipt = await ask(`${BATCHES}/${batch.id}`, { method: 'DELETE' });
    close();
    by('list-told').textContent = `The batch was deleted. ${receiptOf(receipt)}`;
    gone();
  }

  const onClick = (id, action) => by(id).addEventListener('click', (event) => attempt(action, event.currentTarget));
  onClick('csv', table);
  onClick('cancel', cancel);
  onClick('retry', () => order('retry'));
  onClick('delete', remove);
  for (const id of ['resume-files', 'resume-folder']) {
    by(id).addEventListener('change', ({ currentTarget: input }) => {
      const files = [...input.files];
      input.value = ''; // so that the same files can be chosen again
      if (files.length) attempt(() => resume(files));
    });
  }

  return { open, close, isOpen: (id) => batch?.id === id, look: () => batch && (look(), items.look()) };
}
