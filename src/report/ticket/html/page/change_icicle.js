// The icicle of a comparison: parts are coloured by what they gained or lost since the earlier snapshot.

function signed(bytes) {
  return bytes === 0 ? "0.0" : (bytes < 0 ? "-" : "+") + mib(Math.abs(bytes));
}

class ChangeIcicle extends Icicle {
  constructor(canvas) {
    super(canvas);
    legendIn(canvas, [["f-grown", "grown"], ["f-shrunk", "shrunk"], ["f-same", "unchanged, or not known"]]);
  }

  get title() { return `RSS of ${mib(this.root.data.bytes)} MiB and its change (${signed(this.change(this.root))} MiB) by owner, library, class or size`; }

  // In bytes; null where it is not known.
  change(part) {
    return part.data.before === null ? null : part.data.bytes - part.data.before;
  }

  family(part) {
    const change = this.change(part);
    return !change || Math.abs(change) < 0.05 * MEBIBYTE ? "same" : change > 0 ? "grown" : "shrunk";
  }

  // The change beside what the part is, or was.
  weight(part) {
    const { bytes, before } = part.data;
    return this.family(part) === "same" ? 0 : Math.abs(bytes - before) / Math.max(bytes, before);
  }

  boxClass(part) {
    const weight = this.weight(part);
    return `${super.boxClass(part)} ${weight >= 0.5 ? "much" : weight >= 0.1 ? "some" : "little"}`;
  }

  strip(part) {
    return Math.max(0, this.place(part).width - 0.6) * Math.min(1, this.weight(part) * Math.max(1, part.data.before / part.data.bytes));
  }

  label(part, room) {
    const change = this.change(part), { name } = part.data;
    const figures = this.family(part) === "same" ? this.amount(part.value) : `${signed(change)} MiB`;
    const both = `${name}  ${figures}`;
    return widthOf(both) <= room ? both : shortName(name, room);
  }

  figures(part) {
    const change = this.change(part), { before } = part.data;
    const head = `${part.data.name}: ${this.amount(part.value)}, `;
    if (change === null) return `${head}before: not known`;
    return head + (change === 0 ? "unchanged" : before === 0 ? "all of it new" : `${signed(change)} MiB (${mib(before)} before)`);
  }
}
