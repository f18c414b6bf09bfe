/* SPDX-License-Identifier: Apache-2.0 */
"use strict";

/*
 * The panel of details, in the API's words, and what keys and pointers do.
 */

/* The API's times are numbers of seconds. */
function showValue(parent, key, value) {
  if (Array.isArray(value) || (value && typeof value === "object")) {
    const members = Object.entries(value);
    if (!members.length) {
      parent.textContent = "–";
      return;
    }
    const list = make(parent, "dl");
    for (const [name, inner] of members) {
      make(list, "dt", {}, name);
      showValue(make(list, "dd"), name, inner);
    }
    return;
  }
  if (typeof value === "number" && /Time$/.test(key)) {
    const when = new Date(value * 1000);
    if (!Number.isNaN(when.getTime())) {
      parent.textContent = when.toISOString();
      return;
    }
  }
  parent.textContent = visible(value);
}

function showTies(view, panel, heading, edges, end) {
  if (!edges.length) {
    return;
  }
  make(panel, "h3", {}, `${heading} (${edges.length})`);
  const list = make(panel, "ul");
  for (const i of edges) {
    const edge = view.lineage.edges[i];
    const at = edge[end];
    const vertex = view.lineage.vertices[at];
    const tie = edge.AssociationType || edge.Label;
    const button = make(make(list, "li"), "button", { type: "button" },
      `${vertex.Name} – ${vertex.Label[1]}${tie ? ` (${tie})` : ""}`);
    button.addEventListener("click", () => view.goTo(at));
  }
}

function showDetails(view, at) {
  const panel = element("details");
  if (at === null) {
    panel.replaceChildren();
    return;
  }
  const lineage = view.lineage;
  const vertex = lineage.vertices[at];
  panel.replaceChildren();
  make(panel, "h2", {}, vertex.Name);
  if (lineage.canCollapse(at) || lineage.collapsed.has(at)) {
    const button = make(panel, "button", { type: "button", id: "collapse" },
      lineage.collapsed.has(at) ? "Expand (c)" : "Collapse what is behind (c)");
    button.addEventListener("click", () => view.toggle(view.boxOf.get(at)));
  }
  make(panel, "h3", {}, vertex.Kind);
  showValue(panel, "", vertex.Entity);
  showTies(view, panel, "Comes from", lineage.into[at], "Source");
  showTies(view, panel, "Went into", lineage.out[at], "Destination");
  panel.scrollTop = 0;
}

function boxUnder(event) {
  const node = event.target.closest ? event.target.closest(".box") : null;
  return node ? Number(node.dataset.box) : -1;
}

function listenToPointers(view) {
  const canvas = view.canvas;
  let grip = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button === 0) {
      grip = { x: event.clientX, y: event.clientY, moved: false,
        box: boxUnder(event) };
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!grip) {
      return;
    }
    const dx = event.clientX - grip.x;
    const dy = event.clientY - grip.y;
    if (!grip.moved && Math.abs(dx) + Math.abs(dy) < 5) {
      return;
    }
    if (!grip.moved) {
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add("dragged");
    }
    grip = { x: event.clientX, y: event.clientY, moved: true, box: grip.box };
    view.at.x += dx;
    view.at.y += dy;
    view.move();
  });
  const release = () => {
    canvas.classList.remove("dragged");
    grip = null;
  };
  canvas.addEventListener("pointerup", () => {
    const done = grip;
    release();
    if (done && !done.moved) {
      if (done.box >= 0) {
        view.activate(done.box);
      } else {
        view.choose(null);
      }
    }
  });
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("dblclick", (event) => {
    if (boxUnder(event) >= 0) {
      view.toggle(boxUnder(event));
    }
  });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const rect = canvas.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 30 : 1;
    view.zoom(Math.exp(-event.deltaY * lines / 500), event.clientX - rect.left,
      event.clientY - rect.top);
  }, { passive: false });
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1],
  ArrowDown: [0, 1] };

/* Keys that mean something wherever the focus is, but in the search. */
function keyOf(view, event) {
  const keys = {
    "/": () => element("search").focus(),
    "+": () => view.zoom(1.25),
    "=": () => view.zoom(1.25),
    "-": () => view.zoom(0.8),
    0: () => view.fit(),
    h: () => view.goTo(0),
    c: () => view.toggle(view.focused),
    Escape: () => view.choose(null),
  };
  return Object.hasOwn(keys, event.key) ? keys[event.key] : null;
}

function listenToKeys(view) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey ||
        event.target === element("search")) {
      return;
    }
    const action = keyOf(view, event);
    if (action) {
      event.preventDefault();
      action();
    }
  });
  view.canvas.addEventListener("keydown", (event) => {
    const arrow = ARROWS[event.key];
    const i = boxUnder(event);
    if (i < 0 || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      view.activate(i);
    } else if (arrow) {
      event.preventDefault();
      const next = view.neighbour(i, arrow[0], arrow[1]);
      if (next >= 0) {
        view.focus(next);
      }
    }
  });
  const search = element("search");
  search.addEventListener("input", () => view.search(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault();
      view.nextFound(event.shiftKey ? -1 : 1);
    } else if (event.key === "Escape") {
      search.value = "";
      view.search("");
      view.focus(view.focused);
    }
  });
}

function start() {
  const answer = JSON.parse(element("lineage").textContent);
  element("title").textContent = visible(document.title);
  if (answer.Notices.length) {
    element("notice").textContent = visible(answer.Notices.join(". ") + ".");
    element("notice").hidden = false;
  }
  const view = new View(new Lineage(answer), element("canvas"));
  const click = (id, action) => element(id).addEventListener("click", action);
  click("smaller", () => view.zoom(0.8));
  click("larger", () => view.zoom(1.25));
  click("fit", () => view.fit());
  click("home", () => view.goTo(0));
  listenToPointers(view);
  listenToKeys(view);
  /* For tests: when all this was done, in milliseconds since the page began
     to load. */
  document.documentElement.dataset.ready = String(Math.ceil(performance.now()));
}

start();
