// Elements from data. Text is only ever text: nothing that comes from a topic is read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element; attributes that begin with "on" are handlers, children may be nested lists, texts, or null. */
export function h(tag, attributes, ...children) {
  const svg = tag === "svg" || tag === "path";
  const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element[name] = value;
    else if (name === "width%") element.style.width = `${Math.max(0, Math.min(100, value))}%`;
    else if (name === "left%") element.style.left = `${Math.max(0, Math.min(100, value))}%`;
    else if (name === "color") element.style.setProperty("--c", value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child !== null && child !== undefined && child !== false) {
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
  }
}

const HANDLERS = ["onclick", "onchange", "onsubmit", "oninput", "onkeydown"];

/** Makes what is inside of a container look like new children and keeps what is alike, and with it focus and selection. */
export function show(container, ...children) {
  const wanted = document.createElement("div");
  append(wanted, children);
  morph(container, wanted);
}

function morph(old, wanted) {
  const before = [...old.childNodes];
  const after = [...wanted.childNodes];
  after.forEach((node, i) => {
    const there = before[i];
    if (!there) old.append(node);
    else if (there.nodeType !== node.nodeType || there.nodeName !== node.nodeName || there.id !== node.id) {
      there.replaceWith(node);
    } else if (node.nodeType === Node.TEXT_NODE) {
      if (there.data !== node.data) there.data = node.data;
    } else {
      const chosen = node.nodeName === "SELECT" ? node.value : null;
      for (const { name } of [...there.attributes]) {
        if (!node.hasAttribute(name) && !(name === "open")) there.removeAttribute(name);
      }
      for (const { name, value } of [...node.attributes]) {
        if (name === "style") continue;
        if (there.getAttribute(name) !== value) there.setAttribute(name, value);
      }
      for (const property of ["width", "left"]) {
        if (there.style[property] !== node.style[property]) there.style[property] = node.style[property];
      }
      const color = node.style.getPropertyValue("--c");
      if (color) there.style.setProperty("--c", color);
      HANDLERS.forEach((name) => { there[name] = node[name]; });
      morph(there, node);
      // an option's attribute no longer counts once somebody has chosen
      if (chosen !== null && there !== document.activeElement && there.value !== chosen) there.value = chosen;
    }
  });
  before.slice(after.length).forEach((node) => node.remove());
}
