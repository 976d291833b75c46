// What the account page says of an API key and its limits, and how the fields of its form are read.

import { dayOf, timeOf } from '../ui/dates.js';
import { locale, plural, t } from '../ui/language.js';

/** @import { KeyResponse } from 'openapi' */

/** @type {Record<KeyResponse['scopes'][number], string>} what a key may */
const SCOPES = { predict: t('predict'), read: t('read'), delete: t('delete') };

/**
 * What is known of a key, a line each.
 * @param {KeyResponse} key
 * @param {Date} [now]
 */
export function notesOf(key, now = new Date()) {
  const { id, created, scopes, addresses } = key;
  const from = addresses.length ? [t('Only from {addresses}', { addresses: listed(addresses.map(plain)) })] : [];
  const may = t('May {scopes}', { scopes: listed(scopes.map((scope) => SCOPES[scope])) });
  return [t('{key}, created {time}', { key: `rk_${id}_…`, time: timeOf(created) }), may, ...from, lifeOf(key, now)];
}

/**
 * How much of its limits a key has spent; `most` is null where there is none.
 * @param {KeyResponse} key
 */
export function spendingOf({ spent_today: today, spent_this_month: month, credits_per_day: perDay, credits_per_month: perMonth }) {
  return [
    { name: t('credits today'), spent: today, most: perDay, words: todayOf(today, perDay) },
    { name: t('credits this month'), spent: month, most: perMonth, words: thisMonthOf(month, perMonth) },
  ];
}

/**
 * @param {number} spent
 * @param {number | null} most
 */
function todayOf(spent, most) {
  if (most === null) return plural(spent, '{n} credit today', '{n} credits today');
  return plural(most, '{spent} of {n} credit today', '{spent} of {n} credits today', { spent: spent.toLocaleString(locale) });
}

/**
 * @param {number} spent
 * @param {number | null} most
 */
function thisMonthOf(spent, most) {
  if (most === null) return plural(spent, '{n} credit this month', '{n} credits this month');
  return plural(most, '{spent} of {n} credit this month', '{spent} of {n} credits this month', { spent: spent.toLocaleString(locale) });
}

/**
 * The addresses in a field, separated by commas, spaces or lines.
 * @param {string} text
 */
export function networksIn(text) {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/**
 * An address without the prefix that says that it is a single one.
 * @param {string} network
 */
export function plain(network) {
  return network.replace(network.includes(':') ? /\/128$/ : /\/32$/, '');
}

/**
 * The last day (YYYY-MM-DD, in UTC) on which a key that expires at this time is valid; empty if it never expires.
 * @param {string | null} expires
 */
export function lastDayOf(expires) {
  return expires === null ? '' : new Date(new Date(expires).getTime() - 1).toISOString().slice(0, 10);
}

/**
 * How long a key is valid, and when it was last used.
 * @param {KeyResponse} key
 * @param {Date} now
 */
function lifeOf({ expires, used }, now) {
  const last = used === null ? t('never used') : t('last used {day}', { day: dayOf(used) });
  if (expires === null) return t('Valid until revoked, {last}', { last });
  return new Date(expires) > now ? t('Valid until {time}, {last}', { time: timeOf(expires), last }) : t('Expired, {last}', { last });
}

/** @param {string[]} words */
function listed(words) {
  return new Intl.ListFormat(locale).format(words);
}
