// A small drawing for each measurement, of what it is about: vessels in the colour of the text, what is measured in the
// accent colour. Measurements of one kind share a drawing.

import { drawn } from '../ui/element.js';

/** @typedef {['path' | 'circle' | 'line' | 'rect' | 'ellipse', string, Record<string, string | number>]} Shape tag, class and attributes */

const [WIDTH, HEIGHT] = [120, 80];
const BEND = 'M10 56 C30 6 45 6 60 40 S92 74 110 24';
const FORK = 'M60 76 V46 M60 46 L30 10 M60 46 L92 14';

/** @type {Shape} */
const FIELD = ['circle', 'field', { cx: 60, cy: 40, r: 38 }];
/** @type {Shape[]} */
const TREE = [
  FIELD,
  ['path', 'vessel', { d: 'M28 58 C44 48 56 50 88 24 M52 49 C60 40 58 30 62 14', 'stroke-width': 4 }],
];
/** @type {Shape} */
const TRUNK = ['path', 'vessel', { d: 'M60 78 V46', 'stroke-width': 14 }];
/** @type {Shape[]} */
const BRANCHES = [
  ['path', 'vessel', { d: 'M60 46 L34 12', 'stroke-width': 8 }],
  ['path', 'vessel', { d: 'M60 46 L90 14', 'stroke-width': 5 }],
];
/** @type {Shape} */
const DISC = ['ellipse', 'disc', { cx: 32, cy: 40, rx: 13, ry: 15 }];
/** @type {Shape} */
const FOVEA = ['circle', 'dot', { cx: 96, cy: 48, r: 3 }];

/** @type {Record<string, Shape[]>} */
const DRAWINGS = {
  area: TREE,
  length: [FIELD, ['path', 'mark', { d: 'M28 58 C44 48 56 50 88 24 M52 49 C60 40 58 30 62 14' }]],
  calibre: [
    ['path', 'vessel', { d: 'M8 50 C40 30 80 50 112 30', 'stroke-width': 16 }],
    ['path', 'mark', { d: 'M26 32 L31 52 M55 31 V51 M86 32 L89 50' }],
  ],
  chord: [['path', 'vessel', { d: BEND, 'stroke-width': 4 }], ['path', 'mark dashed', { d: 'M10 56 L110 24' }]],
  turns: [
    ['path', 'vessel', { d: BEND, 'stroke-width': 4 }],
    ['path', 'mark dashed', { d: 'M10 56 L60 40 L110 24' }],
    ['circle', 'dot', { cx: 60, cy: 40, r: 4 }],
  ],
  curvature: [['path', 'vessel', { d: 'M10 70 C30 10 90 10 110 70', 'stroke-width': 4 }], ['circle', 'mark', { cx: 60, cy: 51, r: 26 }]],
  boxes: [
    ...TREE,
    ...[[24, 52], [36, 46], [48, 40], [60, 34], [72, 28], [84, 16], [54, 28], [54, 16]].map(
      ([x, y]) => /** @type {Shape} */ (['rect', 'mark', { x, y, width: 12, height: 12 }]),
    ),
  ],
  branchings: [['path', 'vessel', { d: FORK, 'stroke-width': 4 }], ['circle', 'dot', { cx: 60, cy: 46, r: 5 }]],
  ends: [
    ['path', 'vessel', { d: FORK, 'stroke-width': 4 }],
    ...[[30, 10], [92, 14]].map(([cx, cy]) => /** @type {Shape} */ (['circle', 'dot', { cx, cy, r: 5 }])),
  ],
  angle: [['path', 'vessel', { d: FORK, 'stroke-width': 4 }], ['path', 'mark', { d: 'M46 29 A22 22 0 0 1 76 30' }]],
  widths: [TRUNK, ...BRANCHES, ['path', 'mark', { d: 'M50 64 H70 M40 34 L53 25 M72 25 L81 34' }]],
  crossing: [
    ['path', 'vein', { d: 'M14 66 L106 14' }],
    ['path', 'artery', { d: 'M14 14 L106 66' }],
    ['circle', 'mark', { cx: 60, cy: 40, r: 12 }],
  ],
  disc: [['ellipse', 'disc', { cx: 60, cy: 40, rx: 26, ry: 30 }], ['path', 'mark', { d: 'M34 40 H86' }]],
  fovea: [DISC, FOVEA, ['path', 'mark dashed', { d: 'M32 40 L96 48' }]],
  slope: [DISC, FOVEA, ['path', 'mark dashed', { d: 'M32 40 L96 48 M32 40 H104' }], ['path', 'mark', { d: 'M74 40 A42 42 0 0 1 73.7 45' }]],
  avascular: [
    ['path', 'vessel', { d: 'M8 20 C40 8 80 8 108 30 M8 64 C40 76 80 74 108 56', 'stroke-width': 4 }],
    ['circle', 'mark', { cx: 62, cy: 42, r: 22 }],
    ['circle', 'dot', { cx: 62, cy: 42, r: 3 }],
  ],
  ring: [
    ['path', 'artery', { d: 'M60 40 L18 6 M60 40 L104 10' }],
    ['path', 'vein', { d: 'M60 40 L14 68 M60 40 L108 72' }],
    ['circle', 'disc', { cx: 60, cy: 40, r: 12 }],
    ['circle', 'mark dashed', { cx: 60, cy: 40, r: 24 }],
    ['circle', 'mark dashed', { cx: 60, cy: 40, r: 36 }],
  ],
};

/** What the names of measurements begin with, the longer ones first. */
const BEGINNINGS = Object.entries({
  vascular_density: 'area', length_density: 'length', mean_calibre: 'calibre', calibre: 'calibre', tortuosity: 'chord',
  tortuosity_density: 'turns', squared_curvature: 'curvature', fractal_dimension: 'boxes', information_dimension: 'boxes',
  correlation_dimension: 'boxes', branch_point: 'branchings', end_points: 'ends', branching_angle: 'angle',
  branching_coefficient: 'widths', asymmetry_ratio: 'widths', murray_deviation: 'widths', crossings: 'crossing',
  disc_diameter: 'disc', disc_fovea_distance: 'fovea', disc_fovea_angle: 'slope', avascular_radius: 'avascular', crae: 'ring',
  crve: 'ring', avr: 'ring',
}).sort(([one], [other]) => other.length - one.length);

/**
 * The name of a measurement's drawing, or null if there is none.
 * @param {string} measurement
 */
export function drawingOf(measurement) {
  return BEGINNINGS.find(([beginning]) => measurement.startsWith(beginning))?.[1] ?? null;
}

/**
 * The drawing of a measurement, or null. The definition beside it says the same in words.
 * @param {string} measurement
 */
export function measurementDrawing(measurement) {
  const name = drawingOf(measurement);
  if (!name) return null;
  const shapes = DRAWINGS[name].map(([tag, kind, attributes]) => drawn(tag, { class: kind, ...attributes }));
  return drawn('svg', { class: 'measurement-drawing', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, 'aria-hidden': 'true' }, ...shapes);
}
