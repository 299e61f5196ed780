// The text of a block, in Trix. Merge fields stand in it as chips, and in the data as {{ field }}.
import { cleanPaste } from "./blocks-paste.js";
import { load } from "./library.js";

const FIELD = /\{\{([^{}]+)\}\}/g;
const CONTENT_TYPE = "application/vnd.sendout.field";
const library = document.querySelector("[data-trix]")?.dataset.trix; // where it is not there from the start
const texts = new WeakMap(); // of an editor: what was loaded, as data and as Trix writes it
let number = 0;

const escaped = (text) =>
  text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);

function unescaped(html) {
  return new DOMParser().parseFromString(html, "text/html").body.textContent;
}

function attachment(name) {
  const words = name.trim().replace(/\s*\|\s*/, "|");
  const content = `<span class="so-chip">${escaped(words)}</span>`;
  return { content, contentType: CONTENT_TYPE, field: words };
}

// Trix writes paragraphs as breaks in one <div>; a chip is a <figure>, which no <p> may hold.
function toTrix(html) {
  const joined = html
    .replace(/<\/p>\s*<p>/g, "<br><br>")
    .replace(/<(\/?)p>/g, "<$1div>")
    .replace(/\n/g, "");
  return joined
    .split(/(<[^>]*>)/)
    .map((part, n) => (n % 2 ? part : part.replace(FIELD, (_, name) => figure(unescaped(name)))))
    .join("");
}

function figure(name) {
  return `<figure data-trix-attachment="${escaped(JSON.stringify(attachment(name)))}"></figure>`;
}

function fromTrix(html) {
  const plain = html.replace(/(<[^>]*?\s)style\s*=\s*(?:"[^"]*"|'[^']*')/gi, "$1");
  const page = new DOMParser().parseFromString(plain, "text/html");
  for (const chip of page.querySelectorAll("figure[data-trix-attachment]")) {
    const { field } = JSON.parse(chip.dataset.trixAttachment);
    chip.replaceWith(field ? `{{ ${field} }}` : "");
  }
  // Trix keeps a blank beside a chip from being lost by making it one that does not break.
  return page.body.innerHTML.replace(/&nbsp;(?=\{\{)/g, " ").replace(/\}\}&nbsp;/g, "}} ");
}

export function readText(card) {
  const editor = card.querySelector("trix-editor");
  const loaded = texts.get(editor);
  if (loaded.trix === null || editor.value === loaded.trix) return loaded.html;
  return fromTrix(editor.value);
}

// What Trix makes of a text is not what somebody wrote: as long as it is the same, so is the data.
function fill(editor) {
  const loaded = texts.get(editor);
  if (loaded.html) editor.editor.loadHTML(toTrix(loaded.html));
  requestAnimationFrame(() => (loaded.trix = editor.value));
}

export function bindText(card, html, changed) {
  if (library) load(library).catch(() => {}); // until it is there the text stays as it is
  const [toolbar, editor] = card.querySelectorAll("trix-toolbar, trix-editor");
  toolbar.id = `text-tools-${(number += 1)}`;
  editor.setAttribute("toolbar", toolbar.id);
  texts.set(editor, { html, trix: null });
  editor.addEventListener("trix-initialize", () => fill(editor));
  editor.addEventListener("trix-change", changed);
  editor.addEventListener("trix-before-paste", (event) => {
    if (event.paste.html) event.paste.html = cleanPaste(event.paste.html);
  });
  editor.addEventListener("keydown", closeUp);
  editor.addEventListener("trix-file-accept", (event) => event.preventDefault());
  editor.addEventListener("dblclick", (event) => unfold(editor, event.target.closest("figure")));
  // Trix acts when the mouse goes down; Enter and the space bar only click.
  toolbar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-trix-attribute], [data-trix-action]");
    const press = new MouseEvent("mousedown", { bubbles: true, cancelable: true });
    if (button && event.detail === 0) button.dispatchEvent(press);
  });
}

// A blank follows a chip, as a word would be followed by one; a comma that is typed next takes its
// place. In French a blank stays before two-part signs.
const CLOSE_UP = document.documentElement.lang.startsWith("fr") ? /^[,.)]$/ : /^[,.;:!?)]$/;
const behindBlank = new WeakMap(); // by editor

export function insertField(editor, name) {
  editor.focus();
  editor.editor.insertAttachment(new window.Trix.Attachment(attachment(name)));
  editor.editor.insertString(" ");
  behindBlank.set(editor, editor.editor.getSelectedRange()[0]);
}

function closeUp(event) {
  const editor = event.currentTarget;
  const behind = behindBlank.get(editor);
  if (event.key.length > 1 || behind === undefined) return;
  behindBlank.delete(editor);
  const [start, end] = editor.editor.getSelectedRange();
  if (start !== behind || end !== behind || !CLOSE_UP.test(event.key)) return;
  editor.editor.setSelectedRange([behind - 1, behind]);
}

// A chip that is double-clicked becomes text, so that words to stand in can be written after a bar.
function unfold(editor, figure) {
  if (!figure?.dataset.trixAttachment) return;
  const { field } = JSON.parse(figure.dataset.trixAttachment);
  const whole = editor.editor.getDocument();
  const found = whole.getAttachments().find((each) => each.id === Number(figure.dataset.trixId));
  editor.editor.setSelectedRange(whole.getRangeOfAttachment(found));
  editor.editor.insertString(`{{ ${field} }}`);
}
