// The progress of a batch: a bar, the counts in words, and an announcement for screen readers at every tenth.

import { element, finder } from '../ui/element.js';
import { plural, t } from '../ui/language.js';

/** @import { BatchResponse, Counts } from 'openapi' */
/** @import { Sending } from './sending.js' */

/** @typedef {keyof typeof WORDS} State of a photograph */
/** @typedef {ReturnType<typeof createProgress>} Progress */

/** @satisfies {Partial<Record<keyof Counts, (n: number) => string>>} */
const WORDS = {
  done: (n) => plural(n, '{n} done', '{n} done'),
  rejected: (n) => plural(n, '{n} rejected', '{n} rejected'),
  failed: (n) => plural(n, '{n} failed', '{n} failed'),
  running: (n) => plural(n, '{n} being segmented', '{n} being segmented'),
  queued: (n) => plural(n, '{n} waiting', '{n} waiting'),
  waiting: (n) => plural(n, '{n} not sent yet', '{n} not sent yet'),
};

/** @param {{ page: ParentNode, announce: (words: string) => void }} parts */
export function createProgress({ page, announce }) {
  const by = finder(page);
  /** @type {number | string | null} */
  let announced = null;

  function begin() {
    announced = null;
  }

  /**
   * @param {BatchResponse} batch
   * @param {Sending | null} sending
   */
  function show({ counts, state }, sending) {
    const states = /** @type {State[]} */ (Object.keys(WORDS));
    const present = states.filter((name) => counts[name] > 0);
    by('bar').replaceChildren(...present.map((name) => part(name, counts)));
    by('counts').replaceChildren(...present.map((name) => element('li', { 'data-state': name }, WORDS[name](counts[name]))));
    by('sending').textContent = sending && state === 'open' ? sendingWords(sending) : '';
    by('paid').textContent = paidWords(counts);
    tell(counts, state);
  }

  /**
   * @param {State} name
   * @param {Counts} counts
   */
  function part(name, counts) {
    const made = element('span', { 'data-state': name });
    made.style.flexGrow = String(counts[name]);
    return made;
  }

  /**
   * @param {Counts} counts
   * @param {BatchResponse['state']} state
   */
  function tell({ total, done, rejected, failed }, state) {
    const ended = done + rejected + failed;
    const tenth = state === 'open' ? Math.floor((10 * ended) / total) : state;
    if (announced !== null && announced !== tenth) {
      announce(t('{ended} of {total} finished: {done} done, {rejected} rejected, {failed} failed.', { ended, total, done, rejected, failed }));
    }
    announced = tenth;
  }

  return { begin, show };
}

/**
 * What is paid and what is not: one credit for each result, nothing for what has none.
 * @param {Pick<Counts, 'done' | 'rejected' | 'failed'>} counts
 */
export function paidWords({ done, rejected, failed }) {
  const without = rejected + failed;
  const paid = plural(done, '{n} photograph is paid, one credit each.', '{n} photographs are paid, one credit each.');
  const free = plural(without, '{n} without a result costs nothing; the table says why.', '{n} without a result cost nothing; the table says why.');
  return [done && paid, without && free].filter(Boolean).join(' ');
}

/** @param {Sending} sending */
function sendingWords(sending) {
  const { total, sent, refused } = sending.counts();
  const trouble = refused && plural(refused, '{n} could not be sent; the table says why.', '{n} could not be sent; the table says why.');
  if (!sending.isGoing() && sent === total) return t('All photographs are sent. You can close this page and come back later.');
  const sentence = sending.isGoing()
    ? t('Sending: {sent} of {total}. Keep this page open until all are sent.', { sent, total })
    : t('{sent} of {total} sent.', { sent, total });
  return [sentence, trouble].filter(Boolean).join(' ');
}
