// How many SMS a text is, while it is typed. The server counts again and is the truth:
// core/message/sms.py says the same, and a test holds the two together.

// 3GPP TS 23.038 section 6.2.1: the default alphabet, and what its escape code reaches.
const plain = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const escaped = new Set("\f^{}\\[~]|€"); // two septets each

// One part alone, and a part of several, which gives up 6 octets to their numbering.
const gsm = { encoding: "GSM-7", alone: 160, shared: 153, size: (c) => (escaped.has(c) ? 2 : 1) };
const ucs2 = { encoding: "UCS-2", alone: 70, shared: 67 };

// What can join characters into one that is seen: see the server's.
const flagLetter = /^[\u{1f1e6}-\u{1f1ff}]$/u;
const belongsToLast = /^[\p{M}\u200c\u200d\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]$/u;
const picture = /^[\u2190-\u2bff\u{1f000}-\u{1faff}]$/u;
const control = /^\p{Cc}$/u;

export const inGsm = (character) => plain.has(character) || escaped.has(character);

export function measure(text) {
  const characters = [...text];
  const forcing = [...new Set(characters.filter((c) => !inGsm(c)))];
  const kind = forcing.length ? ucs2 : gsm;
  const sizes = kind === gsm ? characters.map(gsm.size) : seenSizes(characters);
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const cut = units > kind.alone ? cutIntoParts(sizes, kind.shared) : null;
  return {
    encoding: kind.encoding,
    units,
    segments: cut ? cut.segments : Math.min(units, 1),
    left: cut ? cut.left : kind.alone - units,
    forcing,
  };
}

// Units of each character that is seen, or of as much of one as a part holds.
function seenSizes(characters) {
  const sizes = [];
  let last = "";
  let flags = 0;
  for (const character of characters) {
    const size = sizes.length ? sizes[sizes.length - 1] + character.length : Infinity;
    flags = flagLetter.test(character) ? flags + 1 : 0;
    const belongs = flags ? flags % 2 === 0 : isOneWith(character, last);
    if (belongs && size <= ucs2.shared) sizes[sizes.length - 1] = size;
    else sizes.push(character.length);
    last = character;
  }
  return sizes;
}

function isOneWith(character, last) {
  if (last === "\u200d" && picture.test(character)) return true;
  return belongsToLast.test(character) && !control.test(last);
}

// Nothing is split over two parts.
function cutIntoParts(sizes, shared) {
  let segments = 1;
  let used = 0;
  for (const size of sizes) {
    if (used + size > shared) {
      segments += 1;
      used = 0;
    }
    used += size;
  }
  return { segments, left: shared - used };
}
