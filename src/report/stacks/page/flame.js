// The flame graph: d3's partition of the calls, the threads' first functions at the top. A click or Enter shows a frame and what it calls
// in full width; the arrow keys walk from frame to frame.

const profile = JSON.parse(document.getElementById("data").textContent);
const KINDS = ["java", "native", "stub", "mark"];
const KIND_NAMES = { java: "Java", native: "native", stub: "JVM stub", mark: "remark" };
const ROW = 19, CHARACTER = 7.25;

function secondsOf(nanoseconds) {
  return (nanoseconds / 1e9).toFixed(2) + " s";
}

function shareOf(part, whole) {
  const percent = whole > 0 ? 100 * part / whole : 0;
  return (part > 0 && percent < 0.05 ? "<0.1" : percent.toFixed(1)) + " %";
}

// {name, place, kind, children, self, samples}: the first node is the root.
function callsOf({ functions, nodes }) {
  const made = nodes.map(([, number, self, samples], i) => {
    const [name, place, kind] = i === 0 ? ["all threads", "", 3] : functions[number];
    return { name, place, kind: KINDS[kind], self, samples, children: [] };
  });
  nodes.forEach(([parent], i) => { if (i > 0) made[parent].children.push(made[i]); });
  return made[0];
}

function labelOf(frame) {
  const { name, place, kind } = frame.data;
  return kind === "native" && place && !name.startsWith(place) ? `${name} (${place})` : kind === "stub" ? `${name} (stub)` : name;
}

// What d3 calls a listener with: up to release 5 the datum and its number, from 6 on the event and the datum.
function frameOf(first, second) {
  return second?.data ? second : first;
}

class FlameGraph {
  constructor(canvas) {
    this.canvas = canvas;
    this.root = d3.hierarchy(callsOf(profile)).sum((call) => call.self)
      .sort((a, b) => d3.ascending(a.data.name, b.data.name));
    d3.partition()(this.root);
    this.zoomed = this.chosen = this.root;
    this.matches = new Set();
    this.width = 0;
    this.svg = d3.select(canvas).append("svg").attr("role", "img").attr("aria-labelledby", "flame-title flame-text");
    this.svg.append("title").attr("id", "flame-title").text("Flame graph");
    this.svg.append("desc").attr("id", "flame-text")
      .text("Calls by weight, the threads' first functions at the top. The arrow keys walk through it, and the line above describes the chosen frame; the tables below have its figures.");
    this.frames = this.svg.append("g").attr("aria-hidden", "true");
    this.about = document.getElementById("flame-about");
    this.addTools(document.querySelector(".flame-tools"));
    this.search.addEventListener("input", () => this.find(this.search.value));
    this.reset.addEventListener("click", () => this.zoom(this.root));
    canvas.addEventListener("keydown", (event) => this.press(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input")) return;
      event.preventDefault();
      this.search.focus();
    });
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.search.value = "";
      this.find("");
      this.canvas.focus();
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
    this.draw();
    this.choose(this.root);
  }

  addTools(tools) {
    this.search = element("input", { type: "search", id: "flame-search", autocomplete: "off", spellcheck: false });
    this.matched = element("output", { id: "flame-matched", for: "flame-search" });
    this.reset = element("button", { type: "button", id: "flame-reset", textContent: "Show all", disabled: true });
    tools.append(element("label", { for: "flame-search" }, "Search", this.search), this.matched, this.reset);
  }

  // Ancestors of what is zoomed at fill the width above it.
  place(frame) {
    const { x0, x1 } = this.zoomed, span = x1 - x0 || 1;
    const begin = Math.max(0, (frame.x0 - x0) / span), end = Math.min(1, (frame.x1 - x0) / span);
    return { x: begin * this.width, width: (end - begin) * this.width };
  }

  visible() {
    const { x0, x1 } = this.zoomed;
    const least = (x1 - x0) / Math.max(1, this.width) * 0.8;
    const found = [];
    const take = (frame) => {
      if (frame.x1 <= x0 || frame.x0 >= x1 || frame.x1 - frame.x0 < least) return;
      found.push(frame);
      frame.children?.forEach(take);
    };
    take(this.root);
    return found;
  }

