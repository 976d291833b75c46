// One open batch: its progress, its photographs, and buttons for its results, cancelling, retrying and deleting. While
// it is open and the page is visible, its state is fetched every two seconds. Sending photographs is up to sending.js,
// because it continues when another batch is opened.

import { ask } from '../api/requests.js';
import { chosen, matched } from '../files/choice.js';
import { BACKUPS, confirmed } from '../ui/confirm.js';
import { timeOf } from '../ui/dates.js';
import { createExport } from '../ui/export.js';
import { finder } from '../ui/element.js';
import { takeChoices } from '../files/intake.js';
import { createItems } from './items-table.js';
import { createStatistics } from './statistics.js';
import { createPulse } from '../api/pulse.js';
import { Refusal, codeOf } from '../api/reach.js';
import { receiptOf } from '../ui/receipt.js';
import { saveTable } from './results-csv.js';
import { createTrouble } from '../ui/trouble.js';
import { waitingItems } from './waiting-items.js';
import { plural, t } from '../ui/language.js';

/** @import { BatchResponse, DeletionReceipt } from 'openapi' */
/** @import { Source } from '../files/source.js' */
/** @import { Progress } from './progress.js' */
/** @import { Sending } from './sending.js' */

/** @typedef {(batch: { id: string }, sources: Map<number, Source>) => void} Begin */

const BATCHES = '/api/v1/batches';
const PAUSE_MS = 2_000;
/** @type {Set<string | null>} */
const ENDS = new Set(['not_found', 'sign_in_required', 'invalid_grant']); // asking again would not help
const NO_MATCH = t('None of these files is missing from the batch: names and sizes must be the same as before.');
const TITLES = { open: t('Open'), done: t('Finished'), cancelled: t('Cancelled') };

/**
 * `sendings.get(id)` returns a batch's sending, if any, and `sendings.begin(batch, sources)` starts one.
 * `changed(batch)` is called when the batch has changed, `gone()` when it has been deleted.
 * @param {{
 *   page: ParentNode, announce: (words: string) => void, progress: Progress,
 *   sendings: { get: (id: string) => Sending | null, begin: Begin },
 *   changed: (batch: BatchResponse) => void, gone: () => void,
 * }} parts
 */
