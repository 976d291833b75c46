// Zooms and moves two photographs together: what one pane shows, the other shows, too. Each pane has a stage with layers
// in it that are as large as the pane's frame; a view is relative to the frame.

import { noteForPrint } from '../ui/print-size.js';
import { listenToHands } from '../viewer/gestures.js';
import { clamped, limits, moved, percent, placed, WHOLE, zoomed } from '../viewer/view.js';

/** @import { Point, Size, View } from '../viewer/view.js' */
/** @import { Transform } from '../registration/transforms.js' */

/** @typedef {{ node: HTMLElement, size: Size, transform: Transform }} Layer its pixels are led into the frame by the transform */
/** @typedef {{ stage: HTMLElement, size: Size, layers: Layer[] }} Pane `size` is the frame's, in pixels */

const STEP = 1.5;
const NUDGE = 0.15;
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: { x: 1, y: 0 }, ArrowRight: { x: -1, y: 0 }, ArrowUp: { x: 0, y: 1 }, ArrowDown: { x: 0, y: -1 } };
const MIDDLE = { x: 0, y: 0 };

/** @param {{ panes: () => Pane[], level: (percent: number) => void }} parts `level` is told how far the first pane is enlarged */
export function createPairZoom({ panes, level }) {
  let view = WHOLE;
  const observer = new ResizeObserver(() => go(view));

  /** @param {Pane} pane */
  const frameOf = ({ stage, size }) => ({ stage: { width: stage.clientWidth, height: stage.clientHeight }, picture: size, density: devicePixelRatio });

  /** @param {View} wanted */
  function go(wanted) {
    const [first, ...others] = panes();
    if (!first?.stage.clientWidth) return;
    view = clamped(wanted, frameOf(first));
    for (const pane of [first, ...others]) place(pane);
    level(percent(view, frameOf(first)));
  }

  /** @param {Pane} pane */
  function place(pane) {
    const frame = frameOf(pane);
    if (!frame.stage.width) return;
    const { left, top, width } = placed(clamped(view, frame), frame);
    const scale = width / pane.size.width;
    for (const { node, size, transform: { a, b, c, d, e, f } } of pane.layers) {
      node.style.inlineSize = `${size.width}px`;
      node.style.blockSize = `${size.height}px`;
      node.style.transform = `matrix(${[a, b, c, d].map((each) => each * scale).join()},${left + e * scale},${top + f * scale})`;
    }
    noteForPrint(pane.stage, panes().filter(({ stage }) => stage.clientWidth).length > 1 ? 0.48 : 1);
    pane.stage.classList.toggle('zoomed', view.zoom > 1.0001);
    pane.stage.classList.toggle('pixels', scale * devicePixelRatio > 2);
  }

  /** @param {(frame: ReturnType<typeof frameOf>) => View} change */
  const by = (change) => {
    const [first] = panes();
    if (first) go(change(frameOf(first)));
  };
  const closer = () => by((frame) => zoomed(view, STEP, MIDDLE, frame));
  const further = () => by((frame) => zoomed(view, 1 / STEP, MIDDLE, frame));
  const whole = () => go(WHOLE);
  const keys = new Map([['+', closer], ['=', closer], ['-', further], ['0', whole]]);

  /** @param {HTMLElement} stage */
  function listen(stage) {
    const at = () => panes().find((pane) => pane.stage === stage);
    listenToHands({
      stage,
      zoom: (factor, point) => by((frame) => zoomed(view, factor, point, frame)),
      move: (distance) => by((frame) => moved(view, distance, frame)),
      hands: () => null,
      atRest: () => {
        const pane = at();
        return !pane || view.zoom <= limits(frameOf(pane)).least * 1.0001;
      },
    });
    stage.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [arrow, key] = [ARROWS[event.key], keys.get(event.key)];
      if (!arrow && !key) return;
      event.stopPropagation(); // the viewer above has the same keys
      event.preventDefault();
      if (key) key();
      else by((frame) => moved(view, { x: arrow.x * NUDGE * stage.clientWidth, y: arrow.y * NUDGE * stage.clientHeight }, frame));
    });
    observer.observe(stage);
  }

  return { listen, closer, further, whole, again: () => go(view) };
}
