// A whole and its parts as rows of boxes, by d3's partition: the flame graph and the icicle. A click or Enter shows a part in full width;
// the arrow keys walk from part to part; a search marks parts and says how much they are together.

function shareOf(part, whole) {
  const percent = whole > 0 ? 100 * part / whole : 0;
  return (part > 0 && percent < 0.05 ? "<0.1" : percent.toFixed(1)) + " %";
}

// What d3 calls a listener with: up to release 5 the datum and its number, from 6 on the event and the datum.
function partOf(first, second) {
  return second?.data ? second : first;
}

// Data are {name, children, self}. What a subclass says of its own: title, about (of the picture), row (height of one), words (for one
// part and for several), boxClass(part), label(part, room), amount(value), searched(part), text(part).
class PartitionChart {
  constructor(canvas, id, data) {
    this.canvas = canvas;
    this.id = id;
    this.root = d3.hierarchy(data).sum((each) => each.self).sort((a, b) => this.order(a, b));
    d3.partition()(this.root);
    this.zoomed = this.chosen = this.root;
    this.matches = new Set();
    this.width = 0;
    this.svg = d3.select(canvas).append("svg").attr("id", `${id}-svg`).attr("role", "img").attr("aria-labelledby", `${id}-title ${id}-text`);
    this.svg.append("title").attr("id", `${id}-title`).text(this.title);
    this.svg.append("desc").attr("id", `${id}-text`).text(this.about);
    this.boxes = this.svg.append("g").attr("aria-hidden", "true");
    this.output = document.getElementById(`${id}-about`);
    this.addTools(document.getElementById(`${id}-tools`));
    this.listen();
    new ResizeObserver(() => this.draw()).observe(canvas);
    this.draw();
    this.choose(this.root);
  }

  addTools(tools) {
    const id = `${this.id}-search`;
    this.search = element("input", { type: "search", id, autocomplete: "off", spellcheck: false });
    this.matched = element("output", { id: `${this.id}-matched`, for: id });
    this.reset = element("button", { type: "button", id: `${this.id}-reset`, textContent: "Show all", disabled: true });
    tools.append(element("label", { for: id }, "Search", this.search), this.matched, this.reset);
  }

  listen() {
    this.search.addEventListener("input", () => this.find(this.search.value));
    this.reset.addEventListener("click", () => {
      this.zoom(this.root);
      this.canvas.focus();
    });
    this.canvas.addEventListener("keydown", (event) => this.press(event));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input")) return;
      event.preventDefault();
      this.search.focus();
    });
    this.search.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.search.value = "";
      this.find("");
      this.canvas.focus();
    });
  }

  order(a, b) {
    return b.value - a.value;
  }

  // Ancestors of what is zoomed at fill the width above it.
  place(part) {
    const { x0, x1 } = this.zoomed, span = x1 - x0 || 1;
    const begin = Math.max(0, (part.x0 - x0) / span), end = Math.min(1, (part.x1 - x0) / span);
    return { x: begin * this.width, width: (end - begin) * this.width };
  }

  visible() {
    const { x0, x1 } = this.zoomed;
    const least = (x1 - x0) / Math.max(1, this.width) * 0.8;
    const found = [];
    const take = (part) => {
      if (part.x1 <= x0 || part.x0 >= x1 || part.x1 - part.x0 < least) return;
      found.push(part);
      part.children?.forEach(take);
    };
    take(this.root);
    return found;
  }

  depth(parts) {
    return d3.max(parts, (part) => part.depth);
  }

  draw() {
    const width = Math.floor(this.canvas.clientWidth);
    if (width < 100) return;
    this.width = width;
    const parts = this.visible();
    const height = (this.depth(parts) + 1) * this.row + 1;
    this.svg.attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height);
    const groups = this.boxes.selectAll("g").data(parts, (part) => part.number ??= ++PartitionChart.numbered)
      .join((enter) => this.enter(enter.append("g")));
    groups.attr("class", (part) => `part ${this.boxClass(part)}`)
      .classed("matches", (part) => this.matches.has(part))
      .classed("above", (part) => part.depth < this.zoomed.depth)
      .classed("chosen", (part) => part === this.chosen)
      .attr("transform", (part) => `translate(${this.place(part).x.toFixed(2)},${part.depth * this.row})`);
    const boxWidth = (part) => Math.max(0.7, this.place(part).width - 0.6);
    groups.selectAll("rect").attr("width", function () { return boxWidth(this.parentNode.__data__); });
    groups.select("text").text((part) => this.label(part, this.place(part).width - 8));
  }

  enter(groups) {
    groups.append("rect").attr("class", "box").attr("height", this.row - 1).attr("rx", 1.5);
    groups.append("text").attr("x", 4).attr("y", this.row / 2 + 4);
    groups.on("click", (first, second) => this.zoom(partOf(first, second)))
      .on("pointerenter", (first, second) => this.describe(partOf(first, second)))
      .on("pointerleave", () => this.describe(this.chosen));
    return groups;
  }

  describe(part) {
    this.output.textContent = this.text(part);
  }

  choose(part) {
    this.chosen = part;
    this.boxes.selectAll("g").classed("chosen", (other) => other === part);
    this.describe(part);
  }

  zoom(part) {
    this.zoomed = part;
    this.reset.disabled = part === this.root;
    this.chosen = part;
    this.draw();
    this.describe(part);
  }

  // What matches below a match is part of it already, and counts once.
  find(text) {
    const words = text.trim().toLowerCase();
    this.matches = new Set();
    let value = 0;
    const look = (part, inside) => {
      const match = part !== this.root && this.searched(part).toLowerCase().includes(words);
      if (match) this.matches.add(part);
      if (match && !inside) value += part.value;
      part.children?.forEach((child) => look(child, inside || match));
    };
    if (words) look(this.root, false);
    const [one, several] = this.words;
    this.matched.textContent = words
      ? `${this.found(value)} in ${this.matches.size.toLocaleString("en")} ${this.matches.size === 1 ? one : several}` : "";
    this.canvas.classList.toggle("searching", Boolean(words));
    this.draw();
  }

  found(value) {
    return `${shareOf(value, this.root.value)} (${this.amount(value)})`;
  }

  // From the chosen part: up to its whole, down to its largest part, left and right to its neighbours.
  next(key) {
    const part = this.chosen;
    if (key === "ArrowUp") return part.parent;
    if (key === "ArrowDown") return part.children?.reduce((best, child) => (child.value > best.value ? child : best));
    const beside = part.parent?.children ?? [];
    return beside[beside.indexOf(part) + (key === "ArrowRight" ? 1 : -1)];
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const next = this.next(event.key);
      if (!next) return;
      if (!next.ancestors().includes(this.zoomed)) this.zoom(next.parent && next.depth >= this.zoomed.depth ? next.parent : next);
      this.choose(next);
    } else if (event.key === "Enter") {
      this.zoom(this.chosen);
    } else if (event.key === "Escape") {
      this.zoom(this.root);
    }
  }
}
PartitionChart.numbered = 0;
