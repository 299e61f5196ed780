// What the chosen block says, in the same fields as in the block editor.
import { make, read } from "./blocks-card.js";
import { bindPictures } from "./blocks-picture.js";
import { kindOf } from "./designer-tree.js";

const panel = document.querySelector("[data-properties]");
const place = panel.querySelector("[data-card]");
let shown = null; // the component whose card stands there

const card = () => place.firstElementChild;
const inside = (block) => JSON.stringify(Object.entries(block).filter(([, value]) => !Array.isArray(value)).sort());

function typed() {
  if (!shown || !card()) return;
  const { left, right, ...block } = read(card());
  const before = shown.get("block");
  const now = { ...before, ...block, id: before.id };
  if (inside(now) !== inside(before)) shown.set("block", now);
}

// What was changed elsewhere is shown; what was changed here stays as it is, with its cursor.
function showCard(component) {
  const block = component && kindOf(component) ? component.get("block") : null;
  const same = component === shown && card() && block;
  if (same && inside({ ...block, ...read(card()), id: block.id, left: [], right: [] }) === inside(block)) return;
  shown = block ? component : null;
  place.replaceChildren(...(block ? [make(block, typed)] : []));
  panel.querySelector("[data-nothing]").hidden = Boolean(block);
}

export function bindPanel(editor, act) {
  panel.addEventListener("input", typed);
  panel.addEventListener("change", typed);
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && shown) act(button.dataset.do, shown);
  });
  bindPictures(panel, typed);
  // While a text is written on the canvas its card is away: one place to write at a time.
  return () => showCard(editor.getEditing() ? null : editor.getSelected());
}

export function cardShown() {
  return card();
}
