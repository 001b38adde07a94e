// The flame graph of a change: each call is as wide as its bytes of both runs together, so that what is gone has its place, too.

// Bytes a second.
function rateOf(bytes) {
  return bytes >= MEBIBYTE / 10 ? `${(bytes / MEBIBYTE).toFixed(1)} MiB/s` : `${(bytes / 1024).toFixed(1)} KiB/s`;
}

// {name, place, kind, children, self, before, after, reach, certain}: the first node is the root.
function changesOf({ functions, nodes }) {
  const made = nodes.map(([, number, self, before, after, reach, certain], i) => {
    const [name, place, kind] = i === 0 ? ["all threads", "", 3] : functions[number];
    return { name, place, kind: KINDS[kind], self, before, after, reach, certain, children: [] };
  });
  nodes.forEach(([parent], i) => { if (i > 0) made[parent].children.push(made[i]); });
  return made[0];
}

class ChangeFlame extends FlameGraph {
  get title() { return "Flame graph of the change"; }
  get about() {
    return "Calls by their bytes of both runs, coloured by what has grown or shrunk by more than its interval. The arrow keys walk " +
      "through it, and the line above describes the chosen frame; the tables have its figures.";
  }
  amount(value) { return `${rateOf(value)} in both runs together`; }

  boxClass(frame) {
    const { before, after, certain } = frame.data;
    if (!certain) return "call k-same";
    const much = Math.abs(after - before) >= 0.5 * Math.max(after, before);
    return `call ${after > before ? "k-grown" : "k-shrunk"}${much ? " much" : ""}`;
  }

  label(frame, room) {
    const { before, after, certain } = frame.data;
    const text = (certain ? (after > before ? "▲ " : "▼ ") : "") + labelOf(frame), most = Math.floor(room / CHARACTER);
    return text.length <= most ? text : most < 4 ? "" : text.slice(0, most - 1) + "…";
  }

  text(frame) {
    const { name, place, kind, before, after, reach, certain } = frame.data;
    const where = frame === this.root ? "" : ` (${[place, KIND_NAMES[kind]].filter(Boolean).join(", ")})`;
    const change = `${after < before ? "-" : "+"}${rateOf(Math.abs(after - before))}`;
    return `${name}${where}: ${rateOf(before)} before, ${rateOf(after)} after: ` + (certain ? `${change} (± ${rateOf(reach)})`
      : reach === null ? "the change is not known" : `no change beyond the interval (± ${rateOf(reach)})`);
  }
}
