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

  // --- Light or dark: as the system, until the reader asks for one of them; paper is light ---

  const dark = document.getElementById('dark-style'), wish = document.getElementById('theme');
  const kMedia = { system: dark.media, light: 'not all', dark: 'screen' };
  const kKept = 'vbench-theme';
  function redrawAll() {
    redraws.forEach((redraw) => redraw());
  }
  function setTheme(media) {
    if (dark.media === media) return;
    dark.media = media;
    redrawAll();
  }
  function keep(theme) {
    try {
      window.localStorage.setItem(kKept, theme);
    } catch (error) {
      // Some places where a page may lie keep nothing: the wish is forgotten with the page.
    }
  }
  function kept() {
    try {
      const theme = window.localStorage.getItem(kKept);
      return Object.prototype.hasOwnProperty.call(kMedia, theme) ? theme : 'system';
    } catch (error) {
      return 'system';
    }
  }
  wish.value = kept();
  setTheme(kMedia[wish.value]);
  document.getElementById('theme-field').hidden = false;
  wish.addEventListener('change', () => {
    setTheme(kMedia[wish.value]);
    keep(wish.value);
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redrawAll);
  window.addEventListener('beforeprint', () => {
    setTheme(kMedia.light);
    Array.from(waiting.keys()).forEach(drawOnce);
  });
  window.addEventListener('afterprint', () => setTheme(kMedia[wish.value]));

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
