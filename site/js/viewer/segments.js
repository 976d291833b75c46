// Draws the vessel segments over the photograph and says what was measured on the one that is chosen: by a click on it,
// at the crosshair by Enter, or one after the other with buttons and keys, the longest first. The service is asked for them once
// they are wanted.

import { drawn, finder } from '../ui/element.js';
import { createRelabelling } from '../correction/relabelling.js';
import { plural, t } from '../ui/language.js';
import { COLOURS, coloursOf, nearest, nodesOf, segmentWords, segmentsOf } from './vessel-segments.js';

/** @import { GraphFeatures, SegmentFeature } from 'openapi' */
/** @import { Result } from '../files/segmentation.js' */
/** @import { Mark } from './marks.js' */
/** @import { Point } from './view.js' */
/** @import { Zoom } from './zoom.js' */

/** A click counts for a segment that is so near, and if the pointer has moved no further. */
const REACH_PX = 14;
const STILL_PX = 6;

/**
 * `needed()` is called when `needs()` has changed, or when the figures of other kinds are to be measured; `relabelled(result)` when
 * a segment has got another kind; `redrawn()` when another one is chosen. While `taken()`, a click is for a tool.
 * @param {{
 *   page: ParentNode, zoom: Zoom, needed: () => void, relabelled: (result: Result) => void, redrawn: () => void, taken: () => boolean,
 * }} parts
 */
export function createSegments({ page, zoom, needed, relabelled, redrawn, taken }) {
  const by = finder(page);
  const [stage, layer, words] = [by('stage'), by('layer-segments'), by('segment-words')];
  const box = by('segments', HTMLInputElement);
  const buttons = [by('segment-before', HTMLButtonElement), by('segment-after', HTMLButtonElement)];
  const chosenLine = drawn('g', {});
  /** @type {Result | null} */
  let shown = null;
  /** @type {GraphFeatures | null} what is drawn */
  let graph = null;
  /** @type {SegmentFeature[]} */
  let segments = [];
  /** @type {number | null} */
  let chosen = null;
  let down = { x: 0, y: 0 };
  const relabelling = createRelabelling({ page, shown: () => ({ result: shown, segments, chosen }), changed, quiet: needed });

  /** @returns {Mark[]} */
  function needs() {
    return box.checked && shown && shown.graph !== undefined ? ['graph'] : [];
  }

  /** @param {Result} result */
  function show(result) {
    shown = result;
    by('segments-choice').hidden = result.graph === undefined;
    update();
  }

  function hide() {
    shown = null;
    update();
  }

  /** Draws what has come, and nothing that is not wanted. */
  function update() {
    const wanted = (needs().length && shown?.graph) || null;
    relabelling.look();
    if (wanted === graph) return;
    graph = wanted;
    chosen = null;
    segments = graph ? segmentsOf(graph) : [];
    chosenLine.replaceChildren();
    layer.replaceChildren(...(graph && shown ? [drawing(graph, shown)] : []));
    for (const button of buttons) button.disabled = !segments.length;
    words.textContent = graph ? summary(graph) : '';
    relabelling.look();
  }

  /** @param {GraphFeatures} of */
  function summary({ segments_left_out: left }) {
    return [
      plural(segments.length, '{n} segment: click one.', '{n} segments: click one.'),
      ...(left ? [plural(left, 'The {n} shortest is left out.', 'The {n} shortest are left out.')] : []),
      t('Dots are branch points and crossings, rings are ends.'),
    ].join(' ');
  }

  /**
   * @param {GraphFeatures} of
   * @param {Result} result
   */
  function drawing(of, { answer: { photograph: { width, height } } }) {
    const colours = coloursOf(segments);
    const { ends, branches } = nodesOf(of);
    const paths = Array.from({ length: COLOURS }, (_, colour) =>
      drawn('path', { class: `segment segment-${colour}`, d: segments.filter((_segment, i) => colours[i] === colour).map(lineOf).join('') }));
    return drawn(
      'svg',
      // The service counts from the centre of the first pixel, a drawing from its corner.
      { class: 'segment-lines', viewBox: `-0.5 -0.5 ${width} ${height}`, role: 'img', 'aria-label': plural(segments.length, '{n} vessel segment, its branch points and ends', '{n} vessel segments, their branch points and ends') },
      drawn('path', { class: 'casing', d: segments.map(lineOf).join('') }),
      ...paths,
      drawn('path', { class: 'end', d: dots(ends) }),
      drawn('path', { class: 'end-inside', d: dots(ends) }),
      drawn('path', { class: 'branch', d: dots(branches) }),
      chosenLine,
    );
  }

  /** @param {number} number */
  function choose(number) {
    const segment = segments[number];
    chosen = number;
    chosenLine.replaceChildren(drawn('path', { class: 'chosen-casing', d: lineOf(segment) }), drawn('path', { class: 'chosen-segment', d: lineOf(segment) }));
    relabelling.look();
    tell(number);
    redrawn();
  }

  /**
   * The segment at a spot of the photograph, if one is near.
   * @param {Point} spot
   */
  function pick({ x, y }) {
    if (!segments.length || stage.dataset.view === 'photograph') return;
    const found = nearest(segments, { x: x - 0.5, y: y - 0.5 }, REACH_PX / zoom.scale());
    if (found !== null) choose(found);
  }

  /** @param {number} number */
  function tell(number) {
    const place = t('{number} of {all}.', { number: number + 1, all: segments.length });
    words.textContent = `${place} ${segmentWords(segments[number], shown?.answer.photograph.pixel_size_um)}`;
  }

  /** @param {Result} result */
  function changed(result) {
    if (chosen !== null) tell(chosen);
    relabelled(result);
  }

  /** @param {1 | -1} way to the next segment, or to the one before */
  function step(way) {
    if (!segments.length) return;
    const from = chosen ?? (way > 0 ? -1 : 0);
    choose((from + way + segments.length) % segments.length);
    const { coordinates } = segments[/** @type {number} */ (chosen)].geometry;
    const [x, y] = coordinates[Math.floor(coordinates.length / 2)];
    zoom.reveal({ x: x + 0.5, y: y + 0.5 });
  }

  box.addEventListener('change', () => {
    if (needs().length && !shown?.graph) needed();
    else update();
  });
  buttons[0].addEventListener('click', () => step(-1));
  buttons[1].addEventListener('click', () => step(1));
  stage.addEventListener('pointerdown', ({ clientX, clientY }) => (down = { x: clientX, y: clientY }));
  stage.addEventListener('click', (event) => {
    const moved = Math.hypot(event.clientX - down.x, event.clientY - down.y);
    if (moved <= STILL_PX && !taken()) pick(zoom.spotAt(event));
  });
  const keys = /** @type {[string, () => void][]} */ ([['.', () => step(1)], [',', () => step(-1)]]);
  return { show, hide, update, needs, pick, keys };
}

/** @param {SegmentFeature} segment */
function lineOf({ geometry: { coordinates } }) {
  return `M${coordinates.map(([x, y]) => `${x} ${y}`).join('L')}`;
}

/**
 * Lines without length, so that they keep their size when enlarged.
 * @param {number[][]} places
 */
function dots(places) {
  return places.map(([x, y]) => `M${x} ${y}h0`).join('');
}
