// Charts in the colours of the page. Each has a text beside it that says the same to those who do not see it.

const PALETTE = ["--s1", "--s2", "--s3", "--s4", "--s5", "--s6", "--s7", "--s8"];
const assigned = new Map();
const charts = new Set();

function variable(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The same name has the same colour everywhere. */
export function colorName(name) {
  if (!assigned.has(name)) assigned.set(name, PALETTE[assigned.size % PALETTE.length]);
  return assigned.get(name);
}

export const color = (name) => variable(colorName(name));
export const theme = variable;

function options(extra) {
  const text = variable("--soft");
  const grid = variable("--line");
  const axis = (more) => ({ ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 }, grid: { color: grid, drawTicks: false }, border: { display: false }, ...more });
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { position: "bottom", align: "start", labels: { color: text, boxWidth: extra.lines ? 22 : 10, boxHeight: 10, padding: 14, usePointStyle: Boolean(extra.lines), pointStyle: extra.lines ? "line" : undefined } },
      tooltip: { callbacks: extra.tooltip ?? {}, itemSort: (a, b) => b.raw - a.raw, filter: extra.filter },
    },
    scales: {
      x: axis({ grid: { display: false }, stacked: extra.stacked, ...extra.x, ticks: { color: text, maxRotation: 0, autoSkipPadding: 24, ...extra.x?.ticks } }),
      y: axis({ beginAtZero: true, stacked: extra.stacked, ...extra.y, ticks: { color: text, padding: 8, maxTicksLimit: 5, ...extra.y?.ticks } }),
    },
  };
}

/**
 * A chart in a box; update(build) draws it anew. build() gives { type, data, extra, label } and is asked again when the theme
 * turns.
 */
export function chart(box) {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  box.append(canvas);
  let drawn = null;
  let build = null;
  const draw = () => {
    if (!build) return;
    const { type, data, extra, label } = build();
    canvas.setAttribute("aria-label", label);
    if (drawn && drawn.config.type === type) {
      drawn.data = data;
      drawn.options = options(extra);
      drawn.update("none");
    } else {
      drawn?.destroy();
      drawn = new window.Chart(canvas, { type, data, options: options(extra) });
    }
  };
  const handle = {
    update(next) { build = next; draw(); },
    draw,
    destroy() { drawn?.destroy(); charts.delete(handle); },
  };
  charts.add(handle);
  return handle;
}

export function redraw() {
  charts.forEach((each) => each.draw());
}
