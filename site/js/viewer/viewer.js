// The photograph with its vessels. Enters: a result; leaves: its layers in the stage, seen one of three ways. The
// vessels are a CSS mask over a flat colour (--vessel). Knows no facts and makes no files.

import { isTyping } from '../ui/typing.js';
import { createZoom } from './zoom.js';

const VIEWS = ['photograph', 'overlay', 'vessels'];

export function createViewer({ page }) {
  const by = (id) => page.querySelector(`#${id}`);
  const stage = by('stage');
  const layers = by('layers');
  const slider = by('opacity');
  const radios = new Map(VIEWS.map((view) => [view, by('views').querySelector(`[value=${view}]`)]));
  const zoom = createZoom({ stage, layers, less: by('zoom-out'), fit: by('zoom-fit'), more: by('zoom-in') });
  let shown = null;

  function view() {
    return VIEWS.find((name) => radios.get(name).checked);
  }

  function look() {
    const drawn = Boolean(shown?.fallback);
    stage.dataset.view = view();
    stage.dataset.drawn = drawn ? 'server' : 'browser';
    slider.disabled = drawn || view() !== 'overlay';
    by('opacity-value').value = `${slider.value} %`;
    layers.style.setProperty('--opacity', slider.value / 100);
  }

  function show(result) {
    shown = result;
    const { width, height } = result.answer.photograph;
    layers.style.setProperty('--ratio', width / height);
    layers.style.setProperty('--mask', `url("${result.urls.mask}")`);
    picture(by('layer-photograph'), result.urls.photograph);
    picture(by('layer-overlay'), result.urls.overlay);
    by('fallback').hidden = !result.fallback;
    by('fallback').textContent = result.fallback ? `${result.fallback}, so you see the overlay that the server drew.` : '';
    radios.get('photograph').disabled = Boolean(result.fallback);
    if (result.fallback && view() === 'photograph') radios.get('overlay').checked = true;
    zoom.fit();
    look();
  }

  function hide() {
    shown = null;
    layers.style.removeProperty('--mask');
    picture(by('layer-photograph'), null);
    picture(by('layer-overlay'), null);
  }

  for (const radio of radios.values()) radio.addEventListener('change', look);
  slider.addEventListener('input', look);

  document.addEventListener('keydown', (event) => {
    if (!shown || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const radio = radios.get(VIEWS[Number(event.key) - 1]);
    if (radio && !radio.disabled) {
      radio.checked = true;
      look();
    } else if (event.key === '+' || event.key === '=') zoom.more();
    else if (event.key === '-') zoom.less();
    else if (event.key === '0') zoom.fit();
  });

  return {
    show,
    hide,
    opacity: () => slider.value / 100,
    colour: () => getComputedStyle(layers).getPropertyValue('--vessel').trim(),
  };
}

function picture(image, url) {
  if (url) image.src = url;
  else image.removeAttribute('src');
}
