// Curves with bands, drawn with uPlot: pointer or arrow keys read their values, buttons show and hide them.
(function () {
  'use strict';

  const charts = shared.data('curve-data');
  if (charts === null || typeof uPlot === 'undefined') return;  // the figures are in tables
  const kLooks = 8;  // --s0 to --s7 in page.css
  const kShown = 8;  // curves at first, as results/report/curve_chart.hpp has it
  const kHeight = 250;
  const kFont = '12px system-ui, sans-serif';
  const kWholeSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];  // there is no half epoch
  const kDashes = [[], [9, 5], [2, 4], [10, 4, 2, 4]];

  function withAlpha(hex, alpha) {
    const part = (at) => parseInt(hex.slice(at, at + 2), 16);
    return 'rgba(' + part(1) + ', ' + part(3) + ', ' + part(5) + ', ' + alpha + ')';
  }

  class Chart {
    constructor(figure, chart) {
      this.chart = chart;
      this.drawing = figure.querySelector('.drawing');
      this.readout = figure.querySelector('.readout');
      this.toggles = figure.querySelector('.toggles');
      this.shown = chart.curves.map((curve, index) => index < kShown);
      this.place = null;  // on x, where arrow keys are
      this.plot = null;
      this.drawing.hidden = this.readout.hidden = this.toggles.hidden = false;
      this.addToggles();
      this.listen();
      shared.whenNear(this.drawing, () => this.draw());
      shared.whenThemeChanges(() => { if (this.plot) this.draw(); });
    }

    addToggles() {
      this.chart.curves.forEach((curve, index) => {
        const button = shared.make('button', 'toggle');
        button.type = 'button';
        button.append(shared.make('i', 'swatch s' + index % kLooks), curve.name);
        button.setAttribute('aria-pressed', String(this.shown[index]));
        button.addEventListener('click', () => {
          this.shown[index] = !this.shown[index];
          button.setAttribute('aria-pressed', String(this.shown[index]));
          if (this.plot) this.partsOf(index).forEach((part) => this.plot.setSeries(part, { show: this.shown[index] }));
        });
        this.toggles.append(button);
      });
    }

    listen() {
      const keys = {
        ArrowLeft: () => this.step(-1),
        ArrowRight: () => this.step(1),
        Home: () => this.moveTo(0),
        End: () => this.moveTo(this.chart.x.length - 1),
        Escape: () => this.leave(),
      };
      this.drawing.tabIndex = 0;
      this.drawing.setAttribute('role', 'application');  // screen readers leave it its keys
      this.drawing.setAttribute('aria-roledescription', 'chart');
      this.drawing.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key] || !this.plot) return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key]();
      });
      if ('ResizeObserver' in window) {
        new ResizeObserver(() => { if (this.plot) this.plot.setSize({ width: this.width(), height: kHeight }); }).observe(this.drawing);
      }
    }

    width() {
      return Math.max(this.drawing.clientWidth, 120);
    }
    step(by) {
      const last = this.chart.x.length - 1;
      this.moveTo(this.place === null ? (by > 0 ? 0 : last) : Math.min(Math.max(this.place + by, 0), last));
    }
    moveTo(place) {
      this.place = place;
      this.plot.setCursor({ left: this.plot.valToPos(this.chart.x[place], 'x'), top: this.plot.over.clientHeight / 2 });
    }
    leave() {
      this.place = null;
      this.plot.setCursor({ left: -10, top: -10 });
    }

    // Series of uPlot that belong to a curve: its edges, if it has a band, and its line.
    partsOf(index) {
      let first = 1;
      for (let i = 0; i < index; ++i) first += this.chart.curves[i].low ? 3 : 1;
      return this.chart.curves[index].low ? [first, first + 1, first + 2] : [first];
    }

    read() {
      const place = this.plot.cursor.idx;
      if (place === null || place === undefined) {
        this.readout.textContent = '';
        return;
      }
      this.place = place;
      const parts = [];
      this.chart.curves.forEach((curve, index) => {
        if (!this.shown[index] || curve.mean[place] === null) return;
        const spread = curve.low && curve.low[place] !== curve.high[place]
          ? ' (' + shared.number(curve.low[place]) + ' to ' + shared.number(curve.high[place]) + ')' : '';
        const all = curve.seeds ? Math.max(...curve.seeds) : 0;
        const seeds = all > 0 && curve.seeds[place] < all ? ', ' + curve.seeds[place] + ' of ' + all + ' seeds' : '';
        parts.push(curve.name + ': ' + shared.number(curve.mean[place]) + spread + seeds);
      });
      this.readout.textContent = this.chart.xTitle + ' ' + shared.number(this.chart.x[place]) + (parts.length > 0 ? ': ' + parts.join('; ') : ': no figure');
    }

    axis(title, values) {
      const soft = shared.colour('--soft'), line = shared.colour('--line');
      return Object.assign({
        label: title, labelFont: kFont, labelSize: 20, labelGap: 2, font: kFont, stroke: soft,
        grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1, size: 5 },
        values: (plot, splits) => splits.map((value) => (value === null ? '' : shared.number(value))),
      }, values);
    }

    // What uPlot draws: for each curve the edges of its band, if it has one, then its line.
    series() {
      const all = [{}], bands = [], data = [this.chart.x];
      this.chart.curves.forEach((curve, index) => {
        const colour = shared.colour('--s' + index % kLooks), show = this.shown[index];
        if (curve.low) {
          const edge = { show, stroke: 'transparent', points: { show: false }, spanGaps: true };
          bands.push({ series: [all.length, all.length + 1], fill: withAlpha(colour, 0.2) });
          all.push(edge, Object.assign({}, edge));
          data.push(curve.high, curve.low);
        }
        const few = curve.mean.filter((value) => value !== null).length <= 30;
        all.push({
          show, stroke: colour, width: 2, spanGaps: true,
          dash: curve.dashed ? [3, 5] : kDashes[Math.floor(index / kLooks) % kDashes.length],
          points: { show: few, size: 5, fill: colour },
        });
        data.push(curve.mean);
      });
      return { all, bands, data };
    }

    draw() {
      if (this.plot) this.plot.destroy();
      const { all, bands, data } = this.series();
      this.plot = new uPlot({
        width: this.width(), height: kHeight, series: all, bands,
        padding: [10, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 8 }, drag: { x: true, y: false } },
        scales: { x: { time: false, distr: this.chart.logarithmic ? 3 : 1 }, y: { range: (plot, low, high) => (low === null ? [0, 1] : uPlot.rangeNum(low, high, 0.08, true)) } },
        axes: [
          this.axis(this.chart.xTitle, this.chart.logarithmic ? { size: 30 } : { size: 30, incrs: kWholeSteps }),
          this.axis(this.chart.yTitle, { size: (plot, values) => 14 + 7 * Math.max(2, ...(values || []).map((value) => value.length)) }),
        ],
        hooks: { setCursor: [() => { if (this.plot) this.read(); }] },
      }, data, this.drawing);
      this.drawing.classList.add('drawn');
    }
  }

  charts.forEach((chart, number) => new Chart(document.getElementById('chart-' + number), chart));
}());
