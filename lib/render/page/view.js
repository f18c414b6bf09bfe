/* SPDX-License-Identifier: Apache-2.0 */
"use strict";

/*
 * The picture and what can be done with it. Text comes into the document as
 * text alone (textContent, attributes that hold no code), whatever it is.
 */

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 236;
const HEIGHT = 62;
const FURTHEST = 0.02;
const NEAREST = 3;

const element = (id) => document.getElementById(id);

/* Characters that cannot be seen, or that turn the direction of writing. */
function visible(text) {
  return String(text).replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

function make(parent, name, attributes, text) {
  const svg = parent.namespaceURI === SVG;
  const node = svg ? document.createElementNS(SVG, name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    node.setAttribute(key, value);
  }
  if (text !== undefined) {
    node.textContent = visible(text);
  }
  parent.appendChild(node);
  return node;
}

class View {
  constructor(lineage, canvas) {
    this.lineage = lineage;
    this.canvas = canvas;
    this.scene = element("scene");
    this.at = { x: 0, y: 0, k: 1 };
    this.chosen = null; /* a vertex */
    this.focused = 0; /* a box */
    this.found = [];
    this.draw();
    this.begin();
  }

  draw() {
    const view = this.lineage.view();
    this.boxes = view.boxes;
    this.edges = view.edges;
    this.boxOf = view.box;
    this.layout = layeredLayout(this.boxes.length,
      this.edges.map((edge) => [edge.from, edge.to]),
      this.boxes.map(() => HEIGHT));
    const lines = document.createDocumentFragment();
    const boxes = document.createDocumentFragment();
    this.lines = this.edges.map((edge, i) => this.drawEdge(lines, edge, i));
    this.nodes = this.boxes.map((box, i) => this.drawBox(boxes, box, i));
    element("lines").replaceChildren(lines);
    element("boxes").replaceChildren(boxes);
    this.focused = Math.min(this.focused, this.boxes.length - 1);
    this.mark();
  }

  drawEdge(parent, edge, i) {
    const node = document.createElementNS(SVG, "g");
    node.setAttribute("class", edge.edge.Through ? "edge through" : "edge");
    const way = this.layout.ways[i];
    const half = WIDTH / 2;
    let [x, y] = [way[0][0] + half, way[0][1]];
    let path = `M${x} ${y}`;
    for (const [toX, toY] of way.slice(1)) {
      const last = toX === way[way.length - 1][0];
      const end = last ? toX - half : toX;
      const bow = Math.max(30, Math.abs(end - x) / 2);
      path += `C${x + bow} ${y} ${end - bow} ${toY} ${end} ${toY}`;
      [x, y] = [end, toY];
    }
    make(node, "path", { d: path, "marker-end": "url(#tip)" });
    if (edge.edge.Label) {
      const [a, b] = [way[0], way[1]];
      make(node, "text", { x: (a[0] + b[0]) / 2, y: (a[1] + b[1]) / 2 - 3 },
        edge.edge.Label);
    }
    parent.appendChild(node);
    return node;
  }

  drawBox(parent, box, i) {
    const node = document.createElementNS(SVG, "g");
    const vertex = this.lineage.vertices[box.members ? box.members[0] : box.at];
    const lines = box.members
      ? [`${box.members.length} × ${vertex.Type}`, "alike but for their names",
        "Enter or click opens them"]
      : vertex.Label.slice();
    if (box.hides) {
      lines[2] = `+ ${box.hides} collapsed`;
    }
    node.setAttribute("class", ["box", vertex.Look,
      box.members || box.hides ? "many" : "",
      box.at === 0 ? "start" : ""].join(" ").trim());
    node.setAttribute("transform",
      `translate(${this.layout.x[i]} ${this.layout.y[i]})`);
    node.setAttribute("role", "button");
    node.setAttribute("tabindex", "-1");
    node.setAttribute("data-box", i);
    node.setAttribute("aria-label", visible(lines.join(", ")));
    const round = ["run", "action"].includes(vertex.Look) ? 14 : 3;
    make(node, "rect", { x: -WIDTH / 2, y: -HEIGHT / 2, width: WIDTH,
      height: HEIGHT, rx: round });
    const texts = make(node, "g", { "clip-path": "url(#inside)" });
    lines.forEach((line, n) => {
      const long = line.length > 24;
      make(texts, "text", { class: n ? "faint" : "name", y: n * 18 - 13,
        x: long ? 6 - WIDTH / 2 : 0, "text-anchor": long ? "start" : "middle" },
      line);
    });
    parent.appendChild(node);
    return node;
  }

  /* What is chosen, found and in reach of the Tab key. */
  mark() {
    const kin = this.chosen === null ? null : this.lineage.kin(this.chosen);
    const found = new Set(this.found.map((at) => this.boxOf.get(at)));
    const chosen = this.chosen === null ? -1 : this.boxOf.get(this.chosen);
    const related = this.boxes.map((box) => kin !== null &&
      (box.members ? box.members.some((at) => kin.has(at)) : kin.has(box.at)));
    this.canvas.classList.toggle("choosing", kin !== null);
    this.nodes.forEach((node, i) => {
      node.classList.toggle("kin", related[i]);
      node.classList.toggle("chosen", i === chosen);
      node.classList.toggle("found", found.has(i));
      node.setAttribute("aria-pressed", i === chosen);
      node.setAttribute("tabindex", i === this.focused ? "0" : "-1");
    });
    this.lines.forEach((line, i) => {
      line.classList.toggle("kin",
        related[this.edges[i].from] && related[this.edges[i].to]);
    });
  }

  move() {
    const { x, y, k } = this.at;
    this.scene.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
    this.canvas.classList.toggle("afar", k < 0.4);
  }

  size() {
    const rect = this.canvas.getBoundingClientRect();
    return { width: rect.width || 800, height: rect.height || 600 };
  }

  zoom(factor, x, y) {
    const size = this.size();
    const px = x === undefined ? size.width / 2 : x;
    const py = y === undefined ? size.height / 2 : y;
    const k = Math.min(NEAREST, Math.max(FURTHEST, this.at.k * factor));
    this.at.x = px - (px - this.at.x) * k / this.at.k;
    this.at.y = py - (py - this.at.y) * k / this.at.k;
    this.at.k = k;
    this.move();
  }

  fit() {
    const { width, height } = this.size();
    const xs = this.layout.x;
    const ys = this.layout.y;
    const low = (list) => list.reduce((a, b) => Math.min(a, b), Infinity);
    const high = (list) => list.reduce((a, b) => Math.max(a, b), -Infinity);
    const w = high(xs) - low(xs) + WIDTH + 40;
    const h = high(ys) - low(ys) + HEIGHT + 40;
    const k = Math.max(FURTHEST, Math.min(1.2, width / w, height / h));
    this.at = {
      k,
      x: width / 2 - (low(xs) + high(xs)) / 2 * k,
      y: height / 2 - (low(ys) + high(ys)) / 2 * k,
    };
    this.move();
  }

  centre(i) {
    const { width, height } = this.size();
    this.at.x = width / 2 - this.layout.x[i] * this.at.k;
    this.at.y = height / 2 - this.layout.y[i] * this.at.k;
    this.move();
  }

  /* All of it where that can be read, else the start of it. */
  begin() {
    this.fit();
    if (this.at.k < 0.55) {
      this.at.k = 0.8;
      this.centre(this.boxOf.get(0));
    }
  }

  isInSight(i) {
    const { width, height } = this.size();
    const x = this.layout.x[i] * this.at.k + this.at.x;
    const y = this.layout.y[i] * this.at.k + this.at.y;
    return x > 60 && y > 30 && x < width - 60 && y < height - 30;
  }

  focus(i) {
    this.focused = i;
    this.nodes.forEach((node, n) => {
      node.setAttribute("tabindex", n === i ? "0" : "-1");
    });
    this.nodes[i].focus({ preventScroll: true });
    if (this.at.k < 0.4) {
      this.at.k = 0.8;
      this.centre(i);
    } else if (!this.isInSight(i)) {
      this.centre(i);
    }
  }

  /* Keeps a vertex where it is on the screen while all is drawn anew. */
  redrawAround(at) {
    const before = this.boxOf.get(at);
    const x = this.layout.x[before];
    const y = this.layout.y[before];
    this.draw();
    const after = this.boxOf.get(at);
    this.at.x += (x - this.layout.x[after]) * this.at.k;
    this.at.y += (y - this.layout.y[after]) * this.at.k;
    this.move();
    this.focus(after);
  }

  choose(at) {
    if (at !== null && !this.boxOf.has(at)) {
      this.lineage.uncover(at);
      this.draw();
    }
    if (at !== null && this.boxes[this.boxOf.get(at)].members) {
      this.lineage.uncover(at);
      this.draw();
    }
    this.chosen = at;
    if (at !== null) {
      this.focused = this.boxOf.get(at);
    }
    this.mark();
    showDetails(this, at);
  }

  goTo(at) {
    this.choose(at);
    this.focus(this.boxOf.get(at));
  }

  activate(i) {
    const box = this.boxes[i];
    if (!box.members) {
      this.choose(box.at);
      this.focus(this.boxOf.get(box.at));
      return;
    }
    const first = box.members[0];
    this.lineage.opened.add(box.name);
    this.redrawAround(first);
  }

  toggle(i) {
    const box = this.boxes[i];
    if (box.members) {
      this.activate(i);
      return;
    }
    this.lineage.toggle(box.at);
    if (this.chosen !== null && !this.lineage.reach().has(this.chosen)) {
      this.chosen = null;
    }
    this.redrawAround(box.at);
    if (this.chosen !== null) {
      showDetails(this, this.chosen);
    }
  }

  /* The nearest box in a direction; along an edge when there is one. */
  neighbour(i, dx, dy) {
    const tied = new Set();
    for (const { from, to } of this.edges) {
      if (from === i || to === i) {
        tied.add(from === i ? to : from);
      }
    }
    let best = -1;
    let least = Infinity;
    for (let n = 0; n < this.boxes.length; n++) {
      const x = this.layout.x[n] - this.layout.x[i];
      const y = this.layout.y[n] - this.layout.y[i];
      const ahead = x * dx + y * dy;
      const aside = Math.abs(x * dy) + Math.abs(y * dx);
      if (n === i || ahead <= 1 || (dx && aside > ahead * 4 && !tied.has(n))) {
        continue;
      }
      const far = ahead + aside * 2 - (dx && tied.has(n) ? 1e6 : 0);
      if (far < least) {
        least = far;
        best = n;
      }
    }
    return best;
  }

  search(text) {
    this.found = this.lineage.search(text);
    this.foundAt = -1;
    this.mark();
    element("found").textContent = !text.trim() ? ""
      : this.found.length ? `${this.found.length} found` : "nothing found";
  }

  nextFound(step) {
    const n = this.found.length;
    if (!n) {
      return;
    }
    this.foundAt = (this.foundAt + step + n) % n;
    this.choose(this.found[this.foundAt]);
    const i = this.boxOf.get(this.found[this.foundAt]);
    this.at.k = Math.max(this.at.k, 0.8);
    this.centre(i);
    element("found").textContent = `${this.foundAt + 1} of ${n}`;
  }
}
