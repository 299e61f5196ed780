// Blocks change places: by buttons, with Alt and an arrow, or dragged by the handle.

const STEPS = { up: -1, down: 1, ArrowUp: -1, ArrowDown: 1 };
const cardOf = (element) => element.closest("[data-block]");
let dragged = null;

function move(card, step, control, told) {
  const beside = step < 0 ? card.previousElementSibling : card.nextElementSibling;
  if (beside) step < 0 ? beside.before(card) : beside.after(card);
  tell(card, told);
  control?.focus(); // moving in the page takes the focus away
}

function tell(card, { changed, announce, nameOf }) {
  changed();
  const cards = [...card.parentElement.children];
  announce("moved", { name: nameOf(card), place: cards.indexOf(card) + 1, all: cards.length });
}

// What stands in a column is not what holds columns, an event or a line.
function fits(card, list) {
  return list.dataset.list === "blocks" || ["heading", "text", "image", "button"].includes(card.dataset.block);
}

function over(event) {
  if (!dragged) return;
  const list = event.target.closest("[data-list]");
  if (!list || dragged.contains(list) || !fits(dragged, list)) return;
  event.preventDefault();
  const below = [...list.children].find((card) => {
    const box = card.getBoundingClientRect();
    return card !== dragged && event.clientY < box.top + box.height / 2;
  });
  if (below ? below.previousElementSibling === dragged : list.lastElementChild === dragged) return;
  below ? below.before(dragged) : list.append(dragged);
}

export function bindMoves(editor, told) {
  editor.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do=up], [data-do=down]");
    if (button) move(cardOf(button), STEPS[button.dataset.do], button, told);
  });
  editor.addEventListener("keydown", (event) => {
    const card = cardOf(event.target);
    if (!event.altKey || !STEPS[event.key] || !card || event.target.matches("select")) return;
    event.preventDefault();
    move(card, STEPS[event.key], document.activeElement, told);
  });
  editor.addEventListener("dragstart", (event) => {
    if (!event.target.closest?.(".so-block-grip")) return;
    dragged = cardOf(event.target);
    dragged.classList.add("so-block-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.setDragImage(dragged, 20, 20);
  });
  editor.addEventListener("dragover", over);
  editor.addEventListener("drop", (event) => dragged && event.preventDefault());
  editor.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("so-block-dragged");
    tell(dragged, told);
    dragged = null;
  });
}
