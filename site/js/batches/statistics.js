// How each measurement is distributed over a batch, with the photographs that stand out: a part of the page that is
// fetched when it is opened, and again once the batch has ended or on request.

import { measurementList } from '../api/about.js';
import { ask } from '../api/requests.js';
import { element, finder } from '../ui/element.js';
import { heading, valueOf } from '../ui/measurements.js';
import { distribution } from './distribution.js';
import { locale, ofService, plural, t } from '../ui/language.js';

/** @import { BatchResponse, BatchStatistics, MeasurementDescription, MeasurementStatistics, Spread } from 'openapi' */
/** @import { Attempt } from '../ui/trouble.js' */

const SOMETHING = {
  model_sha256: t('the model'), structures_sha256: t('the model of arteries, veins and disc'), threshold: t('the threshold'),
  canvas: t('the size seen by the network'), flips: t('the use of mirror images'),
};

/** @type {Record<string, string>} */
const GRADES = { good: t('good'), usable: t('usable'), poor: t('poor'), unusable: t('unusable'), unknown: t('grade not known') };

/** @param {{ page: ParentNode, attempt: Attempt }} parts */
export function createStatistics({ page, attempt }) {
  const by = finder(page);
  const part = by('statistics', HTMLDetailsElement);
  /** @type {BatchResponse | null} */
  let batch = null;

  /**
   * Shows what belongs to `latest`: nothing, until the part is opened.
   * @param {BatchResponse} latest
   */
  function look(latest) {
    const [other, ended] = [latest.id !== batch?.id, latest.state !== 'open' && batch?.state === 'open'];
    batch = latest;
    if (other) {
      part.open = false;
      by('statistics-rows').replaceChildren();
      by('statistics-note').textContent = '';
    }
    by('statistics-renew').hidden = latest.state !== 'open';
    if (ended && part.open) void attempt(load);
  }

  async function load() {
    const asked = batch;
    if (!asked) return;
    const [found, list] = await Promise.all([
      /** @type {Promise<BatchStatistics>} */ (ask(`/api/v1/batches/${asked.id}/statistics`)),
      measurementList(),
    ]);
    if (asked.id !== batch?.id) return; // another batch was opened in the meantime
    by('statistics-note').textContent = noteOf(found, asked.counts.total);
    const known = new Map(found.measurements.map((each) => [each.measurement, each]));
    by('statistics-rows').replaceChildren(...list.flatMap((measurement) => {
      const statistics = known.get(measurement.name);
      return statistics?.count ? [rowOf(measurement, statistics)] : [];
    }));
    by('statistics-table').hidden = !by('statistics-rows').childElementCount;
  }

  part.addEventListener('toggle', () => {
    if (part.open) void attempt(load);
  });
  by('statistics-renew').addEventListener('click', () => void attempt(load, by('statistics-renew', HTMLButtonElement)));
  return { look };
}

/**
 * How many photographs the statistics are about, and what to be careful of.
 * @param {BatchStatistics} statistics
 * @param {number} total
 */
export function noteOf({ photographs, differing }, total) {
  if (!photographs) return t('No photograph of this batch has a result yet.');
  const sentences = [plural(photographs, '{n} of {total} photographs has a result.', '{n} of {total} photographs have a result.', { total: total.toLocaleString(locale) })];
  if (photographs < 5) sentences.push(t('With fewer than five, there are no quartiles, drawings and outliers.'));
  const names = /** @type {(keyof typeof SOMETHING)[]} */ (differing).map((name) => SOMETHING[name] ?? name);
  if (names.length) sentences.push(t('Not the same for all of them: {things}. Their values may not be comparable.', { things: names.join(', ') }));
  return sentences.join(' ');
}

/**
 * @param {MeasurementDescription} measurement
 * @param {MeasurementStatistics} statistics
 */
function rowOf(measurement, statistics) {
  const written = (/** @type {number | null | undefined} */ value) => valueOf(measurement, value ?? null);
  const { count, missing, median, minimum, maximum } = statistics;
  const drawing = distribution(statistics, measurement.label, written);
  const counted = missing
    ? t('{count} ({missing} without)', { count: count.toLocaleString(locale), missing: missing.toLocaleString(locale) })
    : count.toLocaleString(locale);
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, heading(measurement)),
    element('td', { class: 'number' }, counted),
    element('td', { class: 'number' }, written(median)),
    element('td', {}, quartilesOf(statistics, written) ?? t('too few values')),
    element('td', {}, t('{low} to {high}', { low: written(minimum), high: written(maximum) })),
    element('td', {}, drawing ?? ''),
    element('td', {}, gradesOf(measurement, statistics, written), outliersOf(measurement, statistics, written)),
  );
}

/**
 * @param {Spread} spread
 * @param {(value: number | null | undefined) => string} written
 */
function quartilesOf({ lower_quartile: lower, upper_quartile: upper }, written) {
  return typeof lower === 'number' ? t('{low} to {high}', { low: written(lower), high: written(upper) }) : null;
}

/**
 * @param {MeasurementDescription} measurement
 * @param {MeasurementStatistics} statistics
 * @param {(value: number | null | undefined) => string} written
 */
function gradesOf({ label }, { by_grade: grades }, written) {
  const lines = Object.entries(grades).map(([grade, spread]) => {
    const quartiles = quartilesOf(spread, written);
    const words = t('{count}, median {median}', { count: spread.count.toLocaleString(locale), median: written(spread.median) });
    return element('li', {}, t('{name}: {words}', { name: GRADES[grade] ?? grade, words: quartiles ? `${words} (${quartiles})` : words }));
  });
  return element('details', {}, element('summary', { 'aria-label': t('By grade: {label}', { label: ofService(label) }) }, t('By grade')), element('ul', {}, ...lines));
}

/**
 * @param {MeasurementDescription} measurement
 * @param {MeasurementStatistics} statistics
 * @param {(value: number | null | undefined) => string} written
 */
function outliersOf({ label }, { outlier_count: count, outliers, fences }, written) {
  if (!count) return '';
  const words = plural(count, '{n} outlier', '{n} outliers');
  const lines = outliers.map(({ name, value }) => element('li', {}, t('{name}: {words}', { name, words: written(value) })));
  const beyond = fences ? beyondWords(written(fences[0]), written(fences[1]), count > lines.length) : '';
  const summary = element('summary', { 'aria-label': t('{name}: {words}', { name: words, words: ofService(label) }) }, words);
  return element('details', {}, summary, element('p', {}, beyond), element('ul', {}, ...lines));
}

/**
 * @param {string} low
 * @param {string} high
 * @param {boolean} some whether not all outliers are listed
 */
function beyondWords(low, high, some) {
  if (some) return t('Beyond Tukey’s fences, {low} and {high}; the farthest:', { low, high });
  return t('Beyond Tukey’s fences, {low} and {high}:', { low, high });
}
