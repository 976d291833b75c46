// While a pen is at work, touches are those of a resting hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import './support/browser.js';
import { ignorePalms } from '../../site/js/viewer/palm.js';

class FakePointerEvent extends Event {
  /**
   * @param {string} type
   * @param {{ pointerId: number, pointerType: string, time?: number, button?: number }} how
   */
  constructor(type, { pointerId, pointerType, time = 0, button = 0 }) {
    super(type);
    Object.assign(this, { pointerId, pointerType, button });
    Object.defineProperty(this, 'timeStamp', { value: time });
  }
}
Object.assign(globalThis, { PointerEvent: FakePointerEvent });

function stageWithPalms() {
  const stage = new EventTarget();
  /** @type {string[]} */
  const heard = [];
  ignorePalms(stage);
  for (const type of ['pointerdown', 'pointermove', 'pointerup', 'pointercancel']) {
    stage.addEventListener(type, (event) => heard.push(`${/** @type {PointerEvent} */ (event).pointerId} ${type.slice(7)}`));
  }
  /** @type {(pointerType: string, pointerId: number) => (type: string, time: number, button?: number) => void} */
  const pointer = (pointerType, pointerId) => (type, time, button) => void stage.dispatchEvent(new FakePointerEvent(`pointer${type}`, { pointerId, pointerType, time, button }));
  return { heard, pen: pointer('pen', 1), palm: pointer('touch', 2), finger: pointer('touch', 3) };
}

test('a touch while a pen is down is not heard until it ends', () => {
  const { heard, pen, palm } = stageWithPalms();
  pen('down', 0);
  palm('down', 100);
  palm('move', 150);
  pen('up', 200);
  palm('move', 5000);
  palm('up', 5001);
  assert.deepEqual(heard, ['1 down', '1 up']);
});

test('a touch counts again half a second after the pen was lifted', () => {
  const { heard, pen, palm, finger } = stageWithPalms();
  pen('down', 0);
  pen('up', 1000);
  palm('down', 1499);
  finger('down', 1500);
  palm('up', 1501);
  finger('move', 1502);
  finger('up', 1503);
  assert.deepEqual(heard, ['1 down', '1 up', '3 down', '3 move', '3 up']);
});

test('a touch that was there before the pen is cancelled', () => {
  const { heard, pen, palm } = stageWithPalms();
  palm('down', 0);
  pen('down', 50);
  palm('move', 60);
  palm('up', 70);
  assert.deepEqual(heard, ['2 down', '2 cancel', '1 down']);
});

test('fingers alone, and a pen whose other button is pressed, are as ever', () => {
  const { heard, pen, palm, finger } = stageWithPalms();
  pen('down', 0, 2);
  pen('up', 1);
  palm('down', 10);
  finger('down', 11);
  palm('up', 12);
  finger('up', 13);
  assert.deepEqual(heard, ['1 down', '1 up', '2 down', '3 down', '2 up', '3 up']);
});
