// A stage is printed with the size that it has on the screen, so that paper shows the same part of the photograph, and is
// made smaller as a whole. print.css uses what is noted here.

/** CSS pixels: of an A4 sheet between its margins the width, and of its height what the figures leave. */
const SHEET = { width: 680, height: 460 };

/**
 * @param {HTMLElement} stage
 * @param {number} [share] of the sheet's width
 */
export function noteForPrint(stage, share = 1) {
  if (matchMedia('print').matches) return; // the size on paper is not the one to note
  const { clientWidth: width, clientHeight: height } = stage;
  const zoom = Math.min(1, (SHEET.width * share) / width, SHEET.height / height);
  stage.style.setProperty('--print-width', `${width}px`);
  stage.style.setProperty('--print-height', `${height}px`);
  stage.style.setProperty('--print-zoom', zoom.toFixed(4));
}
