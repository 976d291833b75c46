// The ways in: choose, drop anywhere, paste, "Try this photo". Enters: the elements and what to do with new sources;
// leaves: calls of `add(sources)`. Does not read or judge the files.

import { sourceOfFile, sourcesOf } from './folder.js';
import { isTyping } from '../ui/typing.js';

export function takeIn({ files, sample, add, announce }) {
  files.addEventListener('change', () => {
    const chosen = [...files.files].map(sourceOfFile);
    files.value = ''; // so that the same file can be chosen again
    if (chosen.length) add(chosen);
  });

  sample.addEventListener('click', () => add([{ name: 'retina.jpg', open: openSample }]));

  document.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length) add(pasted.map(sourceOfFile));
    else if (!isTyping(event.target)) announce('There is no photograph on the clipboard.');
  });

  takeDrops(add, announce);
}

/** Of files and folders, anywhere on the page. */
export function takeDrops(add, announce) {
  const page = document.documentElement;
  let depth = 0; // dragenter and dragleave also fire for every element that is crossed
  const hover = (now) => {
    depth = now;
    page.classList.toggle('dragging', depth > 0);
  };
  const carriesFiles = (event) => event.dataTransfer?.types.includes('Files');

  document.addEventListener('dragenter', (event) => carriesFiles(event) && hover(depth + 1));
  document.addEventListener('dragleave', (event) => carriesFiles(event) && hover(Math.max(0, depth - 1)));
  document.addEventListener('dragover', (event) => carriesFiles(event) && event.preventDefault());
  document.addEventListener('drop', async (event) => {
    hover(0);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    const sources = await sourcesOf(event.dataTransfer);
    if (sources.length) add(sources);
    else announce('Nothing that was dropped contains a file.');
  });
}

async function openSample() {
  const answer = await fetch('/samples/retina.jpg');
  if (!answer.ok) throw new Error(`the sample answers ${answer.status}`);
  return new File([await answer.blob()], 'retina.jpg', { type: 'image/jpeg' });
}
