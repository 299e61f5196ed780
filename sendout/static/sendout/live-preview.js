// The email beside the form, as it would arrive, made anew when what is written changes.

const PAUSE = 700; // milliseconds without typing
const form = document.querySelector("[data-compose]");
const place = document.querySelector("[data-live]");
let pause = null;
let number = 0;
let isSeen = false;

// Each picture of the email is a new frame: going back in the browser leaves the page, not the frame.
function newFrame() {
  const frame = document.createElement("iframe");
  frame.className = "so-email-frame so-live-frame";
  frame.name = `live-${(number += 1)}`;
  frame.title = place.dataset.title;
  frame.setAttribute("sandbox", "");
  return frame;
}

function ask(frame) {
  const asking = document.createElement("form");
  asking.method = "post";
  asking.action = place.dataset.live;
  asking.target = frame.name;
  asking.hidden = true;
  for (const name of ["csrfmiddlewaretoken", "category", "body_format", "body", "blocks"]) {
    const said = document.createElement("input");
    said.type = "hidden";
    said.name = name;
    said.value = form.elements[name].value;
    asking.append(said);
  }
  document.body.append(asking);
  asking.submit();
  asking.remove();
}

export function show() {
  if (!isSeen || !place.offsetParent) return;
  const old = [...place.children];
  const frame = newFrame();
  frame.classList.toggle("so-live-coming", old.length > 0);
  place.append(frame);
  frame.addEventListener("load", () => {
    frame.classList.remove("so-live-coming");
    for (const each of old) each.remove();
  });
  ask(frame);
}

// Nothing is made of the email before somebody looks here.
function firstSeen([{ isIntersecting }]) {
  if (isSeen || !isIntersecting) return;
  isSeen = true;
  soon();
}

function soon() {
  clearTimeout(pause);
  pause = setTimeout(show, PAUSE);
}

if (form && place) {
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  new IntersectionObserver(firstSeen).observe(place);
}
