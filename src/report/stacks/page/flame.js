// The flame graph: the calls, the threads' first functions at the top (partition.js).

const KINDS = ["java", "native", "stub", "mark"];
const KIND_NAMES = { java: "Java", native: "native", stub: "JVM stub", mark: "remark" };
const CHARACTER = 7.25;

// Time in nanoseconds, or, of allocations, bytes.
function weightOf(weight) {
  return report.unit === "MiB" ? `${(weight / MEBIBYTE).toFixed(1)} MiB` : `${(weight / 1e9).toFixed(2)} s`;
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
    super(canvas, "flame", report.changes ? changesOf(report) : callsOf(report));
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
  amount(value) { return weightOf(value); }
  searched(frame) { return `${frame.data.name} ${frame.data.place}`; }

  label(frame, room) {
    const text = labelOf(frame), most = Math.floor(room / CHARACTER);
    return text.length <= most ? text : most < 4 ? "" : text.slice(0, most - 1) + "…";
  }

  text(frame) {
    const { name, place, kind, self } = frame.data, all = this.root.value;
    const where = frame === this.root ? "" : ` (${[place, KIND_NAMES[kind]].filter(Boolean).join(", ")})`;
    return `${name}${where}: ${shareOf(frame.value, all)}, ${weightOf(frame.value)}` +
      (frame === this.root ? "" : `; self ${shareOf(self, all)}`) +
      (this.zoomed === this.root || frame.depth < this.zoomed.depth ? "" : `; ${shareOf(frame.value, this.zoomed.value)} of ${this.zoomed.data.name}`);
  }
}
