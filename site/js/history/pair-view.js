// Two visits of the same eye: side by side with one zoom, as flicker in one frame, or as the difference of their vessels.
// The last two need the photographs to be registered onto each other; the view says whether that succeeded.

import { inWords, registered, sharesOf } from '../registration/registration.js';
import { IDENTITY, inverted } from '../registration/transforms.js';
import { element } from '../ui/element.js';
import { isTyping } from '../ui/typing.js';
import { pairMarkup } from './pair-markup.js';
import { createPairZoom } from './pair-zoom.js';
import { copyOf, paintedMask } from './painted-mask.js';
import { decimal, plural, t } from '../ui/language.js';
import { withUnit } from '../ui/with-unit.js';

/** @import { SavedPrediction } from 'openapi' */
/** @import { Palette, Registered } from '../registration/registration.js' */
/** @import { Layer, Pane } from './pair-zoom.js' */

/** @typedef {{ record: SavedPrediction, caption: () => string, photograph: string, mask: string }} Visited with URLs of blobs */

/** Slow enough to be no flashing: less than one change there and back in a second. */
const FLICKER_MS = 800;

/**
 * `visits` are two, the earlier first. Resolves once they are shown, before they are aligned, to a function to call when captions are others.
 * @param {HTMLElement} place
 * @param {Visited[]} visits
 * @param {{ signal: AbortSignal, announce: (words: string) => void }} options
 */
