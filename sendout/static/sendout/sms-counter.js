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
const ucs2 = { encoding: "UCS-2", alone: 70, shared: 67, size: (c) => c.length };

export function measure(text) {
  const characters = [...text];
  const forcing = [...new Set(characters.filter((c) => !plain.has(c) && !escaped.has(c)))];
  const kind = forcing.length ? ucs2 : gsm;
  const sizes = characters.map(kind.size);
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

// A pair is never split over two parts.
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
