// The page: what is chosen goes to the program, what it computes is drawn. The state is in the address, so that a
// link or a reload brings everything back.

import { Chart } from "./charts.js";
import { Controls } from "./controls.js";
import { byId, make, tips } from "./dom.js";
import { RegionMap } from "./map.js";
import { Actions } from "./actions.js";
import * as tables from "./tables.js";

const all = JSON.parse(byId("catalogue").textContent);
const controls = new Controls(all, changed);
const actions = new Actions(all, { state: () => state, picture: () => picture, open: (link) => ask({ link }, true), rename, want, place });
controls.actions = actions;
const charts = {};
let state = null, picture = null, asked = 0, answered = 0, timer = 0, last = 0, moved = 0, isPushed = false;

// ---- asking --------------------------------------------------------------------------------------------------

function ask(what, push = false) {
  clearTimeout(timer);
  last = performance.now();
  if (what.link !== undefined) moved = last;
  isPushed = push;
  asked += 1;
  document.body.classList.add("stale");
  Shiny.setInputValue("ask", { n: asked, ...what }, { priority: "event" });
}

// While a slider is dragged the program is asked several times a second, and once more when it rests.
function changed(how) {
  moved = performance.now();
  clearTimeout(timer);
  const wait = how === "drag" ? Math.max(0, 120 - (performance.now() - last)) : 0;
  timer = setTimeout(() => ask({ state }, how !== "drag"), wait);
}

// Something besides the picture: a report, a comparison.
function want(what) {
  Shiny.setInputValue("ask", { n: asked, state, ...what }, { priority: "event" });
}

function place(what) {
  Object.assign(state, what);
  controls.place();
  changed("place");
}

function rename(name) {
  state.name = name;
  changed("name");
}

// ---- hearing -------------------------------------------------------------------------------------------------

function heard(kind, act) {
  Shiny.addCustomMessageHandler(kind, (message) => {
    if (message.n === undefined || message.n >= asked) act(message);
  });
}

heard("scenario", (found) => {
  const isOwn = state && JSON.stringify(state.levers) === JSON.stringify(found.state.levers);
  const isFirst = !state || answered === 0;
  if (isFirst || !isOwn || JSON.stringify({ ...state, levers: 0 }) !== JSON.stringify({ ...found.state, levers: 0 })) {
    if (!document.activeElement?.matches("input[type=range], input[type=number]")) {
      state = found.state;
      controls.show(state, found.cards);
    }
  }
  const address = found.query ? `?${found.query}` : location.pathname;
  if (isPushed && location.search !== `?${found.query}`) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  actions.show(found);
});

heard("picture", (found) => {
  if (found.n !== answered) {
    document.body.dataset.first = Math.round(performance.now() - moved);
    document.body.dataset.firstSeeds = found.seeds;
  }
  answered = found.n;
  picture = found;
  byId("fault").textContent = "";
  byId("answer").textContent = found.answer;
  byId("besides").replaceChildren(...found.besides.map((text) => make("li", {}, text)));
  byId("basis").textContent = found.basis;
  byId("dots").replaceChildren(make("i", { style: `width:${(100 * found.seeds) / found.wanted}%` }));
  document.body.classList.remove("stale");
  byId("notes").replaceChildren(...found.notes.map((text) => make("p", {}, text)));
  byId("chance").hidden = found.notes.length > 0;
  tables.tiles(found);
  for (const data of found.charts) chart(data).show(data);
  tables.stages(found, all.stages);
  tables.gainers(found);
  tables.barriers(found);
  tables.levers(found);
  bar(found);
  actions.drawn(found);
  document.body.dataset.seeds = found.seeds;
  document.body.dataset.drawn = found.n;
  document.body.dataset.ms = Math.round(performance.now() - moved);
});

heard("film", (film) => {
  maps.base.show(film, film.base);
  maps.here.show(film, film.here);
  const slider = byId("month"), isAtEnd = slider.value === slider.max;
  slider.max = film.months;
  if (isAtEnd) slider.value = film.months;
  byId("map-how").textContent =
    `Region number ${film.seed} of the simulated ones. Each dot is a firm, each line an exchange in operation. Point at a firm to see who it is.`;
  toMonth();
  document.body.dataset.film = film.n;
});

