// The button that lets the viewer fill the screen. It is hidden where the browser cannot do that.

import { finder } from '../ui/element.js';

/**
 * Returns what the button does.
 * @param {{ page: ParentNode }} parts
 */
export function createFullScreen({ page }) {
  const by = finder(page);
  const [viewer, button] = [by('viewer'), by('full-screen', HTMLButtonElement)];

  async function toggle() {
    if (!document.fullscreenEnabled) return;
    try {
      await (document.fullscreenElement ? document.exitFullscreen() : viewer.requestFullscreen());
    } catch {
      // The browser refuses, for example because no key or click preceded: the page stays as it is.
    }
  }

  button.hidden = !document.fullscreenEnabled;
  button.addEventListener('click', () => void toggle());
  document.addEventListener('fullscreenchange', () => {
    button.setAttribute('aria-pressed', String(document.fullscreenElement === viewer));
  });
  return () => void toggle();
}
