// What can be done with a scenario: name it, keep it, share it, take it away as a file, open one, compare two.

import { byId, make } from "./dom.js";

const PLACE = "issim.kept";

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.query === "string") : [];
  } catch {
    return [];
  }
}

export class Actions {
  constructor(all, page) {
    this.all = all;
    this.page = page;
    this.kept = stored();
    this.build();
    this.list();
  }

  build() {
    this.name = make("input", { type: "text", maxlength: 60, "aria-label": "Name of this scenario",
      onchange: (e) => this.page.rename(e.target.value.trim() || "my policy") });
    this.told = make("span", { class: "told", role: "status" });
    this.file = make("a", { class: "file", download: "" }, "Save as file");
    const pick = make("input", { type: "file", accept: ".yaml,.yml", hidden: true, onchange: (e) => this.load(e.target) });
    byId("actions").append(
      this.name,
      make("button", { type: "button", class: "main", onclick: () => this.keep() }, "Keep"),
      make("button", { type: "button", onclick: () => this.share() }, "Copy link"),
      make("button", { type: "button", onclick: () => this.file.click() }, "Save as file"),
      make("button", { type: "button", onclick: () => this.order() }, "Make the report"),
      make("button", { type: "button", onclick: () => pick.click() }, "Open a file"),
      pick, this.told);
  }

  show(found) {
    this.query = found.query;
    this.state = found.state;
    if (document.activeElement !== this.name) this.name.value = found.state.name;
    this.file.href = `scenario.yaml?${found.query}`;
  }

  drawn(picture) {
    this.picture = picture;
  }

  say(text) {
    this.told.textContent = text;
  }

  order() {
    this.say("The report is ordered …");
    this.page.want({ want: "report" });
  }

  ordered({ before }) {
    const wait = before ? `after ${before} other${before > 1 ? "s" : ""}` : "now; it also varies the assumptions, which takes a minute or two";
    this.say(`The report is made ${wait}. You can go on meanwhile.`);
  }

  report({ token, text }) {
    if (!token) return this.say(text);
    const link = (name, words) => make("a", { href: `made/${token}/${name}`, target: "_blank" }, words);
    this.told.replaceChildren("The report is ready: ", link("report.html", "open it"), " · ", link("results.zip", "all its tables (zip)"));
  }

  async share() {
    try {
      await navigator.clipboard.writeText(location.href);
      this.say("The link is copied.");
    } catch {
      this.say(`Copy the address of this page: ${location.href}`);
    }
  }

  async own(kind, input) {
    const [file] = input.files;
    if (!file) return;
    input.value = "";
    this.say(`${file.name} is checked …`);
    try {
      const answer = await fetch(`own/${kind}?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      const found = await answer.json();
      if (found.fault) {
        byId("fault").textContent = found.fault;
        this.say("");
      } else {
        this.page.place(found.n_firms ? { [kind]: found.handle, n_firms: found.n_firms } : { [kind]: found.handle });
        this.say(`${file.name}: ${found.told} are read. ${found.notes.join(" ")}`);
      }
    } catch {
      byId("fault").textContent = "The file could not be handed over; it may be too large, or the program has ended.";
    }
    document.body.dataset.opened = file.name;
  }

  async load(input) {
    const [file] = input.files;
    if (!file) return;
    input.value = "";
    try {
      const own = new URLSearchParams(Object.keys(this.all.own).map((kind) => [kind, this.state?.[kind] ?? ""]));
      const answer = await fetch(`open?${own}`, { method: "POST", body: file });
      const found = await answer.json();
      if (found.fault) byId("fault").textContent = found.fault;
      else this.page.open(found.query);
    } catch {
      byId("fault").textContent = "The file could not be handed over; it may be too large, or the program has ended.";
    }
    document.body.dataset.opened = file.name;
  }

  keep() {
    if (!this.picture) return;
    const one = { name: this.name.value, query: this.query, tiles: this.picture.tiles.map(({ key, value, change, unit }) => ({ key, value, change, unit })) };
    this.kept = [...this.kept.filter((other) => other.query !== one.query), one];
    this.save();
    this.say(`'${one.name}' is kept.`);
  }

  save() {
    try {
      localStorage.setItem(PLACE, JSON.stringify(this.kept));
    } catch {
      this.say("This browser keeps nothing; save the scenario as a file.");
    }
    this.list();
  }

  list() {
    byId("kept-card").hidden = !this.kept.length;
    const heads = ["scenario", "firms that exchange", "extra firms", "more CO₂ saved", "public money", "EUR per extra tonne", "", ""];
    const value = (one, key, part) => one.tiles?.find((tile) => tile.key === key)?.[part] || "–";
    const amount = (one, key, part) => `${value(one, key, part)} ${value(one, key, "unit").replace(" all years", "")}`;
    const rows = this.kept.map((one, k) => make("tr", {},
      make("th", { scope: "row" }, make("button", { type: "button", class: "bare", onclick: () => this.page.open(one.query) }, one.name || "unnamed")),
      make("td", {}, value(one, "adopters", "value")), make("td", {}, value(one, "adopters", "change")),
      make("td", {}, amount(one, "co2", "change")), make("td", {}, amount(one, "public_cost", "value")),
      make("td", {}, value(one, "per_tonne", "value")),
      make("td", {}, make("button", { type: "button", class: "bare", "aria-label": `Compare ${one.name} with the one on the page`,
        onclick: () => this.page.want({ other: one.query }) }, "compare")),
      make("td", {}, make("button", { type: "button", class: "bare", "aria-label": `Forget ${one.name}`, onclick: () => this.drop(k) }, "forget"))));
    byId("kept").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, ...heads.map((h) => (h ? make("th", { scope: "col" }, h) : make("td"))))),
      make("tbody", {}, ...rows)));
  }

  drop(k) {
    this.kept.splice(k, 1);
    this.save();
  }
}
