// The details popup: a link with data-popup opens in the dialog of base.html. The address carries
// ?open=ID&tab=KEY, so that the popup can be linked, reloaded, and closed with Back or Esc.
import { words } from "./words.js";

const dialog = document.getElementById("popup");
const body = document.getElementById("popup-body");
let deliveryAsked = false;

function address(changes) {
  const url = new URL(window.location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  return url;
}

const parameter = (name) => new URL(window.location.href).searchParams.get(name);

function note(text, alarming) {
  const line = document.createElement("p");
  line.className = "so-popup-note";
  line.setAttribute("role", alarming ? "alert" : "status");
  line.textContent = text;
  body.replaceChildren(line, closeButton());
}

function closeButton() {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn so-popup-note-close";
  button.dataset.popupClose = "";
  button.textContent = words("close");
  return button;
}

async function fill(href) {
  note(words("loading"));
  try {
    const answer = await fetch(href, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
    if (answer.redirected) return window.location.reload(); // signed out meanwhile
    if (!answer.ok) return note(words("removed"), true);
    body.innerHTML = await answer.text();
  } catch {
    return note(words("silentNow"), true);
  }
  window.htmx.process(body);
  body.querySelector("#popup-title")?.focus();
}

function open(href) {
  if (!dialog.open) dialog.showModal();
  const url = new URL(href, window.location.href);
  const tab = parameter("tab");
  if (tab) url.searchParams.set("tab", tab);
  return fill(url);
}

function opened() {
  const id = parameter("open");
  if (!id) return null;
  return document.querySelector(`a[data-popup="${CSS.escape(id)}"]`)?.href ?? dialog.dataset.openUrl;
}

function followAddress() {
  const href = opened();
  if (href) open(href);
  else if (dialog.open) dialog.close();
}

function closed() {
  const id = parameter("open");
  body.replaceChildren(); // ends its polling
  if (history.state?.popup) history.back();
  else if (id) history.replaceState(null, "", address({ open: null, tab: null }));
  // The list may have been replaced meanwhile, so the browser cannot give the focus back itself.
  if (id) document.querySelector(`a[data-popup="${CSS.escape(id)}"]`)?.focus();
}

function showAll(button) {
  const form = document.getElementById(button.dataset.filter);
  const select = form.elements.status;
  const wanted = button.dataset.filterStatus;
  select.value = select.value === wanted ? "" : wanted;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  document.querySelector(`#${CSS.escape(form.id.replace("filter", "delivery"))}`)?.replaceChildren();
}

// The rows of one group of the report, in the list below it; where there is no list, the link leads.
function showCause(link) {
  const form = document.getElementById(link.dataset.filter);
  if (!form) return false;
  form.elements.cause.value = link.dataset.filterCause;
  form.elements.q.value = link.dataset.filterWords ?? "";
  form.elements.status.value = "";
  form.elements.cause.dispatchEvent(new Event("change", { bubbles: true }));
  form.scrollIntoView({ block: "center" });
  form.elements.q.focus({ preventScroll: true });
  return true;
}

function closeDelivery(button) {
  const link = document.getElementById(button.dataset.deliveryClose);
  button.closest(".so-delivery").parentElement.replaceChildren();
  link?.focus();
}

function clicked(event) {
  const link = event.target.closest("a[data-popup]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    history.pushState({ popup: true }, "", address({ open: link.dataset.popup, tab: null }));
    open(link.href);
  }
  if (event.target.closest("[data-popup-close]") || event.target === dialog) dialog.close();
  const cause = event.target.closest("[data-filter-cause]");
  if (cause && showCause(cause)) event.preventDefault();
  const status = event.target.closest("[data-filter-status]");
  if (status) showAll(status);
  const back = event.target.closest("[data-delivery-close]");
  if (back) closeDelivery(back);
  if (event.target.closest("[data-delivery]")) deliveryAsked = true;
}

function tabShown(event) {
  const tab = event.target.dataset.tab;
  if (tab && dialog.open) history.replaceState(history.state, "", address({ tab }));
}

// A delivery that was asked for takes the focus; one that refreshes itself does not.
function focusDelivery() {
  const title = deliveryAsked && document.querySelector(".so-panel.active .so-delivery-title");
  if (!title) return;
  deliveryAsked = false;
  title.focus({ preventScroll: true });
  title.closest(".so-delivery").scrollIntoView({ block: "start" });
}

document.addEventListener("click", clicked);
document.addEventListener("shown.bs.tab", tabShown);
window.addEventListener("popstate", followAddress);
dialog.addEventListener("close", closed);
new MutationObserver(focusDelivery).observe(document.body, { childList: true, subtree: true });
followAddress();
