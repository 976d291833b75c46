// What the account page says of an API key and its limits, and how the fields of its form are read.

import { dayOf, timeOf } from '../ui/dates.js';

/** @import { KeyResponse } from 'openapi' */

/**
 * What is known of a key, a line each.
 * @param {KeyResponse} key
 * @param {Date} [now]
 */
export function notesOf(key, now = new Date()) {
  const { id, created, scopes, addresses } = key;
  const from = addresses.length ? [`Only from ${listed(addresses.map(plain))}`] : [];
  return [`rk_${id}_…, created ${timeOf(created)}`, `May ${listed(scopes)}`, ...from, lifeOf(key, now)];
}

/**
 * How much of its limits a key has spent; `most` is null where there is none.
 * @param {KeyResponse} key
 */
export function spendingOf({ spent_today: today, spent_this_month: month, credits_per_day: perDay, credits_per_month: perMonth }) {
  const periods = [
    { name: 'today', spent: today, most: perDay },
    { name: 'this month', spent: month, most: perMonth },
  ];
  return periods.map((period) => ({ ...period, words: countOf(period) }));
}

/** @param {{ name: string, spent: number, most: number | null }} period */
function countOf({ name, spent, most }) {
  const counted = most === null ? spent.toLocaleString('en') : `${spent.toLocaleString('en')} of ${most.toLocaleString('en')}`;
  return `${counted} ${(most ?? spent) === 1 ? 'credit' : 'credits'} ${name}`;
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
  const end = expires === null ? 'Valid until revoked' : new Date(expires) > now ? `Valid until ${timeOf(expires)}` : 'Expired';
  return `${end}, ${used === null ? 'never used' : `last used ${dayOf(used)}`}`;
}

/** @param {string[]} words */
function listed(words) {
  return new Intl.ListFormat('en-GB').format(words);
}
