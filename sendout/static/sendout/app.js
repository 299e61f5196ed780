// What every page needs: toasts, countdowns, the refresh buttons, and a word when the server does not answer.
// htmx 4 and htmx 2 name their events differently; both names are listened to.
import { words } from "./words.js";

const failed = ["htmx:error", "htmx:response:error", "htmx:sendError", "htmx:responseError"];
const answered = ["htmx:after:request", "htmx:afterOnLoad"];

function showToasts() {
  for (const toast of document.querySelectorAll(".toast")) {
    window.tabler.Toast.getOrCreateInstance(toast).show();
  }
}

function say(text) {
  let banner = document.querySelector(".so-offline");
  if (!text) return banner?.remove();
  if (!banner) {
    banner = document.createElement("div");
    banner.className = "so-offline";
    banner.setAttribute("role", "status");
    (document.querySelector("dialog[open]") ?? document.body).append(banner);
  }
  banner.textContent = text;
}

function leaveIfSignedOut(event) {
  const answer = event.detail?.ctx?.response?.raw;
  if (!answer?.redirected) return;
  event.preventDefault();
  // Where somebody writes, the page says itself that it cannot save: what is typed must stay.
  if (!document.querySelector("[data-autosave]")) window.location.reload();
}

function requestFailed(event) {
  const status = event.detail?.ctx?.response?.status ?? event.detail?.xhr?.status;
  if (status === 404) return say(words("gone"));
  say(words("silent"));
}

function requestAnswered(event) {
  const status = event.detail?.ctx?.response?.status ?? event.detail?.xhr?.status ?? 0;
  if (status >= 200 && status < 400) say("");
}

function refresh(event) {
  if (event.target.closest("[data-refresh]")) window.htmx.trigger(document.body, "refresh");
}

// The server tells the seconds anew with each refresh; between two of them they are counted here.
function countDown() {
  for (const left of document.querySelectorAll("[data-countdown]")) {
    left.textContent = Math.max(0, Number(left.textContent) - 1);
  }
}

// htmx asks again by an event; nobody looks at a part that is not shown, or at a tab in the background.
function askOnlyForWhatIsSeen(event) {
  if (document.hidden || !event.target.checkVisibility?.()) event.stopImmediatePropagation();
}

function print(event) {
  if (event.target.closest("[data-print]")) window.print();
}

document.addEventListener("every", askOnlyForWhatIsSeen, true);
for (const name of failed) document.addEventListener(name, requestFailed);
for (const name of answered) document.addEventListener(name, requestAnswered);
document.addEventListener("htmx:before:response", leaveIfSignedOut);
document.addEventListener("click", refresh);
document.addEventListener("click", print);
showToasts();
setInterval(countDown, 1000);
