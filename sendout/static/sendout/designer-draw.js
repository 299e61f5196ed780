// How each block looks on the canvas: the shapes and measures of core/message/blocks/mjml.py.

export const escaped = (text) =>
  String(text ?? "").replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

const missing = (words) => `<span class="missing">${escaped(words)}</span>`;

function heading({ level, text }, { empty }) {
  const tag = level === 2 ? "h2" : "h1";
  return `<${tag}>${escaped(text) || missing(empty.heading)}</${tag}>`;
}

// The page loads no pictures of strangers: those of the web are seen as it arrives.
function image({ source, alt }, { empty }) {
  if (!source) return `<div class="picture">${missing(empty.image)}</div>`;
  if (!source.startsWith("http")) return `<img src="/images/${escaped(source)}" alt="${escaped(alt)}">`;
  const words = empty.web.replace("{host}", source.replace(/^https?:\/\/([^/]*).*$/, "$1"));
  return `<div class="picture">${missing(words)}<br>${escaped(alt)}</div>`;
}

function button({ label }, { empty }) {
  return `<span class="press">${escaped(label) || missing(empty.button)}</span>`;
}

// As the server writes it: Sunday 14 March 2027.
function day(moment, language) {
  const format = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  const parts = new Intl.DateTimeFormat(language, format).formatToParts(new Date(moment));
  const part = (type) => parts.find((each) => each.type === type).value;
  return Object.keys(format).map(part).join(" ");
}

// The exact words of a time are the server's, in the email as it arrives.
function when({ starts, ends }, { language, empty }) {
  if (!starts) return missing(empty.when);
  const begins = `${day(starts, language)}, ${starts.slice(11, 16)}`;
  if (!ends || ends <= starts) return escaped(begins);
  const sameDay = ends.slice(0, 10) === starts.slice(0, 10);
  return escaped(`${begins} – ${sameDay ? "" : `${day(ends, language)}, `}${ends.slice(11, 16)}`);
}

function event(block, brand) {
  const title = escaped(block.title) || missing(brand.empty.event);
  const note = escaped(block.note).replace(/\n/g, "<br>");
  const link = block.starts ? `<a>${escaped(brand.calendar)}</a>` : "";
  const lines = [`<strong>${title}</strong>`, when(block, brand), escaped(block.place), note, link];
  return `<div class="when">${lines.filter(Boolean).join("<br>")}</div>`;
}

export const DRAWN = {
  heading,
  text: ({ html }) => html || "<p><br></p>",
  image,
  button,
  divider: () => "<hr>",
  other: (_block, { empty }) => `<div class="other">${escaped(empty.other)}</div>`,
  event,
};

export function head({ logo, name }) {
  if (!logo) return `<div class="name">${escaped(name)}</div>`;
  return `<div class="logo"><img src="${escaped(logo.source)}" width="${logo.width}" alt="${escaped(name)}"></div>`;
}

export function foot({ reason, name, address, contact, link_words: words }) {
  const who = [name, address].filter(Boolean).join(", ");
  return [reason, who, contact].filter(Boolean).map(escaped).join("<br>") + `<br><a>${escaped(words)}</a>`;
}
