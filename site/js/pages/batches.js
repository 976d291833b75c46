// Entry point of the batches page. It keeps the list, the open batch (its id is the address's #hash) and the
// photographs being sent in step with each other.

import { measurementList } from '../api/about.js';
import { createBatch } from '../batches/batch.js';
import { createBatchList } from '../batches/batch-list.js';
import { announcer, gate } from '../auth/gate.js';
import { createNewBatch } from '../batches/new-batch.js';
import { createProgress } from '../batches/progress.js';
import { createSending } from '../batches/sending.js';
import { whenPersonChanges } from '../auth/session.js';
import { finder } from '../ui/element.js';
import { photographsTaken, showLimits } from '../ui/limits.js';
import { createTrouble } from '../ui/trouble.js';
import { locale, t } from '../ui/language.js';

/** @import { BatchResponse, BatchForm, BatchCreateResponse } from 'openapi' */
/** @import { Chosen } from '../files/choice.js' */
/** @import { Source } from '../files/source.js' */
/** @import { Sending } from '../batches/sending.js' */

const by = finder(document);
const { attempt } = createTrouble(by('trouble'));
/** @type {Map<string, Sending>} */
const under = new Map();

gate((_, page) => {
  const announce = announcer(page);
  const sendings = { get: (/** @type {string} */ id) => under.get(id) ?? null, begin };
  const progress = createProgress({ page, announce });
  const list = createBatchList({ page, attempt });
  const batch = createBatch({ page, announce, progress, sendings, changed, gone });
  const newBatch = createNewBatch({ page, announce, made });

  /**
   * Starts sending, except for empty and oversized photographs, which the service has already rejected.
   * @param {BatchCreateResponse} created
   * @param {Chosen[]} photographs
   */
  function made(created, photographs) {
    const sources = new Map(photographs.map(({ source }, number) => [number, source]));
    photographs.forEach(({ size }, number) => {
      if (size === 0 || size > created.upload.max_bytes) sources.delete(number);
    });
    begin(created, sources);
    location.hash = created.id;
    void attempt(loadList);
  }

  async function loadList() {
    await list.load();
    list.mark(location.hash.slice(1));
  }

  /** @param {BatchResponse} latest */
  function changed(latest) {
    list.change(latest);
    if (latest.state !== 'open') void attempt(newBatch.loadCredits);
  }

  /**
   * @param {{ id: string, upload?: BatchForm | null }} target
   * @param {Map<number, Source>} sources
   */
  function begin({ id, upload = null }, sources) {
    const step = () => {
      if (batch.isOpen(id)) batch.look();
    };
    under.set(id, createSending({ id, form: upload, sources, changed: step }));
    step();
  }

  async function route() {
    const id = location.hash.slice(1);
    list.mark(id);
    if (!id) {
      batch.close();
      return;
    }
    if (batch.isOpen(id)) return; // it was begun before the list was here
    await batch.open(id);
    by('batch').scrollIntoView({ block: 'nearest' });
    by('batch-title').focus({ preventScroll: true });
  }

  function gone() {
    history.replaceState(null, '', location.pathname);
    by('list-title').focus();
    void attempt(() => Promise.all([loadList(), newBatch.loadCredits()]));
  }

  whenPersonChanges((person) => {
    if (!person) for (const sending of under.values()) sending.stop();
  });
  addEventListener('hashchange', () => void attempt(route));
  addEventListener('beforeunload', (event) => {
    if ([...under.values()].some((sending) => sending.isGoing())) event.preventDefault();
  });
  void showLimits(by('drop-formats'), (taken) => `${t('Up to {count}.', { count: taken.batch_items.toLocaleString(locale) })} ${photographsTaken(taken)}`);
  void attempt(measurementList);
  void attempt(async () => {
    await Promise.all([loadList(), newBatch.loadCredits()]);
    await route();
  });
});
