// The map: firms as dots coloured by stage, exchanges as arcs coloured by stream, drawn on a canvas month by month.

const PAD = 10;
// A colour of the page, for a canvas, which knows no variables.
const hue = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export class RegionMap {
  constructor(place, title, colours) {
    this.colours = colours;
    this.figure = document.createElement("figure");
    this.caption = document.createElement("figcaption");
    this.caption.textContent = title;
    this.title = title;
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("role", "img");
    this.figure.append(this.caption, this.canvas);
    place.append(this.figure);
    new ResizeObserver(() => this.draw()).observe(this.figure);
  }

  show(film, reel) {
    this.film = film;
    this.reel = reel;
    this.figure.hidden = !reel;
    if (!reel) return;
    this.frames = this.staged();
    this.draw();
  }

  // The stage of every firm in every month, one array a month.
  staged() {
    const { start, month, firm, stage } = this.reel;
    const now = Uint8Array.from(start, Number), frames = [now.slice()];
    let k = 0;
    for (let m = 1; m <= this.film.months; m++) {
      for (; k < month.length && month[k] <= m; k++) now[firm[k]] = stage.charCodeAt(k) - 48;
      frames.push(now.slice());
    }
    return frames;
  }

  at(month) {
    this.month = month;
    this.draw();
  }

  scale() {
    const places = this.film.places, firms = this.film.firms;
    const x0 = Math.min(...firms.x), x1 = Math.max(...firms.x), y0 = Math.min(...firms.y), y1 = Math.max(...firms.y);
    const left = Math.min(x0, ...places.map((p) => p.x)), right = Math.max(x1, ...places.map((p) => p.x + p.side));
    const low = Math.min(y0, ...places.map((p) => p.y)), high = Math.max(y1, ...places.map((p) => p.y + p.side));
    const width = this.canvas.clientWidth, wide = right - left, tall = high - low;
    const per = (width - 2 * PAD) / wide;
    const height = Math.min(520, Math.max(150, tall * per + 2 * PAD));
    const fit = Math.min(per, (height - 2 * PAD) / tall);
    const shift = (width - wide * fit) / 2;
    return { width, height, fit, x: (v) => shift + (v - left) * fit, y: (v) => height - PAD - (v - low) * fit };
  }

  open(month) {
    return this.reel.exchanges.filter((row) => row[3] <= month && (row[4] === -1 || month < row[4]));
  }

  draw() {
    if (!this.reel || !this.canvas.clientWidth) return;
    const month = Math.min(this.month ?? this.film.months, this.film.months);
    const at = (this.placed = this.scale()), dense = window.devicePixelRatio || 1;
    this.canvas.style.height = `${at.height}px`;
    this.canvas.width = at.width * dense;
    this.canvas.height = at.height * dense;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    this.squares(pen, at);
    const stages = this.frames[month], { x, y } = this.film.firms, open = this.open(month);
    const small = stages.length > 1500 || this.film.places.length > 1 ? 1.5 : 2.1;
    for (let stage = 0; stage < this.colours.stages.length; stage++) {
      pen.fillStyle = this.colours.stages[stage][1];
      pen.beginPath();
      for (let k = 0; k < stages.length; k++) {
        if (stages[k] !== stage) continue;
        const size = stage === 4 ? small + 1.6 : small;
        pen.moveTo(at.x(x[k]) + size, at.y(y[k]));
        pen.arc(at.x(x[k]), at.y(y[k]), size, 0, 7);
      }
      pen.fill();
    }
    for (const row of open) this.arc(pen, at, row, month);
    this.say(stages, open, month);
  }

  squares(pen, at) {
    pen.strokeStyle = hue("--faint");
    pen.fillStyle = hue("--quiet");
    pen.font = "11px system-ui, sans-serif";
    if (this.film.places.length < 2) return;
    for (const place of this.film.places) {
      pen.strokeRect(at.x(place.x), at.y(place.y + place.side), place.side * at.fit, place.side * at.fit);
      pen.fillText(place.name.replaceAll("_", " "), at.x(place.x) + 2, at.y(place.y + place.side) - 3);
    }
  }

  arc(pen, at, [donor, receiver, good, since], month) {
    const { x, y } = this.film.firms;
    const x1 = at.x(x[donor]), y1 = at.y(y[donor]), x2 = at.x(x[receiver]), y2 = at.y(y[receiver]);
    pen.strokeStyle = this.colours.streams[good][2];
    pen.lineWidth = month - since < 3 ? 3 : 1.6;
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.quadraticCurveTo((x1 + x2) / 2 - 0.15 * (y2 - y1), (y1 + y2) / 2 + 0.15 * (x2 - x1), x2, y2);
    pen.stroke();
  }

  say(stages, open, month) {
    const firms = stages.reduce((sum, stage) => sum + (stage === 4), 0);
    this.caption.textContent = `${this.title}: ${firms} firms, ${open.length} exchanges`;
    this.canvas.setAttribute("aria-label",
      `Map. ${this.title}, month ${month}: ${firms} of ${stages.length} firms exchange, ${open.length} exchanges in operation.`);
    this.streams = new Set(open.map((row) => row[2]));
  }

  // The firm next to a point of the canvas, in words.
  firmAt(left, top) {
    if (!this.reel || !this.placed) return "";
    const { x, y, who } = this.film.firms, at = this.placed;
    let best = -1, nearest = 144;
    for (let k = 0; k < x.length; k++) {
      const away = (at.x(x[k]) - left) ** 2 + (at.y(y[k]) - top) ** 2;
      if (away < nearest) [best, nearest] = [k, away];
    }
    if (best < 0) return "";
    const month = Math.min(this.month ?? this.film.months, this.film.months);
    const words = this.colours.stages[this.frames[month][best]][0];
    const own = this.open(month).filter((row) => row[0] === best || row[1] === best);
    const told = own.map((row) => (row[0] === best ? "gives " : "takes ") + this.colours.streams[row[2]][1]);
    return `Firm ${best}: ${who[best]}; ${words}${told.length ? "; " + told.join(", ") : ""}.`;
  }
}
