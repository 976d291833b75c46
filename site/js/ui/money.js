// Writes amounts of money, which the API counts in the smallest unit of a currency: 900 is 9.00 EUR, and 900 JPY.

/**
 * @param {number} amount in the currency's smallest unit
 * @param {string} currency such as “eur”
 */
export function priceOf(amount, currency) {
  const format = formatOf(currency);
  return format.format(amount / unit(format));
}

/**
 * The price of one credit, with as many digits as tell packs apart.
 * @param {{ amount: number, credits: number }} pack
 * @param {string} currency
 */
export function priceEach({ amount, credits }, currency) {
  const each = amount / unit(formatOf(currency)) / credits;
  return formatOf(currency, { minimumFractionDigits: 0, maximumSignificantDigits: 3 }).format(each);
}

/**
 * @param {string} currency
 * @param {Intl.NumberFormatOptions} [digits]
 */
function formatOf(currency, digits) {
  return new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase(), ...digits });
}

/** @param {Intl.NumberFormat} format of a currency with its own number of digits */
function unit(format) {
  return 10 ** (format.resolvedOptions().maximumFractionDigits ?? 0);
}
