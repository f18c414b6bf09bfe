/* SPDX-License-Identifier: Apache-2.0 */
"use strict";

/*
 * What of a lineage is to be seen: all of it but what is behind collapsed
 * boxes, and with many alike in one box. Nothing here knows a document.
 */

/* So many boxes that differ in their names alone become one. */
const ALIKE = 6;

class Lineage {
  constructor(answer) {
    this.vertices = answer.Vertices;
    this.edges = answer.Edges;
    this.out = this.vertices.map(() => []);
    this.into = this.vertices.map(() => []);
    this.edges.forEach((edge, i) => {
      this.out[edge.Source].push(i);
      this.into[edge.Destination].push(i);
    });
    this.collapsed = new Set();
    this.opened = new Set(); /* names of boxes of many */
    this.loose = [];
    const reached = this.reach();
    this.vertices.forEach((_, i) => {
      if (!reached.has(i)) {
        this.loose.push(i);
      }
    });
  }

  beside(at) {
    return this.out[at].map((e) => this.edges[e].Destination)
      .concat(this.into[at].map((e) => this.edges[e].Source));
  }

  /* What can be come to from the start without passing a collapsed one. */
  reach() {
    const seen = new Set([0].concat(this.loose));
    for (const at of seen) {
      if (at !== 0 && this.collapsed.has(at)) {
        continue;
      }
      for (const next of this.beside(at)) {
        seen.add(next);
      }
    }
    return seen;
  }

  /* How many a collapsed one hides, others' hidden ones included. */
  hiddenBehind(at, reached) {
    const seen = new Set([at]);
    for (const i of seen) {
      for (const next of this.beside(i)) {
        if (!reached.has(next)) {
          seen.add(next);
        }
      }
    }
    return seen.size - 1;
  }

  canCollapse(at) {
    return at !== 0 && this.beside(at).length > 1;
  }

  toggle(at) {
    if (this.collapsed.has(at)) {
      this.collapsed.delete(at);
    } else if (this.canCollapse(at)) {
      this.collapsed.add(at);
    }
  }

  /* What two boxes have in common that may share one; "": no other can. */
  likeness(at, reached) {
    const ends = this.out[at].length + this.into[at].length;
    if (at === 0 || this.collapsed.has(at) || ends === 0 || ends > 3) {
      return "";
    }
    const ties = this.out[at].map((e) => [">", this.edges[e].Destination, e])
      .concat(this.into[at].map((e) => ["<", this.edges[e].Source, e]))
      .filter(([, other]) => reached.has(other))
      .map(([way, other, e]) => way + other + (this.edges[e].Label || ""));
    return [this.vertices[at].Type].concat(ties.sort()).join("\n");
  }

  bundles(reached) {
    const groups = new Map();
    for (const at of reached) {
      const name = this.likeness(at, reached);
      if (name) {
        groups.set(name, (groups.get(name) || []).concat(at));
      }
    }
    const bundles = new Map();
    for (const [name, members] of groups) {
      if (members.length >= ALIKE && !this.opened.has(name)) {
        bundles.set(name, members);
      }
    }
    return bundles;
  }

  /* Boxes: {at} or {name, members}; edges between them, by their numbers. */
  view() {
    const reached = this.reach();
    const boxes = [];
    const box = new Map(); /* of a vertex */
    for (const [name, members] of this.bundles(reached)) {
      members.forEach((at) => box.set(at, boxes.length));
      boxes.push({ name, members });
    }
    for (const at of Array.from(reached).sort((a, b) => a - b)) {
      if (!box.has(at)) {
        box.set(at, boxes.length);
        const hides = this.collapsed.has(at)
          ? this.hiddenBehind(at, reached) : 0;
        boxes.push({ at, hides });
      }
    }
    const known = new Set();
    const edges = [];
    for (const edge of this.edges) {
      const from = box.get(edge.Source);
      const to = box.get(edge.Destination);
      const name = from + ">" + to;
      if (from === undefined || to === undefined || known.has(name)) {
        continue;
      }
      known.add(name);
      edges.push({ from, to, edge });
    }
    return { boxes, edges, box };
  }

  /* Opens whatever hides a vertex. */
  uncover(at) {
    for (const other of Array.from(this.collapsed)) {
      if (this.reach().has(at)) {
        break;
      }
      this.collapsed.delete(other);
    }
    for (const [name, members] of this.bundles(this.reach())) {
      if (members.includes(at)) {
        this.opened.add(name);
      }
    }
  }

  /* All that a vertex was made of and that became of it. */
  kin(at) {
    const kin = new Set([at]);
    for (const [list, end] of [[this.into, "Source"],
      [this.out, "Destination"]]) {
      const seen = new Set([at]);
      for (const i of seen) {
        for (const e of list[i]) {
          seen.add(this.edges[e][end]);
        }
      }
      seen.forEach((i) => kin.add(i));
    }
    return kin;
  }

  search(text) {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word);
    if (!words.length) {
      return [];
    }
    const found = [];
    this.vertices.forEach((vertex, i) => {
      vertex.haystack = vertex.haystack || [vertex.Name, vertex.Label[1], vertex.Arn,
        JSON.stringify(vertex.Entity)].join("\n").toLowerCase();
      if (words.every((word) => vertex.haystack.includes(word))) {
        found.push(i);
      }
    });
    /* Those whose names match come first. */
    const named = (i) => words.every((word) =>
      this.vertices[i].Name.toLowerCase().includes(word));
    return found.filter(named).concat(found.filter((i) => !named(i)));
  }
}
