// Confusion matrices as pictures: pointer or arrow keys read their cells.
(function () {
  'use strict';

  const matrices = shared.data('matrix-data');
  if (matrices === null) return;
  const kLargest = 560, kLargestCell = 56, kLeastCell = 24;  // pixels; smaller ones hold no number
  const kNamed = 16;  // classes, at most, whose names stand beside the cells
  const kFont = 12;

  // Cut to a width where it is longer.
  function fitting(brush, text, width) {
    let end = text.length;
    while (end > 0 && brush.measureText(end < text.length ? text.slice(0, end) + '\u2026' : text).width > width) end -= 1;
    return end < text.length ? text.slice(0, end) + '\u2026' : text;
  }

  const partsOf = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  // Black or white, whichever is read better (WCAG's relative luminance: at 0.179 both are equally far).
  function readableOn(parts) {
    const [red, green, blue] = parts.map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4)));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000' : '#fff';
  }

  class Matrix {
    constructor(figure, matrix) {
      this.names = matrix.names;
      this.drawing = figure.querySelector('.drawing');
      this.readout = figure.querySelector('.readout');
      this.counts = new Map();
      this.totals = matrix.names.map(() => 0);
      for (const [target, predicted, count] of matrix.cells) {
        this.counts.set(target * this.names.length + predicted, count);
        this.totals[target] += count;
      }
      this.cell = null;
      this.canvas = shared.make('canvas');
      this.drawing.append(this.canvas);
      this.drawing.hidden = this.readout.hidden = figure.querySelector('.axes').hidden = false;
      this.listen();
      shared.whenNear(this.drawing, () => { this.drawn = true; this.draw(); });
      shared.whenThemeChanges(() => this.draw());
    }

    listen() {
      const last = this.names.length - 1;
      const move = (rows, columns) => {
        const [row, column] = this.cell || [0, 0];
        const within = (value) => Math.min(Math.max(value, 0), last);
        this.show(this.cell ? [within(row + rows), within(column + columns)] : [0, 0]);
      };
      const keys = {
        ArrowLeft: () => move(0, -1), ArrowRight: () => move(0, 1), ArrowUp: () => move(-1, 0), ArrowDown: () => move(1, 0),
        Escape: () => this.show(null),
      };
      this.drawing.tabIndex = 0;
      this.drawing.setAttribute('role', 'application');  // screen readers leave it its keys
      this.drawing.setAttribute('aria-roledescription', 'matrix');
      this.drawing.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key]();
      });
      this.canvas.addEventListener('pointermove', (event) => this.point(event));
      this.canvas.addEventListener('pointerdown', (event) => this.point(event));
      this.canvas.addEventListener('pointerleave', () => this.show(null));
      if ('ResizeObserver' in window) new ResizeObserver(() => this.draw()).observe(this.drawing);
    }

    point(event) {
      const box = this.canvas.getBoundingClientRect(), { margin, side } = this.layout();
      const at = (value) => Math.min(Math.floor((value - margin) / side * this.names.length), this.names.length - 1);
      const row = at(event.clientY - box.top), column = at(event.clientX - box.left);
      this.show(row < 0 || column < 0 ? null : [row, column]);
    }

    show(cell) {
      this.cell = cell;
      this.draw();
      if (cell === null) {
        this.readout.textContent = '';
        return;
      }
      const [target, predicted] = cell;
      const count = this.counts.get(target * this.names.length + predicted) || 0;
      const share = this.totals[target] > 0 ? ' of ' + this.totals[target] + ', ' + (100 * count / this.totals[target]).toFixed(1) + ' %' : '';
      this.readout.textContent = this.names[target] + (target === predicted ? ', rightly named: ' : ', taken for ' + this.names[predicted] + ': ') + count + share;
    }

    // Of the cells, which names stand in front of and above if there are few; pixels of the page.
    layout() {
      const classes = this.names.length, width = this.drawing.clientWidth, brush = this.canvas.getContext('2d');
      brush.font = kFont + 'px system-ui, sans-serif';
      const longest = classes > kNamed ? 0 : Math.max(...this.names.map((name) => brush.measureText(name).width)) + 8;
      const margin = Math.ceil(Math.min(longest, 0.3 * width));
      return { margin, side: Math.round(Math.min(width - margin, kLargest, classes * kLargestCell)) };
    }

    draw() {
      if (!this.drawn) return;
      const { margin, side } = this.layout(), ratio = window.devicePixelRatio || 1;
      const all = Math.round((margin + side) * ratio);
      if (this.canvas.width !== all || this.canvas.height !== all) this.canvas.width = this.canvas.height = all;
      this.canvas.style.width = this.canvas.style.height = margin + side + 'px';
      const brush = this.canvas.getContext('2d');
      brush.setTransform(1, 0, 0, 1, 0, 0);
      brush.clearRect(0, 0, all, all);
      this.drawCells(brush, Math.round(margin * ratio), all);
      brush.setTransform(ratio, 0, 0, ratio, 0, 0);
      brush.font = kFont + 'px system-ui, sans-serif';
      brush.textBaseline = 'middle';
      if (margin > 0) this.drawNames(brush, margin, side);
      if (side / this.names.length >= kLeastCell) this.drawCounts(brush, margin, side);
      if (this.cell === null) return;
      const size = side / this.names.length;
      brush.strokeStyle = shared.colour('--ink');
      brush.lineWidth = 2;
      brush.strokeRect(margin + this.cell[1] * size, margin + this.cell[0] * size, size, size);
    }

    strengthOf(target, count) {
      return 0.2 + 0.8 * count / this.totals[target];
    }

    // In pixels of the screen, so that no cell of many is lost between them.
    drawCells(brush, first, last) {
      const classes = this.names.length, size = (last - first) / classes;
      brush.fillStyle = shared.colour('--sunk');
      brush.fillRect(first, first, last - first, last - first);
      const right = shared.colour('--s0'), wrong = shared.colour('--s1');
      for (const [key, count] of this.counts) {
        const target = Math.floor(key / classes), predicted = key % classes;
        brush.globalAlpha = this.strengthOf(target, count);
        brush.fillStyle = target === predicted ? right : wrong;
        const left = Math.floor(predicted * size), top = Math.floor(target * size);
        brush.fillRect(first + left, first + top, Math.max(1, Math.floor((predicted + 1) * size) - left), Math.max(1, Math.floor((target + 1) * size) - top));
      }
      brush.globalAlpha = 1;
    }

    drawNames(brush, margin, side) {
      const size = side / this.names.length;
      brush.fillStyle = shared.colour('--soft');
      this.names.forEach((name, index) => {
        const text = fitting(brush, name, margin - 8), middle = margin + (index + 0.5) * size;
        brush.textAlign = 'right';
        brush.fillText(text, margin - 6, middle);
        brush.save();
        brush.translate(middle, margin - 6);
        brush.rotate(-Math.PI / 2);
        brush.textAlign = 'left';
        brush.fillText(text, 0, 0);
        brush.restore();
      });
    }

    drawCounts(brush, margin, side) {
      const classes = this.names.length, size = side / classes;
      const ground = partsOf(shared.colour('--sunk')), right = partsOf(shared.colour('--s0')), wrong = partsOf(shared.colour('--s1'));
      brush.textAlign = 'center';
      for (const [key, count] of this.counts) {
        const target = Math.floor(key / classes), predicted = key % classes, text = String(count);
        if (brush.measureText(text).width > size - 4) continue;
        const strength = this.strengthOf(target, count), colour = target === predicted ? right : wrong;
        brush.fillStyle = readableOn(ground.map((value, part) => value + strength * (colour[part] - value)));
        brush.fillText(text, margin + (predicted + 0.5) * size, margin + (target + 0.5) * size);
      }
    }
  }

  matrices.forEach((matrix, number) => new Matrix(document.getElementById('matrix-' + number), matrix));
}());
