// All blocks by name, in their order: what stands on the canvas can be chosen without a mouse.
import { cardOf, kindOf, sideOf } from "./designer-tree.js";

const LONGEST = 40; // characters of what a block says
const list = document.querySelector("[data-outline]");
let components = []; // in the order of the buttons
let shown = "";

function said(block) {
  const html = new DOMParser().parseFromString(block.html ?? "", "text/html").body.textContent;
  const words = (html || block.text || block.label || block.title || block.alt || "").trim();
  return words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
}

function entry(component, names) {
  const line = document.createElement("li");
  const button = document.createElement("button");
  const name = document.createElement("span");
  button.type = "button";
  button.dataset.choose = components.push(component) - 1;
  name.textContent = names[kindOf(component) ?? sideOf(component)];
  button.append(name, " ", said(component.get("block") ?? {}));
  line.append(button);
  const inner = component.components().filter((one) => kindOf(one) || sideOf(one));
  if (inner.length) line.append(listOf(inner, names));
  return line;
}

function listOf(inner, names) {
  const below = document.createElement("ol");
  below.append(...inner.map((one) => entry(one, names)));
  return below;
}

// Buttons stay where nothing else is said: they may be about to be pressed.
export function showList(editor, names) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.choose : null;
  components = [];
  const now = listOf(cardOf(editor).components(), names);
  const chosen = components.indexOf(editor.getSelected());
  if (now.innerHTML !== shown) {
    shown = now.innerHTML;
    list.replaceChildren(...now.childNodes);
    if (focused !== null) list.querySelector(`[data-choose="${focused}"]`)?.focus();
  }
  for (const button of list.querySelectorAll("[data-choose]")) {
    button.toggleAttribute("aria-current", Number(button.dataset.choose) === chosen);
  }
}

export function bindList(editor) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-choose]");
    if (button) editor.select(components[button.dataset.choose], { scroll: true });
  });
}
