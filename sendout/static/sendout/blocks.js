// The email as blocks: a card for each, and one field of the form that always says what they say.
import { focusIn, make as makeCard, nameOf, newId, read } from "./blocks-card.js";
import { bindMoves } from "./blocks-move.js";
import { bindPictures } from "./blocks-picture.js";

const field = document.querySelector("#id_blocks");
const editor = document.querySelector("[data-blocks]");
const ownCard = (element) => element.closest("[data-block]");
const make = (block) => makeCard(block, changed);

function written() {
  const blocks = [...editor.querySelector("[data-list=blocks]").children].map(read);
  return blocks.length ? JSON.stringify(blocks) : "";
}

// Whoever listens to the form hears of it as if it had been typed.
function changed() {
  editor.querySelector("[data-none]").hidden = Boolean(editor.querySelector("[data-block]"));
  const now = written();
  if (now === field.value) return;
  field.value = now;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function announce(kind, values) {
  const words = editor.dataset[kind].replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  editor.querySelector("[data-announce]").textContent = words;
}

export function load(blocks) {
  editor.querySelector("[data-list=blocks]").replaceChildren(...blocks.map(make));
  changed();
}

function add(button) {
  const list = button.closest("div:has(> [data-list])").querySelector("[data-list]");
  const card = make({ kind: button.dataset.add });
  list.append(card);
  changed();
  announce("added", { name: nameOf(card) });
  requestAnimationFrame(() => focusIn(card));
}

function fresh(block) {
  const inner = Object.fromEntries(
    ["left", "right"].filter((side) => block[side]).map((side) => [side, block[side].map(fresh)]),
  );
  return { ...block, ...inner, id: newId() };
}

function duplicate(card) {
  const twin = make(fresh(read(card)));
  card.after(twin);
  changed();
  announce("copied", { name: nameOf(card) });
  twin.querySelector("[data-do=copy]").focus();
}

function remove(card) {
  const next = card.nextElementSibling ?? card.previousElementSibling;
  const group = card.parentElement.parentElement.querySelector(":scope > .so-block-add button");
  const name = nameOf(card);
  card.remove();
  changed();
  announce("removed", { name });
  (next?.querySelector("[data-do=remove]") ?? group).focus();
}

function pressed(event) {
  const adding = event.target.closest("[data-add]");
  if (adding) return add(adding);
  const doing = event.target.closest("[data-do=copy], [data-do=remove]");
  if (doing) (doing.dataset.do === "copy" ? duplicate : remove)(ownCard(doing));
}

if (editor) {
  editor.addEventListener("click", pressed);
  editor.addEventListener("input", changed);
  editor.addEventListener("change", changed);
  bindMoves(editor, { changed, announce, nameOf });
  bindPictures(editor, changed);
  editor.querySelector("[data-list=blocks]").append(...JSON.parse(field.value || "[]").map(make));
  field.value = written(); // the same, as it is written here
  changed();
}
