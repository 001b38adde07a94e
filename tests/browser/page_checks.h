// What is looked for in every page: expressions that the browser evaluates to a list of sentences about what
// is wrong.
#pragma once

namespace nmtx::test {

// Texts of a picture that lie over one another, or outside of it.
inline constexpr const char* clashes = R"((() => {
  const found = [];
  for (const svg of document.querySelectorAll('.canvas svg')) {
    const chart = svg.parentElement.dataset.chart, frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter((t) => t.textContent).map((t) => [t, t.getBoundingClientRect()]);
    for (const [t, r] of texts)
      if (r.left < frame.left - 2 || r.right > frame.right + 2 || r.top < frame.top - 2 || r.bottom > frame.bottom + 2)
        found.push(`${chart}: "${t.textContent}" leaves the picture`);
    texts.forEach(([t, a], i) => {
      for (const [u, b] of texts.slice(i + 1)) {
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 1 && down > 3) found.push(`${chart}: "${t.textContent}" lies over "${u.textContent}"`);
      }
    });
  }
  return found;
})())";

// WCAG's ratio of every text to what it stands on; AA asks for 4.5, for large text for 3.
inline constexpr const char* pale_texts = R"((() => {
  const channel = (c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  const parse = (css) => css.match(/[\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] > 0) return c;
    }
    return [255, 255, 255];
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !e.checkVisibility() || ['SCRIPT', 'TITLE', 'title', 'desc'].includes(e.tagName)) continue;
    const style = getComputedStyle(e);
    const a = light(parse(e.tagName === 'text' ? style.fill : style.color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = parseFloat(style.fontSize);
    if (ratio < (size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5))
      found.add(`${e.tagName}.${e.className.baseVal ?? e.className} "${walker.currentNode.data.trim().slice(0, 40)}": ${ratio.toFixed(2)}`);
  }
  return [...found];
})())";

// What assistive technology goes by.
inline constexpr const char* structure_faults = R"((() => {
  const found = [];
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => found.push(`two elements are called ${id}`));
  for (const e of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(e.hash.slice(1))) found.push(`${e.hash} leads nowhere`);
  for (const name of ['aria-labelledby', 'for', 'aria-describedby'])
    for (const e of document.querySelectorAll(`[${name}]`))
      for (const id of e.getAttribute(name).split(' '))
        if (!document.getElementById(id)) found.push(`${name} names ${id}, which is not there`);
  let level = 0;
  for (const h of document.querySelectorAll('h1, h2, h3, h4')) {
    const own = Number(h.tagName[1]);
    if (own > level + 1) found.push(`${h.textContent} skips a level`);
    level = own;
  }
  if (document.querySelectorAll('h1').length !== 1) found.push('there is not one h1');
  for (const tag of ['main', 'nav', 'footer']) if (document.querySelectorAll(tag).length !== 1) found.push(`there is not one ${tag}`);
  for (const svg of document.querySelectorAll('svg')) {
    if (svg.getAttribute('role') !== 'img' || !svg.querySelector('title').textContent || !svg.querySelector('desc').textContent)
      found.push('a picture does not say what it is');
  }
  for (const e of document.querySelectorAll('button, input')) if (!(e.textContent || e.labels?.length || e.ariaLabel)) found.push('a control without a name');
  for (const table of document.querySelectorAll('table')) if (!table.caption?.textContent) found.push('a table without a caption');
  return found;
})())";

// What cannot be used by the keyboard, or is shown by colour only.
inline constexpr const char* reach_faults = R"((() => {
  const found = [];
  if (document.documentElement.lang !== 'en') found.push('the page does not state its language');
  for (const head of document.querySelectorAll('thead th')) if (head.scope !== 'col') found.push(`${head.textContent} has no scope`);
  for (const head of document.querySelectorAll('tbody th')) if (head.scope !== 'row') found.push(`${head.textContent} has no scope`);
  for (const region of document.querySelectorAll('.table')) if (region.tabIndex !== 0) found.push('a table that scrolls cannot be reached');
  for (const finding of document.querySelectorAll('.finding, .lead[class*=s-]'))
    if (!finding.querySelector('.badge')?.textContent.trim()) found.push('a severity is shown by colour only');
  for (const e of document.querySelectorAll('a, button, input, [tabindex="0"]')) {
    if (!e.checkVisibility()) continue;
    e.focus({ focusVisible: true });
    const style = getComputedStyle(e);
    if (document.activeElement === e && (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2))
      found.push(`${e.tagName} ${e.textContent.slice(0, 30)} does not show its focus`);
  }
  for (const rect of document.querySelectorAll('#chart-malloc rect[data-part]')) {
    const family = [...rect.classList].find((c) => c.startsWith('f-')).slice(2);
    if (Number(rect.getAttribute('width')) > 0 && TEXTURES[family] && !rect.nextElementSibling?.matches('path.over'))
      found.push(`${family} has no texture`);
  }
  return found;
})())";

// Tables that are not sorted by the column that they name, at first and after a click on each heading.
inline constexpr const char* unsorted_tables = R"((() => {
  const found = [];
  const check = (table) => {
    const heads = [...table.tHead.rows[0].cells], column = heads.findIndex((head) => head.ariaSort);
    if (column < 0) return;
    const number = heads[column].classList.contains('number'), down = heads[column].ariaSort === 'descending';
    const values = [...table.tBodies[0].rows].map((row) => row.cells[column])
      .map((cell) => (number ? (cell.dataset.v === undefined ? null : Number(cell.dataset.v)) : cell.textContent || null));
    values.forEach((value, i) => {
      if (i === 0 || value === null) return;
      const before = values[i - 1];
      if (before === null) { found.push(`${table.id}, ${heads[column].textContent}: nothing before a value`); return; }
      const order = number ? before - value : collator.compare(before, value);
      if (down ? order < 0 : order > 0) found.push(`${table.id}, ${heads[column].textContent}, row ${i}`);
    });
  };
  for (const table of document.querySelectorAll('table')) {
    check(table);
    for (const button of table.tHead.querySelectorAll('button')) {
      button.click();
      check(table);
      button.click();
      check(table);
    }
  }
  return found;
})())";

}  // namespace nmtx::test
