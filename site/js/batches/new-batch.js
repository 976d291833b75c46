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
import { locale, plural, t } from '../ui/language.js';

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
    const before = by('lacking').textContent;
    look();
    const lacking = by('lacking').textContent;
    if (lacking && lacking !== before) announce(lacking); // the files were chosen before this was known
  }

  /** @param {Source[]} sources */
  async function take(sources) {
    announce(t('Reading the list of files…'));
    const { batch_items: most } = await limits();
    const found = await chosen(sources);
    const { length } = found.photographs;
    ({ photographs, leftOut } = length > most ? { photographs: [], leftOut: 0 } : found);
    look();
    if (!length) throw new Refusal('nothing', t('There are no photographs among the files you chose.'));
    if (length > most) {
      throw new Refusal('too_many', t('A batch has at most {most}, and you chose {chosen}.', { most: counted(most), chosen: length.toLocaleString(locale) }));
    }
    announce([by('chosen').textContent, by('lacking').textContent].filter(Boolean).join(' '));
  }

  function look() {
    const { length } = photographs;
    const bytes = photographs.reduce((sum, { size }) => sum + size, 0);
    const chosenWords = plural(length, '{n} photograph, {size}.', '{n} photographs, {size}.', { size: sizeOf(bytes) });
    const litter = plural(leftOut, '{n} hidden file was left out.', '{n} hidden files were left out.');
    by('chosen').textContent = length ? [chosenWords, leftOut && litter].filter(Boolean).join(' ') : '';
    const lacking = credits === null ? 0 : Math.max(0, length - credits);
    startButton.disabled = length === 0 || lacking > 0;
    startButton.textContent = length ? plural(length, 'Start with {n} photograph', 'Start with {n} photographs') : t('Start');
    by('credits').textContent = credits === null ? '' : creditWords(credits, reserved);
    by('lacking').hidden = lacking === 0;
    by('lacking').textContent = lacking
      ? t('You chose {photographs} and have {credits}: choose {lacking} fewer, or get more credits. Nothing has been sent.', {
          photographs: counted(length),
          credits: creditsOf(credits ?? 0),
          lacking: lacking.toLocaleString(locale),
        })
      : '';
  }

  async function start() {
    const fields = new FormData(form);
    const chosenOutputs = /** @type {string[]} */ (fields.getAll('outputs'));
    if (!chosenOutputs.length) throw new Refusal('no_outputs', t('Choose at least one kind of picture.'));
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

/**
 * @param {number} credits
 * @param {number} reserved
 */
function creditWords(credits, reserved) {
  const own = t('You have {credits}; each photograph needs one, and only what is done is charged.', { credits: creditsOf(credits) });
  if (!reserved) return own;
  return `${own} ${plural(reserved, 'Another {n} credit is reserved for open batches.', 'Another {n} credits are reserved for open batches.')}`;
}

/** @param {number} count */
export function counted(count) {
  return plural(count, '{n} photograph', '{n} photographs');
}
