// What a counter of SMS segments shows: on the compose pages, and below an answer.
import { counted } from "./words.js";

export function codes(characters) {
  return characters.flatMap((character) => {
    const code = document.createElement("code");
    code.textContent = character;
    return [code, " "];
  });
}

export const segments = (n) => counted("segment", n);

// found: what `measure` gives.
export function showFound(counter, found) {
  const put = (name, words) => (counter.querySelector(`[data-${name}]`).textContent = words);
  put("segments", found.segments);
  put("segments-word", segments(found.segments));
  put("left", found.left);
  put("encoding", found.encoding);
  counter.querySelector("[data-forcing]").hidden = !found.forcing.length;
  counter.querySelector("[data-characters]").replaceChildren(...codes(found.forcing));
}
