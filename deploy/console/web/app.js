import { Refused, events, token, whoIs } from "/console/api.js";
import { redraw } from "/console/chart.js";
import { h, show } from "/console/dom.js";
import { alerts } from "/console/alerts.js";
import { health } from "/console/health.js";
import { letters } from "/console/letters.js";
import { models } from "/console/models.js";
import { overview } from "/console/overview.js";
import { routing } from "/console/routing.js";
import { steer } from "/console/steer.js";

const VIEWS = {
  overview: { title: "Overview", view: overview },
  routing: { title: "Routing", view: routing },
  models: { title: "Models", view: models },
  alerts: { title: "Alerts", view: alerts },
  letters: { title: "Dead letters", view: letters },
  health: { title: "Health", view: health },
  steer: { title: "Steer", view: steer },
};
// however fast news come, the page reads again at most this often
const LEAST_BETWEEN_READS = 1500;
const BEFORE_RECONNECTING = 3000;

const main = document.getElementById("main");
let current = null;
let unseenAlerts = 0;
// for the token that reading needs; who closes the question is not asked again
let wasAsked = false;

/** What views may ask of the page. */
const page = {
  toast(text, bad = false) {
    const box = h("div", { class: `toast ${bad ? "bad" : ""}` }, text);
    document.getElementById("toasts").append(box);
    setTimeout(() => box.remove(), bad ? 10000 : 5000);
  },
  /** Whether there is a token, asking for one where there is none. */
  async signedIn() {
    return token.get() !== null || signIn();
  },
};

function route() {
  const wanted = location.hash.replace(/^#\/?/, "").split("?")[0];
  return VIEWS[wanted] ? wanted : "overview";
}

async function open() {
  const name = route();
  current?.close?.();
  main.replaceChildren();
  main.dataset.view = name;
  document.title = `${VIEWS[name].title} · Turnpike`;
  if (name === "alerts") unseenAlerts = 0;
  navigation();
  const opened = VIEWS[name].view(main, page);
  current = { ...opened, name, isReading: false, isStale: false, last: 0 };
  await read(current);
}

/** Reads what the open view shows; once more if news came meanwhile. */
async function read(view) {
  if (view.isReading) {
    view.isStale = true;
    return;
  }
  view.isReading = true;
  view.last = Date.now();
  try {
    await view.read();
    main.querySelector(":scope > .unread")?.remove();
    main.dataset.ready = view.name;
  } catch (problem) {
    if (view === current) failed(problem);
  }
  view.isReading = false;
  if (view.isStale && view === current) {
    view.isStale = false;
    soon(view);
  }
}

function soon(view) {
  if (view.timer) return;
  view.timer = setTimeout(() => {
    view.timer = null;
    if (view === current) read(view);
  }, Math.max(0, view.last + LEAST_BETWEEN_READS - Date.now()));
}

function failed(problem) {
  if (!(problem instanceof Refused)) console.error(problem);
  main.querySelector(":scope > .unread")?.remove();
  main.prepend(h("p", { class: "problem unread", role: "alert" }, problem.message));
  if (problem.status === 401 && !document.querySelector("dialog") && !wasAsked) {
    wasAsked = true;
    signIn();
  }
}

function navigation() {
  const active = route();
  show(document.getElementById("views"), Object.entries(VIEWS).map(([name, { title }]) =>
    h("a", { href: `#/${name}`, "aria-current": name === active ? "page" : null },
      title,
      name === "alerts" && unseenAlerts > 0 && h("span", { class: "badge" }, unseenAlerts, h("span", { class: "unseen" }, " new")))));
  // on a phone the list is wider than the page
  document.querySelector("#views [aria-current]").scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Hears what is new, again and again; one that was refused tries again with the token of who signs in. */
async function listen() {
  const state = (kind, text) => {
    document.getElementById("live").dataset.state = kind;
    document.getElementById("live-text").textContent = text;
  };
  for (;;) {
    try {
      for await (const { event, data } of events("events")) {
        if (event === "full") {
          state("off", "not live");
          return;
        }
        state("live", "live");
        if (event === "live") hear(JSON.parse(data));
        // also after hello: what happened while there was no connection
        if (current) soon(current);
      }
      state("off", "reconnecting");
    } catch (problem) {
      state("off", problem.status === 401 ? "signed out" : "reconnecting");
    }
    await new Promise((again) => setTimeout(again, BEFORE_RECONNECTING));
  }
}

function hear(news) {
  if (news.alerts_count && route() !== "alerts") {
    unseenAlerts += news.alerts_count;
    navigation();
  }
  current?.news?.(news);
}

/** Asks for the token and tries it; whether it was taken. */
function signIn() {
  return new Promise((done) => {
    const problem = h("p", { class: "problem", role: "alert", hidden: true });
    const input = h("input", { type: "password", id: "token", name: "token", autocomplete: "off", required: true });
    let taken = false;
    const dialog = h("dialog", { class: "small", "aria-labelledby": "sign-title" },
      h("form", {
        method: "dialog",
        onsubmit: async (event) => {
          event.preventDefault();
          try {
            const holder = await whoIs(input.value.trim());
            token.set(input.value.trim());
            taken = true;
            dialog.close();
            page.toast(`Signed in as ${holder.name}${holder.may_write ? "" : ", to look"}.`);
            if (current) soon(current);
          } catch (refused) {
            problem.textContent = refused.message;
            problem.hidden = false;
          }
        },
      },
        h("h2", { id: "sign-title" }, "Sign in"),
        h("p", { class: "soft" }, "Changing anything needs a token, and so may looking. turnpike up prints one when it starts."),
        h("label", { for: "token" }, "Token"),
        input,
        problem,
        h("div", { class: "row end" },
          h("button", { type: "button", class: "ghost", onclick: () => dialog.close() }, "Cancel"),
          h("button", { type: "submit", class: "primary" }, "Sign in"))));
    document.body.append(dialog);
    dialog.addEventListener("close", () => {
      dialog.remove();
      signButton();
      done(taken);
    });
    dialog.showModal();
  });
}

function signButton() {
  document.getElementById("sign").textContent = token.get() ? "Sign out" : "Sign in";
}

document.getElementById("sign").onclick = () => {
  if (token.get()) {
    token.forget();
    signButton();
    page.toast("Signed out.");
  } else {
    signIn();
  }
};

document.getElementById("theme").onclick = () => {
  localStorage.setItem("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  setTheme();
  redraw();
};
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  setTheme();
  redraw();
});

// the address that turnpike up prints carries the token behind the #, and must not keep it
const given = /^#token=([a-z0-9]+)$/i.exec(location.hash);
if (given) {
  token.set(given[1]);
  history.replaceState(null, "", "#/overview");
}

window.addEventListener("hashchange", () => {
  open();
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
signButton();
open();
listen();
// windows turn and times pass without any event
setInterval(() => current && soon(current), 15000);
