// The designer: the blocks of the email on a canvas that looks like it, made with GrapesJS. The field
// of the form always says what the canvas says, so the draft saves itself as on the writing page.
import { focusIn, make, read } from "./blocks-card.js";
import { bindList, showList } from "./designer-list.js";
import { bindPanel, cardShown } from "./designer-panel.js";
import { bindFieldsToCanvas, bindText, endWithEscape, textConfig } from "./designer-text.js";
import { cardOf, fits, kindOf, sideOf, toBlocks, toComponent, tree, typeOf } from "./designer-tree.js";
import { types } from "./designer-types.js";
import { show as showLive } from "./live-preview.js";
import { bindMergeFields } from "./merge-insert.js";

const STEPS = { up: -1, down: 1, ArrowUp: -1, ArrowDown: 1 };
const room = document.querySelector("[data-designer]");
const form = room.closest("form");
const field = form.elements.blocks;
const brand = JSON.parse(document.querySelector("#brand").textContent);
const { names } = brand.words.domComponents;
const drawn = { ...brand, ...brand.words };

const editor = window.grapesjs.init({
  container: room.querySelector("[data-canvas]"),
  height: "100%",
  components: tree(JSON.parse(field.value || "[]")),
  plugins: [types(drawn)],
  canvas: { styles: [brand.styles], frameStyle: "", allowExternalDrop: false },
  richTextEditor: textConfig(),
  i18n: { locale: brand.page, detectLocale: false, localeFallback: brand.page, messages: { [brand.page]: messages() } },
  deviceManager: { devices: [{ id: "wide", name: "wide", width: "" }, { id: "phone", name: "phone", width: "375px" }] },
  undoManager: { trackSelection: false },
  keymaps: { defaults: {} },
  panels: { defaults: [] },
  storageManager: false,
  telemetry: false,
  noticeOnUnload: false,
  multipleSelection: false,
  showDevices: false,
  cssIcons: "",
});

function messages() {
  return { domComponents: { names: Object.fromEntries(Object.entries(names).map(([name, words]) => [typeOf(name), words])) } };
}

// The text that is being written on the canvas is not the component's yet.
function live(component) {
  const view = editor.getEditing() === component && component.getView();
  return view ? { html: view.el.innerHTML } : {};
}

function written() {
  const blocks = toBlocks(editor, live);
  return blocks.length ? JSON.stringify(blocks) : "";
}

