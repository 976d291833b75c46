// Formats the API's days (YYYY-MM-DD) and times (UTC) for people, with times in the reader's own time zone.

import { locale } from './language.js';

/** @type {Intl.DateTimeFormatOptions} */
const DAY = { day: 'numeric', month: 'short', year: 'numeric' };
/** @type {Intl.DateTimeFormatOptions} */
const TIME = { ...DAY, hour: '2-digit', minute: '2-digit' };

/**
 * A day without a time is the same day in every time zone.
 * @param {string} text
 */
export function dayOf(text) {
  const time = new Date(text.length === 10 ? `${text}T00:00` : text);
  return time.toLocaleDateString(locale, DAY);
}

/** @param {string} text */
export function timeOf(text) {
  return new Date(text).toLocaleString(locale, TIME);
}

/**
 * In UTC, for the times of visits, whose days are counted in UTC: so that a visit does not have two dates.
 * @param {string} text
 */
export function utcTimeOf(text) {
  return `${new Date(text).toLocaleString(locale, { ...TIME, timeZone: 'UTC' })} UTC`;
}
