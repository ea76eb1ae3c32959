// The fleet page, fetched anew every ten seconds; it can be stopped, and without this script the
// page is simply as old as it is.
"use strict";

const EVERY = 10000;
const room = document.getElementById("kiosk");
const button = document.createElement("button");
const notice = document.createElement("p");
let timer = null;

async function fetchPart() {
  try {
    const answer = await fetch(room.dataset.part, { credentials: "same-origin" });
    if (answer.redirected) {
      window.location.reload(); // the session has ended: to the login page
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    room.innerHTML = await answer.text();
    notice.hidden = true;
  } catch {
    notice.hidden = false;
  }
}

function show(running) {
  button.textContent = running ? room.dataset.pause : room.dataset.resume;
}

function start() {
  timer = window.setInterval(() => document.hidden || fetchPart(), EVERY);
  show(true);
}

function toggle() {
  if (timer === null) {
    start();
    fetchPart();
  } else {
    window.clearInterval(timer);
    timer = null;
    show(false);
  }
}

button.type = "button";
button.className = "btn btn-sm btn-outline-secondary";
button.addEventListener("click", toggle);
notice.className = "alert alert-warning";
notice.setAttribute("role", "status");
notice.textContent = room.dataset.lost;
notice.hidden = true;
room.after(notice, button);
start();
