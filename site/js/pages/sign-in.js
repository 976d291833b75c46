// The forms of the embedded issuer, which work without scripts. In another language they are translated (by language.js, as all pages), and so
// is what the service refuses.

import { ofService } from '../ui/language.js';

for (const said of document.querySelectorAll('[role="alert"]')) said.textContent = ofService(said.textContent ?? '');
