// The flame graph: the calls, the threads' first functions at the top (partition.js).

const KINDS = ["java", "native", "stub", "mark"];
const KIND_NAMES = { java: "Java", native: "native", stub: "JVM stub", mark: "remark" };
const CHARACTER = 7.25;

function weightOf(weight) {
  return profile.unit === "MiB" ? (weight / 1048576).toFixed(1) + " MiB" : (weight / 1e9).toFixed(2) + " s";
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

class FlameGraph extends PartitionChart {
  constructor(canvas) {
    super(canvas, "flame", callsOf(report));
  }

  get title() { return "Flame graph"; }
  get about() {
    return "Calls by weight, the threads' first functions at the top. The arrow keys walk through it, and the line above describes the " +
      "chosen frame; the tables below have its figures.";
  }
  get row() { return 19; }
  get words() { return ["frame", "frames"]; }
  order(a, b) { return d3.ascending(a.data.name, b.data.name); }
  boxClass(frame) { return `call k-${frame.data.kind}`; }
  amount(value) { return secondsOf(value); }
  searched(frame) { return `${frame.data.name} ${frame.data.place}`; }

  label(frame, room) {
    const text = labelOf(frame), most = Math.floor(room / CHARACTER);
    return text.length <= most ? text : most < 4 ? "" : text.slice(0, most - 1) + "…";
  }

  text(frame) {
    const { name, place, kind, self } = frame.data, all = this.root.value;
    const where = frame === this.root ? "" : ` (${[place, KIND_NAMES[kind]].filter(Boolean).join(", ")})`;
    this.about.textContent = `${name}${where}: ${shareOf(frame.value, all)}, ${weightOf(frame.value)}` +
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
    this.matched.textContent = words ? `${shareOf(weight, this.root.value)} (${weightOf(weight)}) in ${this.matches.size.toLocaleString("en")} ${this.matches.size === 1 ? "frame" : "frames"}` : "";
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