export async function showPair(place, visits, { signal, announce }) {
  const parts = pairMarkup();
  const { root, modes, stages, captions } = parts;
  const sizes = visits.map(({ record: { photograph: { width, height } } }) => ({ width, height }));
  const photographs = visits.map(({ photograph }) => [0, 1].map(() => element('img', { src: photograph })));
  const masks = await Promise.all(visits.map(({ mask }) => paintedMask(mask, colourOf('--vessel'))));
  signal.throwIfAborted();
  const vessels = masks.map((mask) => [mask, copyOf(mask)]);
  const difference = element('canvas', { class: 'pair-difference', role: 'img', 'aria-label': t('The difference of their vessels') });
  /** @type {Registered | null} */
  let registration = null;
  let shown = 0;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  const mode = () => modes.find(({ checked }) => checked)?.value ?? 'side';
  /** @returns {Pane[]} */
  function panes() {
    const onto = registration?.found ? inverted(registration.transform) : null;
    /** @param {number} visit @param {number} copy @param {Layer['transform']} transform */
    const layers = (visit, copy, transform) => [photographs[visit][copy], vessels[visit][copy]].map((node) => ({ node, size: sizes[visit], transform }));
    const [left, right] = stages;
    return [
      { stage: left, size: sizes[0], layers: [...layers(0, 0, IDENTITY), ...(onto ? layers(1, 1, onto) : []), { node: difference, size: sizes[0], transform: IDENTITY }] },
      { stage: right, size: onto ? sizes[0] : sizes[1], layers: layers(1, 0, onto ?? IDENTITY) },
    ];
  }
  const zoom = createPairZoom({ panes, level: (percent) => (parts.level.textContent = withUnit(decimal(percent, 0), '%')) });

  function look() {
    const now = mode();
    root.dataset.mode = now;
    root.dataset.shown = String(shown);
    root.classList.toggle('with-vessels', parts.vessels.checked);
    parts.figures[1].hidden = now !== 'side';
    parts.flicker.hidden = now !== 'flicker';
    parts.legend.hidden = now !== 'difference';
    const [earlier, later] = visits.map(({ caption }) => caption());
    const words = now === 'difference' ? t('{earlier}, and {later}', { earlier, later }) : [earlier, later][now === 'flicker' ? shown : 0];
    [words, later].forEach((each, i) => {
      captions[i].textContent = each;
      stages[i].setAttribute('aria-label', each);
    });
    [earlier, later].forEach((visit, i) => photographs[i].forEach((image) => (image.alt = t('Photograph, {visit}', { visit }))));
    if (now !== 'flicker') play(false);
    zoom.again();
  }

  function swap() {
    shown = 1 - shown;
    look();
  }

  /** @param {boolean} on */
  function play(on) {
    clearInterval(timer);
    timer = on ? setInterval(swap, FLICKER_MS) : undefined;
    parts.play.setAttribute('aria-pressed', String(on));
    parts.play.textContent = on ? t('Pause') : t('Play');
  }

  function swapByHand() {
    play(false);
    swap();
    announce(visits[shown].caption());
  }

  /** @param {string | null} words what came of it; null as long as the photographs are being aligned */
  function tell(words) {
    parts.status.textContent = words ?? t('Aligning the photographs by their vessels…');
    parts.status.classList.toggle('busy', words === null);
    if (words !== null) for (const radio of modes) radio.removeAttribute('aria-busy');
  }

  /** @param {Registered} found */
  function use(found) {
    registration = found;
    tell(inWords(found));
    for (const radio of modes) radio.disabled = radio.value !== 'side' && !found.found;
    const shares = found.drawn && sharesOf(found.drawn.lengths);
    if (found.drawn && shares) {
      const { pixels, width, height, tolerance } = found.drawn;
      Object.assign(difference, { width, height }).getContext('2d')?.putImageData(new ImageData(pixels, width, height), 0, 0);
      for (const [name, count] of Object.entries(shares)) parts.counts[name].textContent = count;
      parts.tolerance.textContent = toleranceWords(Math.ceil(tolerance));
    } else for (const radio of modes) radio.disabled ||= radio.value === 'difference';
    stages[0].append(...photographs[1].slice(1), vessels[1][1], difference);
    look();
  }

  stages.forEach((stage, i) => {
    stage.style.setProperty('--ratio', String(sizes[i].width / sizes[i].height));
    stage.append(photographs[i][0], vessels[i][0]);
    zoom.listen(stage);
    photographs[i].forEach((image, copy) => image.classList.add(`visit-${i}`, copy ? 'registered' : 'own'));
    vessels[i].forEach((canvas, copy) => canvas.classList.add(`visit-${i}`, copy ? 'registered' : 'own'));
  });
  for (const radio of modes) {
    radio.addEventListener('change', () => {
      look();
      root.scrollIntoView({ block: 'nearest' });
      if (mode() === 'flicker') play(!matchMedia('(prefers-reduced-motion: reduce)').matches);
    });
  }
  parts.vessels.addEventListener('change', look);
  parts.play.addEventListener('click', () => play(timer === undefined));
  parts.swap.addEventListener('click', swapByHand);
  parts.closer.addEventListener('click', zoom.closer);
  parts.further.addEventListener('click', zoom.further);
  parts.whole.addEventListener('click', zoom.whole);
  document.addEventListener(
    'keydown',
    (event) => {
      const other = event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target);
      if (event.key.toLowerCase() === 'x' && mode() === 'flicker' && !other) swapByHand();
    },
    { signal },
  );
  signal.addEventListener('abort', () => play(false));
  place.replaceChildren(root);
  place.hidden = false;
  look();
  tell(null);
  void align();
  return look;

  async function align() {
    const [first, second] = visits.map(({ mask, record }) => ({ mask, findings: record }));
    try {
      use(await registered(first, second, { palette: palette(), signal }));
    } catch (error) {
      if (signal.aborted) return;
      tell(t('This browser could not align the photographs. They are shown side by side, each in its own frame.'));
      console.warn(error);
    }
  }
}

/** @param {number} pixels within which vessels count as common */
function toleranceWords(pixels) {
  return [
    t('Of the length of all vessels where both photographs show the retina.'),
    plural(pixels, 'Vessels count as common within {n} pixel.', 'Vessels count as common within {n} pixels.'),
    t('What only one of them shows may be due to focus, light or the network as well as to the vessels.'),
  ].join(' ');
}

/** @param {string} property of the stylesheet, #rrggbb */
function colourOf(property) {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

/** @returns {Palette} */
function palette() {
  return { first: colourOf('--only-first'), both: colourOf('--in-both'), second: colourOf('--only-second') };
}
