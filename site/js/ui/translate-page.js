// Translates what a page's HTML says: its title, texts and attributes, those of templates included. What scripts write, they translate.
// A sentence with elements in it is one text: “See the <1>prices</1>.” A translation may order the elements differently. They are
// moved, never made again, so that they keep their ids and listeners. An element with translate="no" is left as it is. language.js runs this.

const INLINE = new Set(['A', 'ABBR', 'B', 'CODE', 'EM', 'I', 'KBD', 'SPAN', 'STRONG']);
const SKIPPED = new Set(['NOSCRIPT', 'SCRIPT', 'STYLE']);
const ATTRIBUTES = ['alt', 'aria-label', 'label', 'placeholder', 'title'];
const WORDS = /\p{L}{2}/u; // letters alone are keys of the keyboard
const TAG = /(<\/?\d+\/?>)/;

/** @typedef {{ key: string, put: (translation: string) => void }} Text something to translate */
/** @typedef {{ nodes: ChildNode[], numbered: Element[], key: string }} Sentence */

/**
 * @param {string} language
 * @param {(english: string) => string} translationOf a text, or the text itself where there is none
 */
export function translatePage(language, translationOf) {
  document.documentElement.lang = language;
  for (const { key, put } of textsOf(document)) if (translationOf(key) !== key) put(translationOf(key));
}

/**
 * The English texts of a page.
 * @param {Document} page
 */
export function keysOf(page) {
  return textsOf(page).map(({ key }) => key);
}

/**
 * @param {Document} page
 * @returns {Text[]}
 */
function textsOf(page) {
  const description = [...page.querySelectorAll('meta[name="description"]')];
  return [...attributeOf(description, 'content'), ...inPart(page.documentElement)].filter(({ key }) => WORDS.test(key));
}

/**
 * @param {Element | DocumentFragment} part
 * @returns {Text[]}
 */
function inPart(part) {
  if ('tagName' in part && isLeft(part)) return [];
  const sentence = sentenceOf(part);
  const inside = sentence ? sentence.numbered : [];
  const rest = [...part.children].filter((child) => !inside.includes(child));
  return [
    ...('tagName' in part ? ATTRIBUTES.flatMap((name) => attributeOf([part], name)) : []),
    ...(sentence ? [{ key: sentence.key, put: (/** @type {string} */ words) => write(sentence, words) }] : []),
    ...inside.flatMap((child) => (holdsWords(child) ? ATTRIBUTES.flatMap((name) => attributeOf([child], name)) : inPart(child))),
    ...rest.flatMap(inPart),
    ...(part instanceof HTMLTemplateElement ? inPart(part.content) : []),
  ];
}

/**
 * @param {Element[]} elements
 * @param {string} name
 * @returns {Text[]}
 */
function attributeOf(elements, name) {
  return elements
    .filter((each) => each.hasAttribute(name))
    .map((each) => ({ key: tidy(each.getAttribute(name) ?? ''), put: (words) => each.setAttribute(name, words) }));
}

/**
 * The text that begins and ends with words of the element itself, or of elements in its line; null for one that only holds elements.
 * @param {Element | DocumentFragment} part
 * @returns {Sentence | null}
 */
function sentenceOf(part) {
  const nodes = [...part.childNodes];
  if (!nodes.some(isText)) return null;
  const [first, last] = [nodes.findIndex(hasWords), nodes.findLastIndex(hasWords)];
  /** @type {Sentence} */
  const sentence = { nodes: nodes.slice(first, last + 1), numbered: [], key: '' };
  sentence.key = tidy(sentence.nodes.map((node) => wordsOf(node, sentence.numbered)).join(''));
  return sentence;
}

/**
 * @param {Node} node
 * @param {Element[]} numbered gets the elements, the first of which is <1>
 * @returns {string}
 */
function wordsOf(node, numbered) {
  if (!(node instanceof Element)) return node instanceof Text ? node.data : '';
  const number = numbered.push(node);
  if (!holdsWords(node)) return `<${number}/>`;
  return `<${number}>${[...node.childNodes].map((each) => wordsOf(each, numbered)).join('')}</${number}>`;
}

/**
 * Puts the words of a translation, and the elements in it, in place of a sentence.
 * @param {Sentence} sentence
 * @param {string} words
 */
function write({ nodes, numbered }, words) {
  const [first, last] = [nodes[0], nodes[nodes.length - 1]];
  const before = first instanceof Text ? (/^\s/.exec(first.data)?.[0] ?? '') : '';
  const after = last instanceof Text ? (/\s$/.exec(last.data)?.[0] ?? '') : '';
  const place = document.createComment('');
  first.before(place);
  for (const node of nodes) node.remove();
  const made = document.createDocumentFragment();
  /** @type {(Element | DocumentFragment)[]} */
  const open = [made];
  for (const piece of `${before}${words}${after}`.split(TAG)) {
    const inside = open[open.length - 1];
    if (!TAG.test(piece)) inside.append(piece);
    else if (piece.startsWith('</')) open.pop();
    else {
      const element = numbered[Number.parseInt(piece.slice(1), 10) - 1];
      inside.append(element);
      if (piece.endsWith('/>')) continue;
      element.replaceChildren();
      open.push(element);
    }
  }
  place.replaceWith(made);
}

/** @param {Element} element */
function isLeft(element) {
  return SKIPPED.has(element.tagName) || element.getAttribute('translate') === 'no';
}

/** @param {Node} node */
function isText(node) {
  return node instanceof Text && node.data.trim() !== '';
}

/** @param {Element} element */
function holdsWords(element) {
  return INLINE.has(element.tagName) && !isLeft(element) && Boolean(element.textContent?.trim());
}

/** @param {Node} node */
function hasWords(node) {
  return isText(node) || (node instanceof Element && holdsWords(node));
}

/** @param {string} text */
function tidy(text) {
  return text.replace(/\s+/g, ' ').trim();
}
