// The components of the canvas: exactly our kinds of blocks, and the frame that every email has.
// Nothing of a component can be styled, and none can hold what an email cannot.
import { DRAWN, foot, head } from "./designer-draw.js";
import { fits, kindOf, typeOf } from "./designer-tree.js";

const LOCKED = { stylable: false, resizable: false, traits: [], droppable: false, layerable: false };
const FRAME = { ...LOCKED, draggable: false, removable: false, copyable: false, badgable: false, toolbar: [] };
const UNTOUCHED = { ...FRAME, selectable: false, hoverable: false, highlightable: false };

function toolbar(editor, { tools }) {
  const icon = (name) => editor.getModel().getIcon(name);
  return [
    { attributes: { class: "gjs-no-touch-actions", draggable: true, title: tools.move }, label: icon("move"), command: "tlb-move" },
    { attributes: { title: tools.copy }, label: icon("copy"), command: "tlb-clone" },
    { attributes: { title: tools.remove }, label: icon("delete"), command: "tlb-delete" },
  ];
}

// A view that draws its block, and draws it again when it says something else.
function drawing(draw) {
  return {
    init() {
      this.listenTo(this.model, "change:block", this.draw);
    },
    onRender() {
      this.draw();
    },
    draw() {
      this.el.innerHTML = draw(this.model.get("block"));
    },
  };
}

// What was typed on the canvas becomes the text of the block, when the typing ends.
const typing = {
  async syncContent(options = {}) {
    if (!this.rteEnabled && !options.force) return;
    const html = options.content ?? (await this.getContent());
    this.model.set("block", { ...this.model.get("block"), html });
  },
};

function addKinds(editor, brand) {
  const defaults = { ...LOCKED, draggable: (source, target) => fits(kindOf(source), target), toolbar: toolbar(editor, brand) };
  for (const [kind, draw] of Object.entries(DRAWN)) {
    const view = drawing((block) => draw(block, brand));
    const isText = kind === "text";
    editor.Components.addType(typeOf(kind), {
      isComponent: () => false,
      ...(isText && { extend: "text", extendView: "text" }),
      model: { defaults: { ...defaults, editable: isText, attributes: { "data-so": kind } } },
      view: isText ? { ...view, ...typing } : view,
    });
  }
  editor.Components.addType(typeOf("columns"), {
    isComponent: () => false,
    model: { defaults: { ...defaults, attributes: { "data-so": "columns" } } },
  });
}

function addFrame(editor, brand) {
  const list = (type, words) => ({ ...FRAME, droppable: true, attributes: { "data-so": type, "data-empty": words } });
  const add = (type, defaults, view = {}) =>
    editor.Components.addType(typeOf(type), { isComponent: () => false, model: { defaults }, view });
  add("card", { ...list("card", brand.empty.card), ...UNTOUCHED, droppable: true });
  for (const side of ["left", "right"]) add(side, list(side, brand.empty.column));
  for (const [type, draw] of Object.entries({ head, foot })) {
    add(type, { ...UNTOUCHED, attributes: { "data-so": type } }, drawing(() => draw(brand)));
  }
}

export const types = (brand) => (editor) => {
  addKinds(editor, brand);
  addFrame(editor, brand);
};
