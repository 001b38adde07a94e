// Tables: sorted by a click on a heading, filtered by words, long ones cut until they are asked for.

const ROWS_AT_FIRST = 25;
const ROWS_ON_PAPER = 100;
const collator = new Intl.Collator("en", { numeric: true });

class SortedTable {
  constructor(region) {
    this.region = region;
    this.table = region.querySelector("table");
    this.body = this.table.tBodies[0];
    this.rows = [...this.body.rows];
    this.heads = [...this.table.tHead.rows[0].cells];
    this.words = this.rows.map((row) => row.textContent.toLowerCase());
    this.all = this.rows.length <= ROWS_AT_FIRST + 10;
    this.filter = "";
    this.drawBars();
    if (this.rows.length > 2) this.addButtons();
    if (this.rows.length > 20) this.addTools();
    this.show();
  }

  get name() { return this.table.caption.textContent; }

  drawBars() {
    this.heads.forEach((head, column) => {
      if (!head.classList.contains("barred")) return;
      const values = this.rows.map((row) => Number(row.cells[column].dataset.v || 0));
      const most = Math.max(1, ...values);
      this.rows.forEach((row, i) => {
        row.cells[column].style.setProperty("--share", (90 * values[i] / most).toFixed(2) + "%");
      });
    });
  }

  addButtons() {
    this.heads.forEach((head, column) => {
      const button = element("button", { type: "button", textContent: head.textContent });
      button.addEventListener("click", () => this.sort(column));
      head.replaceChildren(button);
    });
  }

  addTools() {
    const input = element("input", { type: "search", id: this.table.id + "-filter", autocomplete: "off", spellcheck: false });
    input.addEventListener("input", () => {
      this.filter = input.value.trim().toLowerCase();
      this.show();
    });
    this.count = element("output", { for: input.id });
    const label = element("label", { for: input.id }, "Filter", input);
    this.region.before(element("div", { class: "table-tools" }, label, this.count));
    input.setAttribute("aria-label", "Filter: " + this.name);
    if (this.all) return;
    this.more = element("button", { type: "button", class: "more" });
    this.more.addEventListener("click", () => {
      this.all = !this.all;
      this.show();
    });
    this.region.after(this.more);
    this.onPaper = element("p", { class: "on-paper" });
    this.more.after(this.onPaper);
  }

  // Numbers from the largest down at the first click, words from A; rows without a value are last both ways.
  sort(column) {
    const head = this.heads[column];
    const isNumber = head.classList.contains("number");
    const before = head.getAttribute("aria-sort");
    const descending = before ? before === "ascending" : isNumber;
    const key = isNumber
      ? (row) => row.cells[column].dataset.v === undefined ? NaN : Number(row.cells[column].dataset.v)
      : (row) => row.cells[column].textContent;
    const keys = new Map(this.rows.map((row) => [row, key(row)]));
    const isNothing = (value) => value === "" || Number.isNaN(value);
    const compare = isNumber ? (a, b) => a - b : collator.compare;
    this.rows.sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      if (isNothing(x) || isNothing(y)) return isNothing(x) - isNothing(y);
      return descending ? compare(y, x) : compare(x, y);
    });
    this.words = this.rows.map((row) => row.textContent.toLowerCase());
    for (const other of this.heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    this.body.append(...this.rows);
    this.show();
    announce(`${this.name}: sorted by ${head.textContent}, ${descending ? "descending" : "ascending"}`);
  }

  show() {
    const words = this.filter.split(/\s+/).filter(Boolean);
    let matching = 0, shown = 0;
    this.rows.forEach((row, i) => {
      const matches = words.every((word) => this.words[i].includes(word));
      if (matches) ++matching;
      const visible = matches && (this.all || matching <= ROWS_AT_FIRST);
      if (visible) ++shown;
      row.hidden = !visible;
      row.classList.toggle("off-paper", !matches || matching > ROWS_ON_PAPER);
    });
    if (!this.count) return;
    this.count.textContent = words.length === 0
      ? `${this.rows.length.toLocaleString("en")} rows`
      : `${matching.toLocaleString("en")} of ${this.rows.length.toLocaleString("en")} rows`;
    if (!this.more) return;
    this.more.textContent = this.all ? `Show ${ROWS_AT_FIRST} rows` : `Show all ${matching.toLocaleString("en")} rows`;
    this.more.hidden = matching <= ROWS_AT_FIRST;
    this.onPaper.textContent = matching > ROWS_ON_PAPER
      ? `${(matching - ROWS_ON_PAPER).toLocaleString("en")} more rows are in the file.` : "";
  }
}

function startTables() {
  for (const region of document.querySelectorAll(".table")) new SortedTable(region);
}
