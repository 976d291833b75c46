// One measurement of arteries and veins apart, by region of the retina, as a table; which measurement, a list says.

import { element } from '../ui/element.js';
import { decimal, ofService, t } from '../ui/language.js';
import { heading, valueOf } from '../ui/measurements.js';

/** @import { MeasurementDescription as Measurement, RegionalMeasurement as Regional } from 'openapi' */

const VESSELS = { all: t('All'), artery: t('Arteries'), vein: t('Veins') };
const WITHIN_A_SENTENCE = { all: t('all'), artery: t('arteries'), vein: t('veins') };
const REGIONS = {
  field: t('Whole field'),
  zone_b: t('Zone B'),
  zone_c: t('Zone C'),
  superior_temporal: t('Superior temporal'),
  inferior_temporal: t('Inferior temporal'),
  superior_nasal: t('Superior nasal'),
  inferior_nasal: t('Inferior nasal'),
};
const ABSENT = '–';
const REPEATABLE = t('“±” is the repeatability: in 95 of 100 cases, two photographs of the same retina differ by less (simulated).');

/** The measurement that was chosen last, for the next photograph, too. */
let chosen = '';

/**
 * The measurements that `rows` are about, in the order of the list.
 * @param {Regional[]} rows
 * @param {Measurement[]} measurements
 */
export function regionalOnes(rows, measurements) {
  const names = new Set(rows.map(({ name }) => name));
  return measurements.filter(({ name }) => names.has(name));
}

/**
 * The values of one measurement: a line for each region, with its cells for all vessels, arteries and veins.
 * @param {Regional[]} rows
 * @param {Measurement} measurement
 */
export function regionalLines(rows, measurement) {
  const own = rows.filter(({ name }) => name === measurement.name);
  return Object.entries(REGIONS).flatMap(([region, label]) => {
    const here = own.filter((row) => row.region === region);
    if (!here.length) return [];
    const found = Object.keys(VESSELS).map((vessels) => here.find((row) => row.vessels === vessels) ?? null);
    const cells = found.map((row) => (row && row.value !== null ? valueOf(measurement, row.value) : ABSENT));
    return [{ label, cells, margins: found.map((row) => row && marginOf(measurement, row)) }];
  });
}

/**
 * “± 1.2”: by how much a value may differ in another photograph of the same retina, in the unit in which it is shown; null
 * if that was not measured.
 * @param {Measurement} measurement
 * @param {Regional} row
 */
export function marginOf({ repeatability, regional_repeatability: regional, display }, { vessels, region, value }) {
  const whole = vessels === 'all' && region === 'field';
  const known = whole ? repeatability : regional?.find((each) => each.vessels === vessels && each.region === region);
  if (!known || value === null) return null;
  const margin = known.relative ? known.coefficient * Math.abs(value) : known.coefficient;
  return `± ${decimal(display.factor * margin, display.decimals)}`;
}

/**
 * Why values of one measurement are absent: each reason once, with what it is the reason of.
 * @param {Regional[]} rows
 * @param {Measurement} measurement
 */
export function regionalReasons(rows, measurement) {
  /** @type {Map<string, Map<string, string[]>>} */
  const found = new Map();
  for (const { name, region, vessels, value, reason } of rows) {
    if (name !== measurement.name || value !== null || !reason) continue;
    /** @type {Map<string, string[]>} */
    const places = found.get(reason) ?? new Map();
    const label = REGIONS[region];
    found.set(reason, places.set(label, [...(places.get(label) ?? []), WITHIN_A_SENTENCE[vessels]]));
  }
  return [...found].map(([reason, regions]) => {
    const places = [...regions].map(([region, vessels]) => (vessels.length === 3 ? region : `${region} (${vessels.join(', ')})`));
    return t('{places}: {reason}', { places: places.join('; '), reason: ofService(reason) });
  });
}

/**
 * The list of measurements and the table of the chosen one.
 * @param {Regional[]} rows
 * @param {Measurement[]} measurements
 */
export function regionalView(rows, measurements) {
  const ones = regionalOnes(rows, measurements);
  const select = element('select', { id: 'regional-measurement' });
  select.append(...ones.map((one) => element('option', { value: one.name }, heading(one))));
  if (ones.some(({ name }) => name === chosen)) select.value = chosen;
  const place = element('div', { id: 'regional-values', class: 'table', tabindex: 0, role: 'region', 'aria-label': t('Values by region') });
  const reasons = element('ul', { class: 'note regional-reasons' });
  const repeatable = element('p', { class: 'note' }, REPEATABLE);
  const draw = () => {
    const one = ones.find(({ name }) => name === select.value);
    if (!one) return;
    const lines = regionalLines(rows, one);
    place.replaceChildren(table(lines));
    repeatable.hidden = !lines.some(({ margins }) => margins.some(Boolean));
    reasons.replaceChildren(...regionalReasons(rows, one).map((words) => element('li', {}, words)));
  };
  select.addEventListener('change', () => {
    chosen = select.value;
    draw();
  });
  draw();
  const label = element('label', { for: select.id }, t('Measurement'), ' ');
  return element('section', { class: 'regional' }, element('h3', {}, t('By region')), element('p', {}, label, select), place, repeatable, reasons);
}

/** @param {{ label: string, cells: string[], margins: (string | null)[] }[]} lines */
function table(lines) {
  const head = element('tr', {}, element('td'), ...Object.values(VESSELS).map((words) => element('th', { scope: 'col' }, words)));
  const cell = (/** @type {string} */ words, /** @type {string | null} */ margin) =>
    element('td', {}, words, ...(margin ? [element('span', { class: 'interval' }, margin)] : []));
  const body = lines.map(({ label, cells, margins }) =>
    element('tr', {}, element('th', { scope: 'row' }, label), ...cells.map((words, i) => cell(words, margins[i]))),
  );
  return element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
}
