// The fleet page, told anew every ten seconds by the server's events, or fetched where the browser
// or what lies between knows none; it can be stopped, and without this script the page is simply as
// old as it is.
"use strict";

const EVERY = 10000;
const room = document.getElementById("kiosk");
const button = document.createElement("button");
const notice = document.createElement("p");
let timer = null;
let source = null;
let stopped = false;

function put(part) {
  const open = [...room.querySelectorAll("details[open]")].map((each) => each.id);
  const at = document.activeElement?.closest("#kiosk details")?.id;
  room.innerHTML = part;
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  if (at) document.getElementById(at)?.querySelector("summary").focus();
  notice.hidden = true;
}

async function fetchPart() {
  try {
    const answer = await fetch(room.dataset.part, { credentials: "same-origin" });
    if (answer.redirected) {
      window.location.reload(); // the session has ended: to the login page
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    put(await answer.text());
  } catch {
    notice.hidden = false;
  }
}

function fetchAgain() {
  timer = window.setInterval(() => document.hidden || fetchPart(), EVERY);
}

// Each answer has one event and ends; the browser asks again after the time that it names.
function listen() {
  let heard = false;
  source = new EventSource(room.dataset.events);
  source.addEventListener("message", (event) => {
    heard = true;
    put(event.data);
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) {
      hush(); // no events but some other answer, which fetching can tell apart
      fetchPart();
      fetchAgain();
      return;
    }
    notice.hidden = heard;
    heard = false;
  });
}

function hush() {
  source?.close();
  window.clearInterval(timer);
  source = timer = null;
}

function run() {
  if (window.EventSource) listen();
  else fetchAgain();
}

function show() {
  button.textContent = stopped ? room.dataset.resume : room.dataset.pause;
}

function toggle() {
  stopped = !stopped;
  hush();
  if (!stopped) {
    run();
    if (!source) fetchPart();
  }
  show();
}

document.addEventListener("visibilitychange", () => {
  if (stopped || !window.EventSource) return;
  hush();
  if (!document.hidden) run();
});
button.type = "button";
button.className = "btn btn-sm btn-outline-secondary";
button.addEventListener("click", toggle);
notice.className = "alert alert-warning";
notice.setAttribute("role", "status");
notice.textContent = room.dataset.lost;
notice.hidden = true;
room.after(notice, button);
show();
run();
