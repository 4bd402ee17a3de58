// Confusion matrices as pictures: pointer or arrow keys read their cells.
(function () {
  'use strict';

  const matrices = shared.data('matrix-data');
  if (matrices === null) return;
  const kLargest = 560, kLargestCell = 56;  // pixels

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
      const box = this.canvas.getBoundingClientRect();
      const at = (value, side) => Math.min(Math.max(Math.floor(value / side * this.names.length), 0), this.names.length - 1);
      this.show([at(event.clientY - box.top, box.height), at(event.clientX - box.left, box.width)]);
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

    draw() {
      if (!this.drawn) return;
      const classes = this.names.length, ratio = window.devicePixelRatio || 1;
      const side = Math.round(Math.min(this.drawing.clientWidth, kLargest, classes * kLargestCell) * ratio);
      if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
      this.canvas.style.width = this.canvas.style.height = side / ratio + 'px';
      const brush = this.canvas.getContext('2d'), size = side / classes;
      brush.globalAlpha = 1;
      brush.fillStyle = shared.colour('--sunk');
      brush.fillRect(0, 0, side, side);
      const right = shared.colour('--s0'), wrong = shared.colour('--s1');
      for (const [key, count] of this.counts) {
        const target = Math.floor(key / classes), predicted = key % classes;
        brush.globalAlpha = 0.2 + 0.8 * count / this.totals[target];
        brush.fillStyle = target === predicted ? right : wrong;
        const left = Math.floor(predicted * size), top = Math.floor(target * size);
        brush.fillRect(left, top, Math.max(1, Math.floor((predicted + 1) * size) - left), Math.max(1, Math.floor((target + 1) * size) - top));
      }
      if (this.cell === null) return;
      brush.globalAlpha = 1;
      brush.strokeStyle = shared.colour('--ink');
      brush.lineWidth = 2 * ratio;
      brush.strokeRect(this.cell[1] * size, this.cell[0] * size, size, size);
    }
  }

  matrices.forEach((matrix, number) => new Matrix(document.getElementById('matrix-' + number), matrix));
}());
