// Pictures whose marks say their figures when they are pointed at. A picture is there without this
// script; what draws it anew is fetched when somebody asks, for it is large.
"use strict";

const NARROW = "(max-width: 640px)"; // as the pictures' own

function addressOf(picture) {
  const source = picture.querySelector("source");
  const narrow = source !== null && window.matchMedia(NARROW).matches;
  const address = new URL(narrow ? source.srcset : picture.querySelector("img").src, document.baseURI);
  address.searchParams.set("data", "1");
  return address;
}

function load(address) {
  if (window.vegaEmbed) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

async function draw(picture, room) {
  const [answer] = await Promise.all([
    fetch(addressOf(picture), { credentials: "same-origin" }),
    load(picture.dataset.script),
  ]);
  if (!answer.ok) throw new Error(answer.statusText);
  const { drawn, times } = await answer.json();
  const fitted = { ...drawn, width: "container", autosize: { type: "fit-x", contains: "padding" } };
  await window.vegaEmbed(room, fitted, {
    ast: true, // expressions are interpreted: a page may not make code out of text
    actions: false,
    logLevel: 1, // errors: a row that is empty is none
    defaultStyle: false,
    renderer: "canvas",
    timeFormatLocale: times,
    tooltip: { disableDefaultStyle: true },
  });
}

function offer(picture) {
  const room = document.createElement("div");
  const button = document.createElement("button");
  const notice = document.createElement("p");
  room.className = "live";
  room.setAttribute("aria-hidden", "true"); // the picture's own words and its table stay
  room.hidden = true;
  button.type = "button";
  button.className = "btn btn-sm btn-outline-secondary";
  button.textContent = picture.dataset.offer;
  notice.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    button.disabled = true;
    notice.textContent = picture.dataset.wait;
    room.hidden = false;
    try {
      await draw(picture, room);
      picture.classList.add("visually-hidden");
      notice.textContent = picture.dataset.done;
      button.remove();
    } catch {
      room.hidden = true;
      button.disabled = false;
      notice.textContent = picture.dataset.failed;
    }
  });
  picture.after(room, button, notice);
}

document.querySelectorAll("picture[data-script]").forEach(offer);