heard("fault", ({ text }) => {
  byId("fault").textContent = text;
  document.body.classList.remove("stale");
  document.body.dataset.fault = asked;
});

heard("ordered", (found) => actions.ordered(found));
heard("report", (found) => actions.report(found));
heard("compared", (found) => {
  byId("compared-card").hidden = false;
  tables.compared(found);
  if (found.chart) {
    charts.compared ??= new Chart(byId("chart-compared"), found.chart);
    charts.compared.show(found.chart, { here: found.names[0], other: found.names[1] });
  }
  byId("chart-compared").hidden = !found.chart;
  byId("compared-card").scrollIntoView({ block: "nearest" });
});

heard("full", ({ most }) => {
  byId("fault").textContent = `This page is open in ${most} windows already, which is all it takes on; close one and load this page again.`;
});

function chart(data) {
  if (!charts[data.key]) {
    let place = byId(`chart-${data.key}`);
    if (!place) {
      place = make("div", { class: "chart", id: `chart-${data.key}` });
      byId("four").append(make("div", {}, make("h3", {}, `${data.title} [${data.unit}]`), place));
    }
    charts[data.key] = new Chart(place, data);
  }
  return charts[data.key];
}

function bar(found) {
  const [firms] = found.tiles, price = found.tiles.find((tile) => tile.key === "per_tonne");
  byId("bar").textContent = found.policy
    ? `${firms.change} firms · ${price.value} EUR per extra tonne · ${found.seeds} regions`
    : `${firms.value} firms exchange without policy`;
}

// ---- months --------------------------------------------------------------------------------------------------

const colours = { stages: all.stages, streams: all.streams };
const maps = {
  base: new RegionMap(byId("maps"), "Without policy", colours),
  here: new RegionMap(byId("maps"), "With policy", colours),
};
let playing = 0;

function toMonth() {
  const month = Number(byId("month").value);
  byId("when").textContent = month === 0 ? "at the start" : `month ${month}, year ${Math.ceil(month / 12)}`;
  for (const map of Object.values(maps)) map.at(month);
  for (const each of Object.values(charts)) each.at(month);
  key();
}

function key() {
  const seen = new Set(Object.values(maps).flatMap((map) => [...(map.streams ?? [])]));
  const firms = all.stages.map(([stage, colour]) => make("span", {}, make("i", { style: `background:${colour}` }), stage));
  const lines = all.streams.filter((_, good) => seen.has(good)).map(([, words, colour]) =>
    make("span", {}, make("i", { class: "line", style: `background:${colour}` }), words));
  byId("key").replaceChildren(...firms, ...lines);
}

function stop() {
  clearInterval(playing);
  playing = 0;
  byId("play").textContent = "Play";
}

byId("play").addEventListener("click", () => {
  if (playing) return stop();
  const slider = byId("month"), isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (slider.value === slider.max) slider.value = 0;
  byId("play").textContent = "Stop";
  // those who want no motion see one year after the other
  playing = setInterval(() => {
    slider.value = Number(slider.value) + (isCalm ? 12 : 1);
    toMonth();
    if (slider.value === slider.max) stop();
  }, isCalm ? 1500 : 90);
});
byId("month").addEventListener("input", () => { stop(); toMonth(); });

for (const map of Object.values(maps)) {
  map.canvas.addEventListener("mousemove", (event) => {
    const told = map.firmAt(event.offsetX, event.offsetY);
    if (told) map.canvas.dataset.tip = told;
    else delete map.canvas.dataset.tip;
    map.canvas.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
  });
}

// ---- beginning, and losing the program -----------------------------------------------------------------------

tips();
addEventListener("popstate", () => ask({ link: location.search }));
const begin = () => ask({ link: location.search });
if (window.Shiny?.shinyapp?.config?.sessionId) begin();
else $(document).one("shiny:sessioninitialized", begin);

$(document).on("shiny:disconnected", () => {
  byId("fault").textContent = "The connection to the program is lost. This page loads again by itself as soon as the program is back; nothing is lost.";
  const back = setInterval(async () => {
    try {
      const found = await fetch("alive", { cache: "no-store" });
      if (!found.ok) return;
      clearInterval(back);
      location.reload();
    } catch { /* still away */ }
  }, 1500);
});