export function createBatch({ page, announce, progress, sendings, changed, gone }) {
  const by = finder(page);
  const { attempt, follow, onClick, say } = createTrouble(by('batch-trouble'));
  const pulse = createPulse(async () => {
    const error = await follow(refresh);
    if (ENDS.has(codeOf(error))) pulse.stop();
  }, PAUSE_MS);
  const zip = createExport({ button: by('zip', HTMLButtonElement), place: by('batch-status'), body: () => ({ batch: batch?.id }) });
  const statistics = createStatistics({ page, attempt });
  const items = createItems({ page, attempt, announce, sendingOf: sendings.get });
  /** @type {BatchResponse | null} */
  let batch = null;
  /** @type {string | null} */
  let wanted = null;
  let settled = false; // whether the counts were fetched while nothing was being sent
  let [questions, answered] = [0, 0]; // how often a batch was asked for, and the latest question that is answered

  /** @param {string} id */
  async function open(id) {
    close();
    by('list-status').textContent = '';
    wanted = id;
    const answer = await latest(id);
    if (!answer || wanted !== id) return; // another batch was opened in the meantime
    batch = answer;
    by('batch').hidden = false;
    by('batch-title').textContent = t('Batch of {time}', { time: timeOf(batch.created) });
    by('batch-retention').textContent = t(
      'Each photograph is deleted as soon as it is done or rejected; names and results are stored until {time}, or until you delete the batch.',
      { time: timeOf(batch.expires) },
    );
    progress.begin();
    look();
    await items.open(answer);
    await pulse.start();
  }

  function close() {
    pulse.stop();
    [batch, wanted] = [null, null];
    zip.reset();
    by('batch').hidden = true;
    say('');
  }

  async function refresh() {
    const id = batch?.id;
    if (!id) return;
    const answer = await latest(id);
    if (!answer || id !== batch?.id) return;
    const same = JSON.stringify(answer) === JSON.stringify(batch);
    batch = answer;
    look();
    if (!same) {
      changed(answer);
      await items.refresh();
    }
    if (batch === answer && answer.state !== 'open' && !sendings.get(answer.id)?.isGoing()) pulse.stop();
  }

  /**
   * The batch as it is now, or null if a later question was answered sooner.
   * @param {string} id
   */
  async function latest(id) {
    const going = Boolean(sendings.get(id)?.isGoing());
    const number = (questions += 1);
    /** @type {BatchResponse} */
    const answer = await ask(`${BATCHES}/${id}`);
    if (number < answered) return null;
    [answered, settled] = [number, !going];
    return answer;
  }

  function look() {
    if (!batch) return;
    const { counts, state } = batch;
    const sending = sendings.get(batch.id);
    const going = Boolean(sending?.isGoing());
    by('batch-state').textContent = TITLES[state];
    progress.show(batch, sending);
    statistics.look(batch);
    by('resume').hidden = going || !settled || counts.waiting === 0 || state !== 'open';
    const missing = plural(counts.waiting, '{n} photograph has not been sent.', '{n} photographs have not been sent.');
    by('resume-words').textContent = `${missing} ${t('Choose the same files again to continue.')}`;
    by('cancel').hidden = state !== 'open';
    by('retry').hidden = counts.failed === 0;
    by('zip').hidden = counts.done === 0;
  }

  /** @param {Source[]} files */
  async function resume(files) {
    const resumed = batch;
    if (!resumed) return;
    const { photographs } = await chosen(files);
    const sources = matched(photographs, await waitingItems(resumed.id));
    if (!sources.size) throw new Refusal('no_match', NO_MATCH);
    announce(plural(sources.size, '{n} photograph found again.', '{n} photographs found again.'));
    sendings.begin(resumed, sources);
    await pulse.start();
  }

  /** @param {BatchResponse} shown */
  async function cancel({ id }) {
    const words = t('Photographs that are still waiting will not be processed. Results so far remain, and you can continue later with “Retry unfinished photographs”.');
    if (!(await confirmed({ title: t('Cancel this batch?'), words, yes: t('Cancel the batch'), no: t('Keep it running') }))) return;
    sendings.get(id)?.stop();
    await order(id, 'cancel');
  }

  /**
   * @param {string} id
   * @param {'cancel' | 'retry'} what
   */
  async function order(id, what) {
    await ask(`${BATCHES}/${id}/${what}`, { method: 'POST' });
    zip.reset();
    await refresh();
    if (by(what).hidden) by('batch-title').focus({ preventScroll: true });
    await pulse.start();
  }

  /** @param {BatchResponse} shown */
  async function remove({ id }) {
    const words = [t('Its photographs, names and results will be deleted for good.'), BACKUPS, t('Charges are not refunded.')].join(' ');
    if (!(await confirmed({ title: t('Delete this batch?'), words, yes: t('Delete it') }))) return;
    sendings.get(id)?.stop();
    /** @type {DeletionReceipt} */
    const receipt = await ask(`${BATCHES}/${id}`, { method: 'DELETE' });
    close();
    by('list-status').textContent = `${t('The batch was deleted.')} ${receiptOf(receipt)}`;
    gone();
  }

  /** @param {(shown: BatchResponse) => Promise<void>} action */
  const ofShown = (action) => () => batch && action(batch);
  onClick(by('csv', HTMLButtonElement), ofShown((shown) => saveTable(shown, 'wide')));
  onClick(by('csv-long', HTMLButtonElement), ofShown((shown) => saveTable(shown, 'long')));
  onClick(by('cancel', HTMLButtonElement), ofShown(cancel));
  onClick(by('retry', HTMLButtonElement), ofShown(({ id }) => order(id, 'retry')));
  onClick(by('delete', HTMLButtonElement), ofShown(remove));
  for (const id of ['resume-files', 'resume-folder']) {
    takeChoices(by(id, HTMLInputElement), (files) => void attempt(() => resume(files)));
  }

  return {
    open,
    close,
    /** @param {string} id of a batch that may still be on its way */
    isOpen: (id) => wanted === id,
    look() {
      look();
      if (batch) items.look();
    },
  };
}
