// The icicle: RSS, its owners, and what each consists of. What is zoomed at and searched for is in the page's address:
// "#in=native+malloc&in=libz.so.1&find=zlib".

// The nodes' parents come before them.
function nodesOf({ nodes, abouts }) {
  const made = nodes.map(([, name, family, bytes, remark, about, before]) =>
    ({ name, family, bytes, remark, about: abouts[about] ?? "", before: before ?? null, self: 0, children: [] }));
  nodes.forEach(([parent], i) => { if (i > 0) made[parent].children.push(made[i]); });
  for (const node of made) if (node.children.length === 0) node.self = node.bytes;
  return made[0];
}

// "a.b.Handle.peer" without its packages where it does not fit with them.
function shortName(name, room) {
  if (widthOf(name) <= room) return name;
  const [, simple] = /^(?:[a-z][\w$]*\.)+([A-Z][\w$]*(?:\.[\w$]+)?)$/.exec(name) ?? [];
  return cutTo(simple ?? name, room);
}

class Icicle extends PartitionChart {
  constructor(canvas) {
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "group");
    canvas.setAttribute("aria-label", "RSS by owner: arrow keys walk, Enter zooms, Escape shows all");
    canvas.before(element("div", { id: "icicle-tools", class: "part-tools" }));
    canvas.after(element("output", { id: "icicle-about", class: "part-about" }), element("p", { class: "keys hint" },
      "Keys: arrows walk from part to part, ", element("kbd", {}, "Enter"), " zooms, ", element("kbd", {}, "Esc"), " shows all, ",
      element("kbd", {}, "/"), " searches."));
    super(canvas, "icicle", nodesOf(report.icicle));
    addEventListener("hashchange", () => this.follow());
    this.follow();
  }

  get title() { return `RSS of ${mib(this.root.data.bytes)} MiB by owner, library, class or size`; }
  get about() {
    return "Each row splits the one above it. The arrow keys walk through it, and the text below describes the chosen part; " +
      "the list below has the same figures.";
  }
  get row() { return 30; }
  get words() { return ["part", "parts"]; }
  family(part) { return part.data.family; }
  boxClass(part) { return `f-${this.family(part)}`; }
  amount(value) { return `${mib(value)} MiB`; }
  found(value) { return `${this.amount(value)} (${shareOf(value, this.root.value)} of RSS)`; }
  searched(part) { return `${part.data.name} ${part.data.remark}`; }
  // The rows below what is zoomed at keep their place.
  depth() { return this.root.height; }

  enter(groups) {
    super.enter(groups);
    groups.insert("rect", "text").attr("class", "f edge").attr("y", this.row - 6).attr("height", 5);
    groups.insert("path", "text").attr("class", (part) => `over texture ${TEXTURES[this.family(part)] ?? ""}`);
    return groups;
  }

  // The length of the strip at the foot of a part.
  strip(part) {
    return Math.max(0.7, this.place(part).width - 0.6);
  }

  draw() {
    super.draw();
    const chart = this;
    this.boxes.selectAll("g.part").each(function (part) {
      const width = chart.strip(part);
      this.querySelector(".edge").setAttribute("width", width);
      this.querySelector(".over").setAttribute("d", textureLines(TEXTURES[chart.family(part)], 0, chart.row - 6, width, 5));
    });
  }

  label(part, room) {
    const { name } = part.data, size = this.amount(part.value);
    const both = `${name}  ${size}`;
    return widthOf(both) <= room ? both : shortName(name, room);
  }

  figures(part) {
    const all = this.root.value;
    const whole = part.parent && part.parent !== this.root ? `, ${shareOf(part.value, part.parent.value)} of ${part.parent.data.name}` : "";
    return `${part.data.name}: ${this.amount(part.value)}` + (part === this.root ? "" : `, ${shareOf(part.value, all)} of RSS${whole}`);
  }

  text(part) {
    const { name, remark, about } = part.data;
    return [this.figures(part) + (remark && remark !== name ? `; ${remark}` : "") + ".", about].filter(Boolean).join(" ");
  }

  describe(part) {
    const text = this.text(part), { about } = part.data;
    const head = about ? text.slice(0, text.length - about.length) : text;
    this.output.replaceChildren(element("strong", {}, head.slice(0, part.data.name.length)), head.slice(part.data.name.length), about);
  }

  zoom(part) {
    super.zoom(part);
    this.remember(true);
  }

  find(text) {
    super.find(text);
    this.remember(false);
  }

  hash() {
    const state = new URLSearchParams();
    for (const part of this.zoomed.ancestors().reverse().slice(1)) state.append("in", part.data.name);
    if (this.search.value.trim()) state.append("find", this.search.value.trim());
    return state.toString();
  }

  // A zoom is a step that the browser's Back undoes; the letters of a search are none. The part of the address behind "#" that leads to a
  // section stays as long as there is nothing to remember.
  remember(step) {
    const hash = this.hash();
    if (this.following || (!hash && !this.isOurs(location.hash)) || hash === location.hash.slice(1)) return;
    try {
      history[step ? "pushState" : "replaceState"](null, "", `#${hash}`);
    } catch {
      // A page within another one may have no address of its own.
    }
  }

  isOurs(hash) {
    return /^#(in|find)=/.test(hash);
  }

  follow() {
    if (!this.isOurs(location.hash) && location.hash.length > 1) return;
    const state = new URLSearchParams(location.hash.slice(1));
    let part = this.root;
    for (const name of state.getAll("in")) part = part.children?.find((child) => child.data.name === name) ?? part;
    this.following = true;
    this.search.value = state.get("find") ?? "";
    this.find(this.search.value);
    this.zoom(part);
    this.following = false;
    if (this.isOurs(location.hash)) this.canvas.closest("section").scrollIntoView();
  }
}

function startIcicle() {
  for (const canvas of document.querySelectorAll(".canvas.icicle")) report.icicle.changes ? new ChangeIcicle(canvas) : new Icicle(canvas);
}
