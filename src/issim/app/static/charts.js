// Lines with bands over time, drawn as SVG: two lines at most, direct labels, a mark at the month that is looked at.

const SVG = "http://www.w3.org/2000/svg";
const COLOURS = { base: "var(--without)", here: "var(--with)", other: "var(--policy-2)" };
const INKS = { base: "var(--quiet)", here: "var(--with)", other: "var(--policy-2)" };
const WORDS = { base: "Without policy", here: "With policy", other: "The other" };
const ROOM = { top: 12, bottom: 34, left: 8 };

export function node(tag, attributes = {}, parent = null) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (parent) parent.append(made);
  return made;
}

// A number as one says it: three digits that count from 1,000 on, whole from 10 on, else two digits.
export function said(value) {
  const size = Math.abs(value), sign = value < 0 ? "−" : "";
  if (size >= 1e6) return sign + Number((size / 1e6).toPrecision(3)).toLocaleString("en") + " million";
  if (size >= 1000) return sign + Number(size.toPrecision(3)).toLocaleString("en");
  if (size >= 10 || Number.isInteger(size)) return sign + Math.round(size);
  return sign + Number(size.toPrecision(2));
}

function short(value) {
  if (Math.abs(value) >= 1e6) return Number((value / 1e6).toPrecision(3)) + " m";
  if (Math.abs(value) >= 1e4) return Number((value / 1e3).toPrecision(3)) + " k";
  return Number(value.toPrecision(3)).toLocaleString("en");
}

function ticks(low, high, wanted) {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((k) => k * power).find((k) => k >= raw);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-6; at += step) found.push(at);
  return found;
}

export class Chart {
  constructor(place, about) {
    this.place = place;
    this.about = about;
    this.month = null;
    this.svg = node("svg", { role: "img" }, place);
    this.data = null;
    new ResizeObserver(() => this.draw()).observe(place);
  }

  show(data, names) {
    this.data = data;
    this.names = { ...WORDS, ...names };
    this.draw();
  }

  at(month) {
    this.month = month;
    this.mark();
  }

  draw() {
    if (!this.data) return;
    const { width, height } = this.place.getBoundingClientRect();
    if (width < 40) return;
    const lines = Object.entries(this.data.lines);
    const months = lines[0][1][1].length - 1;
    const all = lines.flatMap(([, [low, , high]]) => [...low, ...high]);
    const top = Math.max(1, ...all) * 1.05, bottom = Math.min(0, ...all);
    const values = ticks(bottom, top, height > 260 ? 5 : 4);
    const left = ROOM.left + 7.4 * Math.max(...values.map((v) => short(v).length));
    const right = width < 420 ? 106 : 128;
    this.x = (month) => left + ((width - left - right) * month) / months;
    this.y = (value) => ROOM.top + (height - ROOM.top - ROOM.bottom) * (1 - (value - bottom) / (top - bottom));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren();
    for (const value of values) {
      node("line", { x1: left, x2: width - right, y1: this.y(value), y2: this.y(value), stroke: "var(--faint)" }, this.svg);
      node("text", { x: left - 6, y: this.y(value) + 4, "text-anchor": "end" }, this.svg).textContent = short(value);
    }
    const unit = months >= 24 ? 12 : 1;
    for (const tick of ticks(0, months / unit, width < 420 ? 5 : 8).filter(Number.isInteger)) {
      node("text", { x: this.x(tick * unit), y: height - ROOM.bottom + 18, "text-anchor": "middle" }, this.svg).textContent = tick;
    }
    const axis = node("text", { x: (left + width - right) / 2, y: height - 2, "text-anchor": "middle" }, this.svg);
    axis.textContent = unit === 12 ? "years since the start" : "months since the start";
    for (const [name, band] of lines) this.band(name, band, months);
    this.labels(lines, months, width - right, height);
    this.marks = node("g", {}, this.svg);
    this.mark();
    this.svg.setAttribute("aria-label", this.told(lines, months));
  }

  band(name, [low, mid, high], months) {
    const along = (row) => row.map((v, k) => `${this.x(k).toFixed(1)},${this.y(v).toFixed(1)}`);
    const area = [...along(high), ...along(low).reverse()].join(" ");
    node("polygon", { points: area, fill: COLOURS[name], "fill-opacity": 0.2 }, this.svg);
    node("polyline", { points: along(mid).join(" "), fill: "none", stroke: COLOURS[name], "stroke-width": 2.5,
      "stroke-linejoin": "round", "data-line": name }, this.svg);
  }

  labels(lines, months, from, height) {
    const wanted = lines.map(([name, band]) => ({ name, value: band[1][months], y: this.y(band[1][months]) }));
    wanted.sort((a, b) => a.y - b.y);
    const gap = 34;
    for (let k = 1; k < wanted.length; k++) wanted[k].y = Math.max(wanted[k].y, wanted[k - 1].y + gap);
    const over = wanted.length ? wanted[wanted.length - 1].y - (height - ROOM.bottom - 4) : 0;
    if (over > 0) for (const label of wanted) label.y -= over;
    for (const label of wanted) {
      const text = node("text", { x: from + 8, y: label.y, class: "end", style: `fill:${INKS[label.name]}` }, this.svg);
      node("tspan", { x: from + 8 }, text).textContent = said(label.value);
      const name = node("tspan", { x: from + 8, dy: 15, style: "font-weight:400" }, text);
      const most = Math.floor((this.place.clientWidth - from - 8) / 6.4), words = this.names[label.name];
      name.textContent = words.length > most ? `${words.slice(0, most - 1)}…` : words;
    }
  }

  mark() {
    if (!this.marks) return;
    this.marks.replaceChildren();
    const lines = Object.entries(this.data.lines), months = lines[0][1][1].length - 1;
    if (this.month === null || this.month >= months) return;
    const x = this.x(this.month), height = this.place.clientHeight;
    node("line", { x1: x, x2: x, y1: ROOM.top, y2: height - ROOM.bottom, stroke: "var(--ink)", "stroke-dasharray": "3 3" }, this.marks);
    for (const [name, band] of lines) {
      const value = band[1][this.month];
      node("circle", { cx: x, cy: this.y(value), r: 4, fill: COLOURS[name], stroke: "var(--paper)" }, this.marks);
      const away = x > this.place.clientWidth / 2;
      const text = node("text", { x: x + (away ? -7 : 7), y: this.y(value) - 7, class: "end", style: `fill:${INKS[name]}`,
        "text-anchor": away ? "end" : "start" }, this.marks);
      text.textContent = said(value);
    }
  }

  told(lines, months) {
    const ends = lines.map(([name, [low, mid, high]]) =>
      `${this.names[name]}: ${said(mid[months])} ${this.data.unit} at the end (${said(low[months])} to ${said(high[months])})`);
    return `${this.data.title}. ${ends.join(". ")}.`;
  }
}
