// Writes numbers of credits and amounts of money, which the API counts in the smallest unit of a currency: 900 is 9.00 EUR, and 900 JPY.

import { language, locale, plural } from './language.js';

const LOCALE = language === 'en' ? 'en' : locale; // in which the dollar is “$”

/**
 * @param {number} amount in the currency's smallest unit
 * @param {string} currency such as “eur”
 */
export function priceOf(amount, currency) {
  const format = formatOf(currency);
  return format.format(amount / unit(format));
}

/** @param {number} count */
export function creditsOf(count) {
  return plural(count, '{n} credit', '{n} credits');
}

/**
 * The price of one credit: with three digits, which tell packs apart, and with no fewer decimals than the currency has.
 * @param {{ amount: number, credits: number }} pack
 * @param {string} currency
 */
export function priceEach({ amount, credits }, currency) {
  const own = formatOf(currency).resolvedOptions().maximumFractionDigits ?? 0;
  const each = amount / 10 ** own / credits;
  const three = 2 - Math.floor(Math.log10(each));
  return formatOf(currency, { minimumFractionDigits: own, maximumFractionDigits: Math.max(own, three) }).format(each);
}

/**
 * @param {string} currency
 * @param {Intl.NumberFormatOptions} [digits]
 */
function formatOf(currency, digits) {
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency: currency.toUpperCase(), ...digits });
}

/** @param {Intl.NumberFormat} format of a currency with its own number of digits */
function unit(format) {
  return 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0);
}
