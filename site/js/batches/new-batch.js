// The form for a new batch: takes the files, checks them against the limits and the credits, and creates the batch.
// sending.js sends the photographs.

import { limits } from '../api/about.js';
import { ask } from '../api/requests.js';
import { chosen } from '../files/choice.js';
import { finder } from '../ui/element.js';
import { takeChoices, takeDrops } from '../files/intake.js';
import { Refusal } from '../api/reach.js';
import { creditsOf } from '../ui/money.js';
import { sizeOf } from '../ui/size.js';
import { createTrouble, submitterOf } from '../ui/trouble.js';

/** @import { BatchCreateResponse, BatchCreate, Usage } from 'openapi' */
/** @import { Chosen } from '../files/choice.js' */
/** @import { Source } from '../files/source.js' */

/**
 * `made(batch, photographs)` is called with the new batch.
 * @param {{
 *   page: ParentNode, announce: (words: string) => void, made: (batch: BatchCreateResponse, photographs: Chosen[]) => void,
 * }} parts
 */
export function createNewBatch({ page, announce, made }) {
  const by = finder(page);
  const form = by('new-batch', HTMLFormElement);
  const startButton = by('start', HTMLButtonElement);
  const { attempt } = createTrouble(by('new-trouble'));
  /** @type {Chosen[]} */
  let photographs = [];
  let leftOut = 0;
  /** @type {number | null} */
  let credits = null; // available to spend
  let reserved = 0; // for photographs of other batches

  async function loadCredits() {
    /** @type {Usage} */
    const usage = await ask('/api/v1/usage');
    credits = usage.credits - usage.reserved;
    reserved = usage.reserved;
    look();
  }

  /** @param {Source[]} sources */
  async function take(sources) {
    announce('Reading the list of files…');
    const { batch_items: most } = await limits();
    const found = await chosen(sources);
    const { length } = found.photographs;
    ({ photographs, leftOut } = length > most ? { photographs: [], leftOut: 0 } : found);
    look();
    if (!length) throw new Refusal('nothing', 'There are no photographs among the files you chose.');
    if (length > most) {
      throw new Refusal('too_many', `A batch has at most ${counted(most)}, and you chose ${length.toLocaleString('en')}.`);
    }
    announce([by('chosen').textContent, by('lacking').textContent].filter(Boolean).join(' '));
  }

  function look() {
    const litter = leftOut ? ` ${leftOut} hidden ${leftOut === 1 ? 'file was' : 'files were'} left out.` : '';
    const { length } = photographs;
    const bytes = photographs.reduce((sum, { size }) => sum + size, 0);
    by('chosen').textContent = length ? `${counted(length)}, ${sizeOf(bytes)}.${litter}` : '';
    const lacking = credits === null ? 0 : Math.max(0, length - credits);
    startButton.disabled = length === 0 || lacking > 0;
    startButton.textContent = length ? `Start with ${counted(length)}` : 'Start';
    const aside = reserved ? ` Another ${creditsOf(reserved)} ${reserved === 1 ? 'is' : 'are'} reserved for open batches.` : '';
    by('credits').textContent =
      credits === null ? '' : `You have ${creditsOf(credits)}; each photograph needs one, and only what is done is charged.${aside}`;
    by('lacking').hidden = lacking === 0;
    by('lacking').textContent = lacking
      ? `You chose ${counted(length)} and have ${creditsOf(credits ?? 0)}: choose ${lacking.toLocaleString('en')} fewer, ` +
        'or get more credits. Nothing has been sent.'
      : '';
  }

  async function start() {
    const fields = new FormData(form);
    const chosenOutputs = /** @type {string[]} */ (fields.getAll('outputs'));
    if (!chosenOutputs.length) throw new Refusal('no_outputs', 'Choose at least one kind of picture.');
    const items = photographs.map(({ name, size }) => ({ name, size }));
    const outputs = [...chosenOutputs, ...(fields.has('intervals') ? ['intervals'] : [])].join();
    /** @type {BatchCreate} */
    const request = { items, outputs, flips: fields.has('flips'), force: fields.has('force') };
    /** @type {BatchCreateResponse} */
    const batch = await ask('/api/v1/batches', { method: 'POST', json: request });
    const sent = photographs;
    photographs = [];
    look();
    made(batch, sent);
    await loadCredits();
  }

  /** @param {Source[]} sources */
  const attemptToTake = (sources) => void attempt(() => take(sources));

  for (const id of ['files', 'folder']) takeChoices(by(id, HTMLInputElement), attemptToTake);
  takeDrops(attemptToTake, announce);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(start, submitterOf(event)).then(look);
  });
  return { loadCredits };
}

/** @param {number} count */
export function counted(count) {
  return `${count.toLocaleString('en')} ${count === 1 ? 'photograph' : 'photographs'}`;
}
