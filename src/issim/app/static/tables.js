// Tiles and tables: numbers in words, with bars beside them.

import { said } from "./charts.js";
import { byId, make } from "./dom.js";

export function tiles(picture) {
  byId("tiles").replaceChildren(...picture.tiles.map((tile) =>
    make("div", { class: "tile", "data-key": tile.key },
      make("h3", {}, tile.words, make("button", { type: "button", class: "why", "aria-label": `About: ${tile.words}`, "data-tip": tile.tip }, "i")),
      make("div", { class: "value" }, tile.value),
      make("div", { class: "unit" }, tile.unit),
      make("div", { class: "range" }, tile.range),
      tile.change ? make("div", { class: "change" }, tile.change) : null,
      tile.change && tile.base ? make("div", { class: "base" }, `without: ${tile.base}`) : null)));
}

// A difference in firms: with one decimal below ten.
const firms = (value) => (Math.abs(value) < 9.95 ? value.toFixed(1) : String(Math.round(value))).replace("-", "−");

function table(caption, heads, rows) {
  return make("table", {}, caption ? make("caption", {}, caption) : null,
    make("thead", {}, make("tr", {}, ...heads.map((head) => (head ? make("th", { scope: "col" }, head) : make("td"))))),
    make("tbody", {}, ...rows));
}

const bar = (left, wide, colour) => make("b", { style: `left:${left}%;width:${wide}%;background:${colour}` });

export function gainers(picture) {
  const place = byId("gainers");
  if (!picture.policy) return place.replaceChildren(make("p", { class: "how" }, "Switch on a lever to see who gains."));
  const rows = [], ends = picture.gainers.flatMap((row) => [row.more[0], row.more[2]].map((v) => v ?? 0));
  const low = Math.min(0, ...ends), span = Math.max(1e-9, Math.max(0, ...ends) - low), at = (v) => (100 * (v - low)) / span;
  let group = "";
  for (const row of picture.gainers) {
    if (row.group !== group) {
      group = row.group;
      rows.push(make("tr", { class: "head" }, make("th", { colspan: 4, scope: "colgroup" }, group)));
    }
    const [least, mid, most] = row.more, zero = at(0), here = at(mid);
    const bars = make("i", {}, bar(Math.min(zero, here), Math.abs(here - zero), "var(--with)"));
    if (least !== null) bars.append(make("u", { style: `left:${at(least)}%;width:${at(most) - at(least)}%` }));
    const ranges = least === null ? "" : ` (${firms(least)} to ${firms(most)})`;
    rows.push(make("tr", {}, make("th", { scope: "row" }, row.level), make("td", { class: "bars" }, bars),
      make("td", {}, `${mid > 0 ? "+" : ""}${firms(mid)}${ranges}`), make("td", {}, firms((100 * mid) / row.firms))));
  }
  place.replaceChildren(table("", ["firms", "", "extra firms", "per 100 firms"], rows));
}

export function barriers(picture) {
  const most = Math.max(...picture.barriers.flatMap((row) => [row.base, row.here ?? 0]), 1);
  const rows = picture.barriers.map((row) => {
    const bars = [make("i", {}, bar(0, (100 * row.base) / most, "var(--without)"))];
    if (row.here !== null) bars.push(make("i", {}, bar(0, (100 * row.here) / most, "var(--with)")));
    return make("tr", {},
      make("th", { scope: "row" }, row.text, make("div", { class: "step" }, `${row.step} · felt by ${row.felt} firms`)),
      make("td", { class: "bars" }, ...bars), make("td", {}, said(row.base)), make("td", {}, row.here === null ? "–" : said(row.here)));
  });
  byId("barriers").replaceChildren(table("", ["barrier", "", "without, %", "with policy, %"], rows));
}

// What can be read on the colour of each stage: 4.5 to 1 at least.
const ON_STAGES = ["var(--ink)", "var(--ink)", "var(--published)", "var(--paper)", "var(--ink)"];

export function stages(picture, colours) {
  const rows = Object.entries(picture.stages).map(([name, counts]) => {
    const parts = counts.map((count, k) => {
      const share = (100 * count) / picture.firms, [, colour] = colours[k];
      return make("i", { style: `width:${share}%;background:${colour};color:${ON_STAGES[k]}` }, share > 9 ? said(count) : "");
    });
    const words = name === "base" ? "Without policy" : "With policy";
    const told = counts.map((count, k) => `${colours[k][0]} ${said(count)}`).join(", ");
    return [make("div", { class: "how" }, words), make("div", { class: "stack", role: "img", "aria-label": `${words}: ${told} firms` }, ...parts)];
  });
  const key = make("div", { class: "key" }, ...colours.map(([stage, colour]) =>
    make("span", {}, make("i", { style: `background:${colour}` }), stage)));
  byId("stages").replaceChildren(make("h3", {}, "All firms by stage at the end"), ...rows.flat(), key);
}

export function compared(found) {
  byId("compared-told").textContent = found.told;
  const isPaired = found.rows.some((row) => row.difference);
  const rows = found.rows.map((row) => make("tr", {}, make("th", { scope: "row" }, row.words, make("div", { class: "step" }, row.unit)),
    make("td", {}, row.one), make("td", {}, row.other), isPaired ? make("td", {}, row.difference) : null));
  byId("compared").replaceChildren(table("", ["measure", ...found.names, ...(isPaired ? ["difference"] : [])], rows));
}

export function levers(picture) {
  const place = byId("lever-table");
  byId("lever-card").hidden = !picture.levers.length;
  place.replaceChildren(table("", ["lever", "firms reached", "public money, EUR", "out of money"],
    picture.levers.map((row) => make("tr", {}, make("th", { scope: "row" }, row.title), make("td", {}, row.reached),
      make("td", {}, row.spent), make("td", {}, row.stopped || "no")))));
}
