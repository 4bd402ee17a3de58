// What the parts of the page's script share. Texts of the data become text nodes only, never markup.
const shared = (function () {
  'use strict';

  const redraws = [];
  const waiting = new Map();  // element -> what draws it

  function drawOnce(element) {
    const draw = waiting.get(element);
    if (!draw) return;
    waiting.delete(element);
    draw();
  }
  const kNear = 300;  // pixels
  function isNear(element) {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.top < window.innerHeight + kNear && box.bottom > -kNear;
  }
  const watcher = 'IntersectionObserver' in window ? new IntersectionObserver((changes) => {
    for (const change of changes) {
      if (!change.isIntersecting) continue;
      watcher.unobserve(change.target);
      drawOnce(change.target);
    }
  }, { rootMargin: kNear + 'px 0px' }) : null;

  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => redraws.forEach((redraw) => redraw()));
  window.addEventListener('beforeprint', () => Array.from(waiting.keys()).forEach(drawOnce));

  return {
    // What the page holds for a part of its script; null where it has none.
    data(id) {
      const holder = document.getElementById(id);
      return holder ? JSON.parse(holder.textContent) : null;
    },
    make(tag, name, text) {
      const element = document.createElement(tag);
      if (name) element.className = name;
      if (text !== undefined) element.textContent = text;
      return element;
    },
    // A colour of the theme, which the system may change at any time.
    colour(name) {
      return window.getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    },
    // Drawings are made when they come near, or when the page is printed.
    whenNear(element, draw) {
      waiting.set(element, draw);
      if (watcher && !isNear(element)) {
        watcher.observe(element);
      } else {
        drawOnce(element);
      }
    },
    whenThemeChanges(redraw) {
      redraws.push(redraw);
    },
    number(value) {
      if (value === null || value === undefined) return '-';
      const size = Math.abs(value);
      if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2).replace(/\.?0*e/, 'e').replace('e+', 'e');
      return String(Number(value.toPrecision(4)));
    },
  };
}());
