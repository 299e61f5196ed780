// Plain characters in the place of fine ones, while a text is typed: core/message/gsm_plain.py says
// the same, with the same table (which the page brings along), and a test holds the two together.
import { inGsm } from "./sms-counter.js";

const aside = /(?<=«)[ \u00a0\u202f]|[ \u00a0\u202f](?=»)/g;
const strokes = Object.fromEntries([..."łŁđĐħĦŧŦıŀĿ"].map((c, n) => [c, "lLdDhHtTilL"[n]]));

// Gives the text and [character, what stands instead] for each that was replaced.
export function plain(text, level, marks) {
  const composed = text.normalize("NFC").replace(aside, "");
  if (!level || [...text].every(inGsm)) return { text, pairs: [] };
  const instead = (c) => marks[c] ?? (level === "accents" ? bare(c) : c);
  const characters = [...composed];
  const pairs = [...new Set(characters)].map((c) => [c, instead(c)]).filter(([c, put]) => c !== put);
  return { text: characters.map(instead).join(""), pairs };
}

function bare(letter) {
  if (inGsm(letter)) return letter;
  let base = letter.normalize("NFD").replace(/\p{Mn}/gu, "");
  base = strokes[base] ?? base;
  return base && /^\p{L}+$/u.test(base) && [...base].every(inGsm) ? base : letter;
}
