// Text written on the canvas: what Trix gives in the block editor, and no more.
import { cleanPaste } from "./blocks-paste.js";

const COMMANDS = { bold: "bold", italic: "italic", list: "insertUnorderedList", numbers: "insertOrderedList" };

function action(name, { title, icon }) {
  const command = COMMANDS[name];
  return {
    name,
    icon,
    attributes: { title, role: "button", "aria-label": title },
    state: (rte, page) => (command && page.queryCommandState(command) ? 1 : 0),
    result: (rte) => (command ? rte.exec(command) : askForLink(rte)),
  };
}

// The link is asked for in the toolbar itself: whatever is pressed elsewhere ends the writing.
function askForLink(rte) {
  const asking = document.querySelector("[data-link]");
  const input = asking.querySelector("input");
  const around = rte.selection().anchorNode?.parentElement?.closest("a");
  const chosen = around ? rangeOf(around) : rte.selection().getRangeAt(0).cloneRange();
  const back = () => {
    asking.hidden = true;
    rte.el.focus();
    select(rte, chosen);
  };
  const put = (address) => {
    back();
    rte.exec(address ? "createLink" : "unlink", address);
    rte.el.dispatchEvent(new Event("input", { bubbles: true }));
  };
  rte.actionbar.append(asking);
  asking.hidden = false;
  rte.em.RichTextEditor.updatePosition(); // it has grown
  input.value = around?.getAttribute("href") ?? "";
  input.focus();
  asking.onkeydown = (event) => {
    if (event.key === "Escape") back();
    if (event.key === "Enter") {
      event.preventDefault();
      put(input.value.trim());
    }
  };
  asking.querySelector("[data-link-put]").onclick = () => put(input.value.trim());
  asking.querySelector("[data-link-off]").onclick = () => put("");
}

function rangeOf(element) {
  const range = element.ownerDocument.createRange();
  range.selectNodeContents(element);
  return range;
}

function select(rte, range) {
  rte.selection().removeAllRanges();
  rte.selection().addRange(range);
}

function paste({ ev, rte }) {
  const html = ev.clipboardData.getData("text/html");
  ev.preventDefault();
  if (html) rte.exec("insertHTML", cleanPaste(html));
  else rte.exec("insertText", ev.clipboardData.getData("text"));
}

// All keys are the browser's own; the server makes paragraphs of what it writes.
export const textConfig = () => ({ onPaste: paste, onKeydown: () => {}, adjustToolbar: true });

// Escape ends the writing, and nothing else: GrapesJS would take back the last move as well.
export function endWithEscape(editor, page) {
  const end = (event) => {
    if (event.key !== "Escape" || !editor.getEditing()) return;
    event.stopImmediatePropagation();
    editor.getEditing().trigger("disable");
  };
  page.addEventListener("keydown", end, true);
}

export function bindText(editor, { tools }) {
  const rte = editor.RichTextEditor;
  for (const { name } of [...rte.getAll()]) rte.remove(name);
  for (const name of ["bold", "italic", "link", "list", "numbers"]) {
    const icon = document.querySelector(`template[data-tool="${name}"]`).innerHTML;
    rte.add(name, action(name, { title: tools[name], icon }));
  }
  editor.on("rte:disable", () => {
    document.querySelector("[data-link]").hidden = true;
  });
}

// A merge field goes where one writes on the canvas: pressing it must not end the writing.
export function bindFieldsToCanvas(editor, form) {
  form.addEventListener("mousedown", (event) => {
    if (!event.target.closest("[data-insert]") || !editor.getEditing()) return;
    event.preventDefault();
    event.stopPropagation();
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (!button || !editor.getEditing()) return;
    event.stopImmediatePropagation();
    editor.Canvas.getDocument().execCommand("insertText", false, `{{ ${button.dataset.insert} }}`);
  });
}
