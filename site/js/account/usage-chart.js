// Credits by day as bars in SVG, for the last 30 days in UTC. The table below the drawing has the same numbers.

import { dayOf } from '../ui/dates.js';
import { drawn, element } from '../ui/element.js';
import { creditsOf } from '../ui/money.js';
import { locale, t } from '../ui/language.js';

/** @import { DayCharged } from 'openapi' */

/** @typedef {{ day: string, credits: number }} Day */

export const DAYS = 30;
const DAY_MS = 24 * 3600 * 1000;
const [WIDTH, HEIGHT] = [600, 100];
const STEP = WIDTH / DAYS;

/**
 * The credits of each of the last days, the earliest first; of one key, or of all if it is null.
 * @param {DayCharged[]} charges
 * @param {string | null} key
 * @param {Date} [now]
 * @returns {Day[]}
 */
export function daily(charges, key, now = new Date()) {
  const days = Array.from({ length: DAYS }, (_, i) => new Date(now.getTime() - (DAYS - 1 - i) * DAY_MS).toISOString().slice(0, 10));
  const wanted = charges.filter(({ key_id: id }) => key === null || id === key);
  return days.map((day) => ({ day, credits: wanted.filter((charge) => charge.day === day).reduce((sum, { credits }) => sum + credits, 0) }));
}

/**
 * What the drawing says, for whoever cannot see it.
 * @param {Day[]} days
 */
export function wordsOf(days) {
  const total = days.reduce((sum, { credits }) => sum + credits, 0);
  const most = days.reduce((best, day) => (day.credits > best.credits ? day : best));
  const sum = t('{credits} in the last {days} days.', { credits: creditsOf(total), days: DAYS });
  if (!total) return sum;
  return `${sum} ${t('Most on {day}: {credits}.', { day: dayOf(most.day), credits: most.credits.toLocaleString(locale) })}`;
}

/**
 * The drawing, and below it the first and the last day.
 * @param {Day[]} days
 */
export function usageChart(days) {
  const most = Math.max(1, ...days.map(({ credits }) => credits));
  const bars = days.map(({ day, credits }, i) => {
    const height = credits ? Math.max(2, (credits / most) * (HEIGHT - 2)) : 0;
    const bar = { class: 'bar-of', x: i * STEP + 1.5, width: STEP - 3, y: HEIGHT - 1 - height, height, rx: 2 };
    return drawn('rect', bar, drawn('title', {}, t('{name}: {words}', { name: dayOf(day), words: creditsOf(credits) })));
  });
  const drawing = drawn(
    'svg',
    { class: 'usage-chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': wordsOf(days) },
    drawn('line', { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }),
    ...bars,
  );
  const ends = element('div', { class: 'panel-head note', 'aria-hidden': 'true' }, element('span', {}, dayOf(days[0].day)), element('span', {}, t('today')));
  return element('div', {}, drawing, ends);
}
