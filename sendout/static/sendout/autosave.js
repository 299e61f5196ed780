// What is written on the compose page saves itself: after a pause, and when the page is left.
// The page has a key and numbers its saves, so the server knows a late answer from another writer.

const PAUSE = 1_500; // milliseconds without typing
const LONGEST = 15_000; // milliseconds that somebody may type without a pause
const AGAIN = [3_000, 6_000, 12_000, 30_000]; // milliseconds between tries while nobody answers
const PATIENCE = 20_000; // milliseconds to wait for an answer
const LEAVING_BYTES = 60_000; // browsers send at most 64 KiB for a page that is gone (Fetch: keepalive)

const form = document.querySelector("[data-autosave]");
const shown = document.querySelector("[data-saved]");
const NOT_TEXT = ["csrfmiddlewaretoken", "version", "page", "turn"];
const state = { changes: 0, saved: 0, sent: 0, turn: 0, tries: 0, busy: false, stopped: false };
let pause = null;
let since = 0;

const dirty = () => state.changes !== state.saved;

function key() {
  const bytes = window.crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function show(kind, words = shown.dataset[kind]) {
  shown.dataset.kind = kind;
  shown.querySelector("[data-words]").textContent = words;
  shown.querySelector("[data-choose]").hidden = kind !== "conflict";
  shown.querySelector("[data-sign-in]").hidden = kind !== "signedOut";
}

function written(without = []) {
  const fields = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !without.includes(name)) fields.append(name, value);
  }
  return fields.toString();
}

const text = () => written(NOT_TEXT);
const size = () => new Blob([written()]).size;

function cookie(name) {
  return document.cookie.match(`(?:^|; )${name}=([^;]*)`)?.[1];
}

function plan(wait) {
  clearTimeout(pause);
  pause = setTimeout(save, wait);
}

function changed() {
  state.changes += 1;
  if (state.stopped) return;
  since ||= Date.now();
  plan(Math.max(0, Math.min(PAUSE, since + LONGEST - Date.now())));
}

// known: whether the browser had a sign-in of ours; a refusal brings a token along, which is none.
function now() {
  return { until: state.changes, text: text(), known: Boolean(cookie("csrftoken")) };
}

async function save() {
  if (state.busy || state.stopped || !dirty()) return;
  since = 0;
  const sent = now();
  if (sent.text === state.text) return accept({}, sent);
  state.busy = true;
  try {
    await heard(await ask({ signal: AbortSignal.timeout(PATIENCE) }), sent);
  } catch {
    unheard("offline");
  } finally {
    state.busy = false;
  }
  if (dirty() && !state.stopped && !state.tries) plan(PAUSE);
}

// Signing in again gives the browser another token than the one this page was made with.
function ask(options) {
  const token = cookie("csrftoken");
  if (token) form.elements.csrfmiddlewaretoken.value = token;
  form.elements.turn.value = ++state.turn;
  return fetch(form.dataset.autosave, {
    method: "POST",
    redirect: "manual",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: written(),
    ...options,
  });
}

async function heard(answer, sent) {
  if (answer.type === "opaqueredirect" || !sent.known) return unheard("signedOut");
  if (answer.status >= 500) return unheard("silent");
  if (answer.status === 422) return kept("refused", (await answer.json()).refused);
  if (answer.status === 409) return stop(await answer.json());
  if (!answer.ok) return stop({ closed: shown.dataset.forbidden });
  accept(await answer.json(), sent);
}

function accept(told, sent) {
  if (sent.until < state.saved) return;
  state.saved = sent.until;
  state.text = sent.text;
  state.tries = 0;
  if (!told.words) return show("saved", state.words);
  state.words = told.words;
  form.elements.version.value = told.version;
  show("saved", told.words);
  if (told.goes_on) {
    form.dataset.autosave = told.goes_on.save;
    window.history.replaceState(null, "", told.goes_on.page);
    window.htmx.ajax("GET", told.goes_on.files, { target: "#files", swap: "innerHTML" });
  }
}

// Nobody heard it, or nobody may be told: it goes on trying.
function unheard(kind) {
  show(kind);
  plan(AGAIN[Math.min(state.tries, AGAIN.length - 1)]);
  state.tries += 1;
}

// What is wrong must be mended by hand; the next change is tried again.
function kept(kind, words) {
  state.tries = 1;
  show(kind, words);
}

function stop({ conflict, closed }) {
  state.stopped = true;
  show(conflict ? "conflict" : "closed", conflict ?? closed);
}

// The page goes: what is not saved leaves with it. A save that is under way may be older.
function leave() {
  if (!dirty() || state.stopped || state.sent === state.changes) return;
  const sent = now();
  state.sent = sent.until;
  ask({ keepalive: size() < LEAVING_BYTES })
    .then((answer) => heard(answer, sent))
    .catch(() => unheard("offline"));
}

function warn(event) {
  const lost = state.stopped || state.tries || size() >= LEAVING_BYTES;
  if (dirty() && lost) event.preventDefault();
}

// A file that was added or taken away is another version of the message, made here.
function takeVersion() {
  const files = document.querySelector("[data-message-version]");
  const version = Math.max(form.elements.version.value, files?.dataset.messageVersion ?? 0);
  form.elements.version.value = version;
}

function begin() {
  form.elements.page.value = form.dataset.page || key();
  state.turn = Number(form.elements.turn.value) || 0;
  state.text = text();
  state.words = shown.querySelector("[data-words]").textContent;
  if (document.querySelector("[data-conflict]")) {
    state.stopped = true;
    state.changes = 1;
    show("choosing");
  }
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    clearTimeout(pause);
    form.elements.turn.value = ++state.turn;
    state.saved = state.changes;
  });
  for (const name of ["htmx:after:swap", "htmx:afterSwap"]) {
    document.addEventListener(name, takeVersion);
  }
  window.addEventListener("online", () => plan(0));
  window.addEventListener("focus", () => state.tries && plan(0));
  document.addEventListener("visibilitychange", () => document.hidden && leave());
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", warn);
}

if (form) begin();