// Whoever listens to the form hears of it as if it had been typed.
function changed() {
  const now = written();
  if (now === field.value) return;
  field.value = now;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function announce(said, values) {
  room.querySelector("[data-announce]").textContent = room.dataset[said].replace(
    /%\((\w+)\)s/g,
    (_, name) => values[name],
  );
}

const nameOf = (component) => names[kindOf(component)];

// Beside the chosen block where it fits there, else below the columns around it, else at the end.
function placeFor(kindAdded) {
  let at = editor.getSelected();
  if (at && sideOf(at) && fits(kindAdded, at)) return [at, at.components().length];
  while (at?.parent()) {
    if (fits(kindAdded, at.parent())) return [at.parent(), at.index() + 1];
    at = at.parent();
  }
  return [cardOf(editor), cardOf(editor).components().length];
}

// With all its fields, as its card has them.
const fresh = (kindAdded) => toComponent(read(make({ kind: kindAdded }, () => {})));

function add(kindAdded) {
  const [parent, at] = placeFor(kindAdded);
  const [added] = parent.append(fresh(kindAdded), { at });
  editor.select(added, { scroll: true });
  announce("added", { name: nameOf(added) });
  requestAnimationFrame(() => cardShown() && focusIn(cardShown()));
}

function move(component, step) {
  const parent = component.parent();
  const to = component.index() + step;
  if (to < 0 || to >= parent.components().length) return;
  component.move(parent, { at: step > 0 ? to + 1 : to });
  editor.select(component, { scroll: true });
  announce("moved", { name: nameOf(component), place: to + 1, all: parent.components().length });
}

function remove(component) {
  const parent = component.parent();
  const next = parent.components().at(component.index() + 1) ?? parent.components().at(component.index() - 1);
  const name = nameOf(component);
  component.remove();
  editor.select(next);
  announce("removed", { name });
  (cardShown()?.querySelector("[data-do=remove]") ?? room.querySelector("[data-add]")).focus();
}

function copy(component) {
  const [twin] = component.parent().append(component.clone(), { at: component.index() + 1 });
  editor.select(twin, { scroll: true });
  announce("copied", { name: nameOf(twin) });
}

function act(what, component) {
  if (STEPS[what]) move(component, STEPS[what]);
  else ({ copy, remove })[what]?.(component);
  room.querySelector(`[data-card] [data-do="${what}"]`)?.focus();
}

function pressed(event) {
  const chosen = editor.getSelected();
  if (editor.getEditing() || !chosen || !kindOf(chosen)) return;
  if (event.altKey && STEPS[event.key]) move(chosen, STEPS[event.key]);
  else if (event.key === "Delete" || event.key === "Backspace") remove(chosen);
  else return;
  event.preventDefault();
}

function undoOrRedo(event) {
  const asked = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
  if (!asked || editor.getEditing()) return;
  event.preventDefault();
  editor.UndoManager[event.shiftKey ? "redo" : "undo"]();
}

function bindCanvas() {
  const frame = editor.Canvas.getFrameEl();
  const page = editor.Canvas.getDocument();
  frame.title = room.dataset.canvasTitle;
  page.documentElement.lang = brand.language;
  for (const name of ["colour", "colour_of_words", "colour_of_links"]) {
    page.documentElement.style.setProperty(`--${name}`, brand[name]);
  }
  page.execCommand("defaultParagraphSeparator", false, "p");
  endWithEscape(editor, page);
  page.addEventListener("keydown", pressed);
  page.addEventListener("keydown", undoOrRedo);
  page.addEventListener("dblclick", () => {
    const chosen = editor.getSelected();
    if (chosen && kindOf(chosen) !== "text" && cardShown()) focusIn(cardShown());
  });
}

function bindAdding() {
  for (const button of room.querySelectorAll("[data-palette] [data-add]")) {
    const block = editor.Blocks.add(button.dataset.add, { label: "" });
    button.draggable = true;
    button.addEventListener("click", () => add(button.dataset.add));
    button.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text", button.dataset.add); // Firefox drags nothing without data
      block.set("content", fresh(button.dataset.add));
      editor.Blocks.startDrag(block, event);
    });
    button.addEventListener("dragend", () => editor.Blocks.endDrag());
  }
  editor.on("canvas:drop", (_, dropped) => {
    if (!kindOf(dropped)) return;
    editor.select(dropped);
    announce("added", { name: nameOf(dropped) });
  });
}

function bindTools() {
  const tools = {
    undo: () => editor.UndoManager.undo(),
    redo: () => editor.UndoManager.redo(),
    phone: (button) => {
      const narrow = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", narrow);
      room.classList.toggle("so-designer-narrow", narrow);
      editor.setDevice(narrow ? "phone" : "wide");
    },
    arrives: (button) => {
      const arrives = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", arrives);
      room.classList.toggle("so-designer-arrives", arrives);
      showLive();
    },
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-tool-do]");
    if (button) tools[button.dataset.toolDo](button);
  });
}

function begin() {
  const wrapper = editor.getWrapper();
  wrapper.set({ droppable: false, selectable: false, hoverable: false, highlightable: false, badgable: false });
  const showPanel = bindPanel(editor, act);
  let asked = false;
  const refresh = () => {
    asked = false;
    changed();
    showPanel();
    showList(editor, names);
  };
  const soon = () => {
    if (!asked) queueMicrotask(refresh);
    asked = true;
  };
  bindCanvas();
  bindAdding();
  bindTools();
  bindList(editor);
  bindText(editor, drawn);
  bindFieldsToCanvas(editor, form);
  bindMergeFields(form, () => cardShown()?.querySelector("trix-editor, [data-merge]"));
  field.value = written(); // the same, as it is written here
  editor.UndoManager.clear();
  editor.on("component:add component:remove component:update:block component:selected component:deselected undo redo", soon);
  editor.getModel().on("change:editing", soon);
  editor.on("component:input", changed);
  refresh();
  room.dataset.ready = "";
}

editor.onReady(begin);
