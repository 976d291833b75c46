// The keys of the correction: undo and redo, the size of the brush, brush and eraser, and the end.

import { isTyping } from '../ui/typing.js';

/**
 * @param {{
 *   active: () => boolean, resize: (way: 1 | -1) => void, step: (way: 'undo' | 'redo') => void,
 *   choose: (hand: 'brush' | 'eraser') => void, done: () => void,
 * }} parts
 */
export function listenToKeys({ active, resize, step, choose, done }) {
  const undo = () => step('undo');
  const redo = () => step('redo');
  /** @type {Map<string, () => void>} */
  const plain = new Map([
    ['[', () => resize(-1)], [']', () => resize(1)], ['b', () => choose('brush')], ['e', () => choose('eraser')], ['escape', done],
  ]);
  const withControl = new Map([['z', undo], ['shift+z', redo], ['y', redo]]);
  document.addEventListener('keydown', (event) => {
    if (!active() || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    const controlled = event.ctrlKey || event.metaKey;
    const act = controlled ? withControl.get(event.shiftKey ? `shift+${key}` : key) : plain.get(key);
    if (!act) return;
    if (controlled) event.preventDefault();
    act();
  });
}
