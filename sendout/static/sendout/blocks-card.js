// A block as a card of fields, made of the template of its kind, and read back from them.
import { showPicture } from "./blocks-picture.js";
import { bindText, readText } from "./blocks-text.js";

const ownCard = (element) => element.closest("[data-block]");
const listsOf = (card) => [...card.querySelectorAll(":scope > .so-block-columns [data-list]")];

// Fields of the card itself, not of blocks inside its columns.
function fieldsOf(card) {
  return [...card.querySelectorAll("[data-field]")].filter((each) => ownCard(each) === card);
}

export function newId() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(6));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function make(block, changed) {
  const template = document.querySelector(`template[data-kind="${block.kind}"]`);
  const card = document.createElement("li");
  card.className = "so-block";
  card.dataset.block = block.kind;
  card.dataset.id = block.id ?? newId();
  card.append(template.content.cloneNode(true));
  for (const each of fieldsOf(card)) fillIn(each, block[each.dataset.field]);
  for (const list of listsOf(card)) {
    list.append(...(block[list.dataset.list] ?? []).map((inner) => make(inner, changed)));
  }
  if (block.kind === "text") bindText(card, block.html ?? "", changed);
  if (block.kind === "image") showPicture(card);
  return card;
}

function fillIn(element, value) {
  if (element.type === "checkbox") element.checked = value === true;
  else if (value !== undefined) element.value = value;
}

export function read(card) {
  const block = { id: card.dataset.id, kind: card.dataset.block };
  for (const each of fieldsOf(card)) {
    block[each.dataset.field] = each.type === "checkbox" ? each.checked : each.value;
  }
  if (block.level) block.level = Number(block.level);
  if (block.kind === "text") block.html = readText(card);
  for (const list of listsOf(card)) block[list.dataset.list] = [...list.children].map(read);
  return block;
}

export function nameOf(card) {
  return card.querySelector("[data-name]").textContent.trim();
}

// A field to write in comes before the tools that stand above it. Trix may still be on its way.
export function focusIn(card) {
  const wanted = ["trix-editor, [data-field]:not([type=hidden])", "[data-add]", "[data-do]"];
  const found = wanted.map((each) => card.querySelector(each)).find(Boolean);
  if (!found?.matches("trix-editor")) return found?.focus();
  customElements.whenDefined("trix-editor").then(() => found.focus());
}