  draw() {
    const width = Math.floor(this.canvas.clientWidth);
    if (width < 100) return;
    this.width = width;
    const frames = this.visible();
    const height = (d3.max(frames, (frame) => frame.depth) + 1) * ROW + 1;
    this.svg.attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height);
    const groups = this.frames.selectAll("g").data(frames, (frame) => frame.number ??= ++FlameGraph.numbered)
      .join((enter) => {
        const group = enter.append("g");
        group.append("rect").attr("height", ROW - 1).attr("rx", 1.5);
        group.append("text").attr("x", 4).attr("y", 13.5);
        group.on("click", (first, second) => this.zoom(frameOf(first, second)))
          .on("pointerenter", (first, second) => this.describe(frameOf(first, second)))
          .on("pointerleave", () => this.describe(this.chosen));
        return group;
      });
    groups.attr("class", (frame) => `call k-${frame.data.kind}`)
      .classed("matches", (frame) => this.matches.has(frame))
      .classed("above", (frame) => frame.depth < this.zoomed.depth)
      .classed("chosen", (frame) => frame === this.chosen)
      .attr("transform", (frame) => `translate(${this.place(frame).x.toFixed(2)},${frame.depth * ROW})`);
    groups.select("rect").attr("width", (frame) => Math.max(0.7, this.place(frame).width - 0.6));
    groups.select("text").text((frame) => this.cut(labelOf(frame), this.place(frame).width - 8));
  }

  cut(text, room) {
    const most = Math.floor(room / CHARACTER);
    return text.length <= most ? text : most < 4 ? "" : text.slice(0, most - 1) + "…";
  }

  describe(frame) {
    const { name, place, kind, self } = frame.data, all = this.root.value;
    const where = frame === this.root ? "" : ` (${[place, KIND_NAMES[kind]].filter(Boolean).join(", ")})`;
    this.about.textContent = `${name}${where}: ${shareOf(frame.value, all)}, ${secondsOf(frame.value)}` +
      (frame === this.root ? "" : `; self ${shareOf(self, all)}`) +
      (this.zoomed === this.root || frame.depth < this.zoomed.depth ? "" : `; ${shareOf(frame.value, this.zoomed.value)} of ${this.zoomed.data.name}`);
  }

  choose(frame) {
    this.chosen = frame;
    this.frames.selectAll("g").classed("chosen", (other) => other === frame);
    this.describe(frame);
  }

  zoom(frame) {
    this.zoomed = frame;
    this.reset.disabled = frame === this.root;
    this.chosen = frame;
    this.draw();
    this.describe(frame);
  }

  // What matches below a match is part of it already, and counts once.
  find(text) {
    const words = text.trim().toLowerCase();
    this.matches = new Set();
    let weight = 0;
    const look = (frame, inside) => {
      const match = frame !== this.root && (frame.data.name + " " + frame.data.place).toLowerCase().includes(words);
      if (match) this.matches.add(frame);
      if (match && !inside) weight += frame.value;
      frame.children?.forEach((child) => look(child, inside || match));
    };
    if (words) look(this.root, false);
    this.matched.textContent = words ? `${shareOf(weight, this.root.value)} (${secondsOf(weight)}) in ${this.matches.size.toLocaleString("en")} ${this.matches.size === 1 ? "frame" : "frames"}` : "";
    this.canvas.classList.toggle("searching", Boolean(words));
    this.draw();
  }

  // From the chosen frame: up to its caller, down to its heaviest callee, left and right to its neighbours.
  next(key) {
    const frame = this.chosen;
    if (key === "ArrowUp") return frame.parent;
    if (key === "ArrowDown") return frame.children?.reduce((best, child) => (child.value > best.value ? child : best));
    const beside = frame.parent?.children ?? [];
    return beside[beside.indexOf(frame) + (key === "ArrowRight" ? 1 : -1)];
  }

  press(event) {
    if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const next = this.next(event.key);
      if (!next) return;
      if (next.depth < this.zoomed.depth) this.zoom(next);
      this.choose(next);
    } else if (event.key === "Enter") {
      this.zoom(this.chosen);
    } else if (event.key === "Escape") {
      this.zoom(this.root);
    }
  }
}
FlameGraph.numbered = 0;
