// Blocks as components of the canvas, and components as blocks again. What a component says is its
// block as it is stored; nothing else of a component is kept.
import { newId } from "./blocks-card.js";

export const SIDES = ["left", "right"];
const IN_COLUMNS = ["heading", "text", "image", "button"]; // as in blocks-move.js

export const typeOf = (name) => `so-${name}`; // GrapesJS has a text and an image of its own
export const isType = (component, name) => component.get("type") === typeOf(name);
export const kindOf = (component) => component.get("block")?.kind;
export const sideOf = (component) => SIDES.find((side) => isType(component, side));

// Whether a block of this kind may stand in this component.
export function fits(kind, target) {
  if (sideOf(target)) return IN_COLUMNS.includes(kind);
  return isType(target, "card");
}

export function toComponent(block) {
  const { left = [], right = [], ...own } = block;
  const type = typeOf(block.kind);
  if (block.kind !== "columns") return { type, block };
  const sides = { left, right };
  const components = SIDES.map((side) => ({ type: typeOf(side), components: sides[side].map(toComponent) }));
  return { type, block: own, components };
}

export const tree = (blocks) => [
  { type: typeOf("head") },
  { type: typeOf("card"), components: blocks.map(toComponent) },
  { type: typeOf("foot") },
];

export const cardOf = (editor) => editor.getWrapper().components().find((one) => isType(one, "card"));

// A copy has an id of its own: the first owner of an id keeps it.
function identified(component, owners) {
  const block = component.get("block");
  const owner = owners.get(block.id);
  if (block.id && (!owner || owner === component)) {
    owners.set(block.id, component);
    return block;
  }
  const named = { ...block, id: newId() };
  component.set("block", named, { silent: true });
  owners.set(named.id, component);
  return named;
}

export function toBlocks(editor, live) {
  const owners = new Map();
  const read = (component) => {
    const block = { ...identified(component, owners), ...live(component) };
    if (block.kind !== "columns") return block;
    const sides = component.components().map((side) => [sideOf(side), side.components().map(read)]);
    return { ...block, ...Object.fromEntries(sides) };
  };
  return cardOf(editor).components().filter(kindOf).map(read);
}
