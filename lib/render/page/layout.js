/* SPDX-License-Identifier: Apache-2.0 */
"use strict";

/*
 * Places boxes in columns so that edges go from left to right. What is passed
 * and answered is plain: n boxes, edges as pairs of their numbers, and the
 * height of each; nothing here knows a document.
 */

const COLUMN = 320;
const GAP = 14;
/* Bends are worth their time only as long as there are few. */
const MOST_BENDS = 6000;

function neighbours(n, edges) {
  const out = Array.from({ length: n }, () => []);
  const into = Array.from({ length: n }, () => []);
  for (const [from, to] of edges) {
    out[from].push(to);
    into[to].push(from);
  }
  return { out, into };
}

/* The edges with those turned round that would close a circle. */
function withoutCircles(n, edges) {
  const { out } = neighbours(n, edges);
  const state = new Uint8Array(n); /* 1: on the way, 2: done */
  const back = new Set();
  for (let root = 0; root < n; root++) {
    if (state[root]) {
      continue;
    }
    const way = [{ at: root, next: 0 }];
    state[root] = 1;
    while (way.length) {
      const top = way[way.length - 1];
      if (top.next === out[top.at].length) {
        state[top.at] = 2;
        way.pop();
        continue;
      }
      const to = out[top.at][top.next++];
      if (state[to] === 1) {
        back.add(top.at * n + to);
      } else if (!state[to]) {
        state[to] = 1;
        way.push({ at: to, next: 0 });
      }
    }
  }
  return edges
    .filter(([from, to]) => from !== to)
    .map(([from, to]) => (back.has(from * n + to) ? [to, from] : [from, to]));
}

/* The column of each: behind all that it comes from. */
function columnsOf(n, edges) {
  const { out, into } = neighbours(n, edges);
  const column = new Int32Array(n);
  const waits = into.map((list) => list.length);
  const order = [];
  for (let i = 0; i < n; i++) {
    if (!waits[i]) {
      order.push(i);
    }
  }
  for (let i = 0; i < order.length; i++) {
    for (const to of out[order[i]]) {
      column[to] = Math.max(column[to], column[order[i]] + 1);
      if (--waits[to] === 0) {
        order.push(to);
      }
    }
  }
  /* What comes from nothing stands next to what it is for. */
  for (const i of order.reverse()) {
    if (!into[i].length && out[i].length) {
      column[i] = Math.min(...out[i].map((to) => column[to])) - 1;
    }
  }
  return column;
}

/* Chains of points for edges that pass columns by. */
function bend(n, edges, column) {
  let points = n;
  const columns = Array.from(column);
  const short = [];
  let bends = 0;
  for (const [from, to] of edges) {
    bends += Math.max(0, column[to] - column[from] - 1);
  }
  const chains = edges.map(([from, to]) => {
    const chain = [from];
    for (let c = column[from] + 1; c < column[to] && bends <= MOST_BENDS; c++) {
      columns.push(c);
      chain.push(points++);
    }
    chain.push(to);
    for (let i = 1; i < chain.length; i++) {
      short.push([chain[i - 1], chain[i]]);
    }
    return chain;
  });
  return { chains, short, columns };
}

function mean(list, value) {
  let sum = 0;
  for (const i of list) {
    sum += value[i];
  }
  return sum / list.length;
}

/* Orders the columns so that neighbours are near each other. */
function arrange(layers, near) {
  const place = [];
  const settle = (layer) => layer.forEach((i, at) => { place[i] = at; });
  layers.forEach(settle);
  for (let round = 0; round < 12; round++) {
    const rightwards = round % 2 === 0;
    const list = rightwards ? near.into : near.out;
    const all = rightwards ? layers : layers.slice().reverse();
    for (const layer of all) {
      const wish = new Map(layer.map((i) =>
        [i, list[i].length ? mean(list[i], place) : place[i]]));
      layer.sort((a, b) => wish.get(a) - wish.get(b) || place[a] - place[b]);
      settle(layer);
    }
  }
}

/*
 * Heights in a column: each as near to its wish as the order and the gaps
 * allow. Boxes that would overlap form blocks, which take the mean wish.
 */
function stack(layer, wish, height) {
  const blocks = [];
  for (const i of layer) {
    let block = { at: wish[i] - height[i] / 2, weight: 1, size: height[i] + GAP,
      items: [i] };
    let last = blocks[blocks.length - 1];
    while (last && last.at + last.size > block.at) {
      const weight = last.weight + block.weight;
      block = {
        at: (last.at * last.weight + (block.at - last.size) * block.weight) /
          weight,
        weight,
        size: last.size + block.size,
        items: last.items.concat(block.items),
      };
      blocks.pop();
      last = blocks[blocks.length - 1];
    }
    blocks.push(block);
  }
  const y = new Map();
  for (const block of blocks) {
    let at = block.at;
    for (const i of block.items) {
      y.set(i, at + height[i] / 2);
      at += height[i] + GAP;
    }
  }
  return y;
}

/*
 * Centres of the boxes, and for each edge the points it goes through, in the
 * direction it has: {x: [], y: [], ways: [[[x, y], …], …]}.
 */
function layeredLayout(n, edges, heights) {
  const straight = withoutCircles(n, edges);
  const column = columnsOf(n, straight);
  const { chains, short, columns } = bend(n, straight, column);
  const total = columns.length;
  const least = columns.reduce((a, b) => Math.min(a, b), 0);
  const height = heights.concat(new Array(total - n).fill(4));
  const layers = [];
  for (let i = 0; i < total; i++) {
    const c = columns[i] - least;
    (layers[c] = layers[c] || []).push(i);
  }
  for (let c = 0; c < layers.length; c++) {
    layers[c] = layers[c] || [];
  }
  const near = neighbours(total, short);
  arrange(layers, near);
  const y = new Float64Array(total);
  for (const layer of layers) {
    stack(layer, y, height).forEach((at, i) => { y[i] = at; });
  }
  for (let round = 0; round < 8; round++) {
    const all = round % 2 ? layers.slice().reverse() : layers;
    for (const layer of all) {
      const wish = Float64Array.from(y);
      for (const i of layer) {
        const list = round % 2 ? near.out[i] : near.into[i];
        if (list.length) {
          wish[i] = mean(list, y);
        }
      }
      stack(layer, wish, height).forEach((at, i) => { y[i] = at; });
    }
  }
  const x = columns.map((c) => (c - least) * COLUMN);
  const ways = [];
  let next = 0;
  for (const [from, to] of edges) {
    if (from === to) {
      ways.push([[x[from], y[from]], [x[from], y[from]]]);
      continue;
    }
    const way = chains[next++].map((i) => [x[i], y[i]]);
    const turned = way[0][0] !== x[from] || way[0][1] !== y[from];
    ways.push(turned ? way.reverse() : way);
  }
  return { x: x.slice(0, n), y: Array.from(y.slice(0, n)), ways };
}
